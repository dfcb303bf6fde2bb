// Letting a newcomer in: where PostgreSQL would refuse a login for want of room, idle
// sessions make way first. Called from the authentication hook.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::admission
{

// After the client has proved who it is. Makes room if this very login would be refused for
// want of it and for nothing else, waiting for admission_timeout at most; then PostgreSQL's
// own checks follow, and have the last word.
void admit(Port &port);

// The login has succeeded.
void done();

} // namespace ai_cleanup::admission
