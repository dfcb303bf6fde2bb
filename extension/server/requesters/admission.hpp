// Letting a newcomer in: where PostgreSQL would refuse a login for want of room, ripe sessions
// make way first, and where ai_cleanup.max_sessions leaves room to wait, it waits in line.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::admission
{

// After the client has been authenticated. Waits for room, for admission_timeout at most, if this
// very login would be refused for want of it and for nothing else; then PostgreSQL's own checks
// follow, and have the last word. Refuses it itself only for ai_cleanup.max_sessions.
void admit(Port &port);

} // namespace ai_cleanup::admission
