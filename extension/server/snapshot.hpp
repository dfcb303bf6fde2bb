// A look at all sessions: the facts the policy decides on.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup
{

// Every open session, in the current memory context. Reads shared memory without a lock and
// looks nothing up: `permission` is granted and `target` true until the caller says otherwise.
std::span<Session> take_snapshot();

} // namespace ai_cleanup
