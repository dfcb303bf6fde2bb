// What SELECT ai_cleanup() does, once its arguments are known to be good; and the same without
// doing it, for ai_cleanup_plan().
#pragma once

#include "bridge/prelude.hpp"
#include "core/policy.hpp"
#include "server/snapshot/snapshot.hpp"

namespace ai_cleanup
{

struct Plan
{
	Snapshot snapshot;
	std::span<const Verdict> verdicts; // one for each session of it
	Timestamp now;
};

// What the call would do at this moment, with each session of the server.
Plan plan(const Call &call, With with);

// Ends what the plan says, waits for it, tells the caller what stayed and why.
// Returns how many sessions ended.
int carry_out(const Call &call);

} // namespace ai_cleanup
