// Which session ends and which stays: pure decisions on the facts of a snapshot. `now` and every
// setting are arguments, nothing is looked up, allocated or called.
#pragma once

#include <cstdint>

#include "limits.hpp"
#include "session.hpp"
#include "time.hpp"
#include "verdict.hpp"

namespace ai_cleanup
{

// A call of ai_cleanup().
struct Call
{
	bool force;
	std::uint32_t database;                // oid
	Duration idle_for;                     // the least idle age that is ended, unless forced
	Protections protect = all_protections; // what protects from it, unless forced
};

// What a call does with one session.
Verdict decide(const Session &session, const Call &call, Timestamp now) noexcept;

// Why a session stays whose role the caller may not signal.
Verdict permission_verdict(Permission permission) noexcept;

// What the automatic limits on idleness make of one session. Need (a budget, headroom, a login)
// is no part of it: that depends on all the others.
struct Judgement
{
	Verdict verdict;

	// When the verdict changes if the session stays as it is, and to which; `never` if it does not.
	Timestamp changes_at;
	Verdict then;

	// The earliest moment at which the verdict could be another, also if the session works on and
	// is idle again right away: `now` if it is to end. `never` if nothing can change the verdict
	// but what wakes the worker.
	Timestamp look_at;
};

Judgement judge(const Session &session, const Limits &limits, Timestamp now) noexcept;

// What will become of a session that stays as it is.
struct Forecast
{
	Timestamp at;  // when it will be retired; `never` if it stays
	Reason reason; // for that limit, or why it stays now
};

Forecast forecast(const Session &session, const Limits &limits, Timestamp now) noexcept;

// After a session declined, the worker lets it be for this long, and twice as long each time
// it declines again without having worked: its client does not read its answers, perhaps.
constexpr Duration declined_rest = second;

// The worker looks at busy sessions no more often than this, however short their limit.
constexpr Duration least_look = 100 * millisecond;

// When the rest after a session's last decline is over; after a single one it is `first` long.
Timestamp rested_at(const Session &session, Duration first) noexcept;

} // namespace ai_cleanup
