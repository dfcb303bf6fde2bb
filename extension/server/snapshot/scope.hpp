// Which sessions the automatic parts may end: the databases they may touch, and what is exempt. The
// lists of ai_cleanup.databases, exempt_applications and exempt_roles, ready to be asked.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup::scope
{

// Reads the settings anew. To be called at the start and after each reload.
void reload();

// Fills in `target` and `exemption` of each session. After reload().
void mark(std::span<Session> sessions);

} // namespace ai_cleanup::scope
