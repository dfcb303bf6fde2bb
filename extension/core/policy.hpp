// Who goes and who stays: pure decisions on the facts of a snapshot. `now` and every
// setting are arguments, nothing is looked up, allocated or called.
// Used by server/functions.cpp (a call) and server/worker.cpp (the automatic limits).
#pragma once

#include <cstdint>
#include <span>

#include "session.hpp"
#include "time.hpp"
#include "verdict.hpp"

namespace ai_cleanup
{

// A call of ai_cleanup().
struct Call
{
	bool force;
	std::uint32_t database; // oid
	Duration idle_for;      // the least idle age that goes, unless forced
};

// The worker's settings, freshly reloaded: they count for every session that inherits.
struct Limits
{
	bool enabled;
	std::int32_t idle_timeout_ms; // 0 is off
};

// After a session declined, the worker lets it be for its limit, but at least for this long.
constexpr Duration declined_rest = second;

// What a call does with one session.
Verdict decide(const Session &session, const Call &call, Timestamp now);

// What the automatic limits do with one session.
Verdict decide(const Session &session, const Limits &limits, Timestamp now);

// The idle_timeout in force for one session; 0 if it has none.
Duration effective_idle_timeout(const Session &session, const Limits &limits);

// The earliest moment at which the automatic limits could decide differently about a session
// that stays as it is, or that works on and falls idle right away; `never` if they cannot.
Timestamp next_look(const Session &session, const Limits &limits, Timestamp now);

// One sweep: a verdict for each session, in the same order, into `verdicts` (of the same
// size). Returns the earliest moment at which another sweep could find something to do.
Timestamp sweep(std::span<const Session> sessions, const Limits &limits, Timestamp now,
				std::span<Verdict> verdicts);

} // namespace ai_cleanup
