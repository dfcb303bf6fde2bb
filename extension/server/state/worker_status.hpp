// What sessions know of the worker, and how they wake it: they set its latch.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::worker_status
{

// Of the worker: this process is it, until it exits.
void begin();

// Until when the worker need not hear of sessions, before it looks at them or sleeps.
void set_wakes_at(Timestamp wakes_at);

// Until when it does not end sessions for headroom, since those came straight back.
void set_headroom_rests_until(Timestamp until);
Timestamp headroom_rests_until();

// Could it see to the headroom, when it looked last? If not, it knows of the need, and when to look
// again.
void set_headroom_met(bool met);
bool headroom_met();

// Wakes it, from any session.
void wake();

// A session may come to be due at `due`: wakes the worker if it means to sleep longer.
void wake_if_due_before(Timestamp due);

} // namespace ai_cleanup::worker_status
