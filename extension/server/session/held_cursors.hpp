// Does this session keep a cursor WITH HOLD, that is, one that outlives its transaction?
#pragma once

namespace ai_cleanup::held_cursors
{

// From utility.cpp: a cursor of that name is about to be declared WITH HOLD.
void declare(const char *name);

// Once the transaction is over. A cursor that is closed by a message of the protocol instead of
// by CLOSE counts until the next transaction has ended.
bool any();

} // namespace ai_cleanup::held_cursors
