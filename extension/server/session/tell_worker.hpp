// Wakes the worker when this session may give it something to do before it means to look again.
// Each costs some plain reads where it does not.
#pragma once

namespace ai_cleanup::tell_worker
{

// The limits on this session are new: one of them may pass earlier.
void of_limits();

// A session more, or a smaller budget: there may be too few free slots, or too many sessions.
void of_need();

// A transaction is over: if this session still holds a lock, it may come to be in another's way.
void of_lock();

// A transaction block begins, and may be left open.
void of_transaction();

} // namespace ai_cleanup::tell_worker
