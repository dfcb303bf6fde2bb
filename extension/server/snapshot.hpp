// A look at all sessions: the facts the policy decides on.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup
{

struct Snapshot
{
	std::span<Session> sessions;
	std::size_t leaving; // sessions that are ending, whose slots will be free in a moment
};

// Every open session, in the current memory context. Reads shared memory without a lock and
// looks nothing up: `permission` is granted and `target` true until the caller says otherwise.
Snapshot take_snapshot();

} // namespace ai_cleanup
