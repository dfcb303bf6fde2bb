// Which sessions are in another's way by a transaction left open, or by a session-level lock: facts
// for idle_blocker_timeout.
#pragma once

#include "bridge/prelude.hpp"
#include "core/policy.hpp"

namespace ai_cleanup
{

// Fills in `blocks_since` of the sessions that are idle in a transaction or with a lock, if that
// limit is in force for one of them. Looks through the lock tables then, which takes their locks.
void mark_blockers(std::span<Session> sessions, const Limits &limits, Timestamp now);

} // namespace ai_cleanup
