// Who goes and who stays: pure decisions on the facts of a snapshot. `now` and every
// setting are arguments, nothing is looked up, allocated or called.
// Used by server/call.cpp (a call), sweep.cpp (the automatic limits) and server/views.cpp.
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
	std::uint32_t database;                // oid
	Duration idle_for;                     // the least idle age that goes, unless forced
	Protections protect = all_protections; // what protects from it, unless forced
};

// The worker's settings, freshly reloaded: they count for every session that inherits.
struct Limits
{
	bool enabled;
	std::int32_t idle_timeout_ms;   // 0 is off
	std::int32_t connection_budget; // sessions in one database; 0 is off
	std::int32_t headroom;          // free slots on the server; 0 is off

	std::int32_t idle_in_transaction_timeout_ms = 0; // 0 is off
	std::int32_t idle_blocker_timeout_ms = 0;        // 0 is off
	std::int32_t ripe_for_headroom_ms = 0; // the least idle time that headroom and budgets end
	std::int32_t ripe_for_login_ms = 0;    // and that a login ends
	Protections protect = all_protections; // what protects
	bool evict_exempt = false; // do exempt sessions make way for headroom and for logins?
};

// After a session declined, the worker lets it be for this long, and twice as long each time
// it declines again without having worked: its client does not read its answers, perhaps.
constexpr Duration declined_rest = second;

// The worker looks at busy sessions no more often than this, however short their limit.
constexpr Duration least_look = 100 * millisecond;

// When the rest after a session's last decline is over; after a single one it is `first` long.
Timestamp rested_at(const Session &session, Duration first);

// Why a session stays whose role the caller may not signal.
Verdict permission_verdict(Permission permission);

// What a call does with one session.
Verdict decide(const Session &session, const Call &call, Timestamp now);

// What the automatic limits do with one session.
Verdict decide(const Session &session, const Limits &limits, Timestamp now);

// What is in force for one session, its own value or the file's; 0 if it is off.
Duration effective_idle_timeout(const Session &session, const Limits &limits);
Duration effective_idle_in_transaction_timeout(const Session &session, const Limits &limits);
Duration effective_idle_blocker_timeout(const Session &session, const Limits &limits);
std::int32_t effective_budget(const Session &session, const Limits &limits);

// The smaller one of two budgets that are on.
constexpr std::int32_t
stricter(std::int32_t budget, std::int32_t other)
{
	return budget == 0 || (other > 0 && other < budget) ? other : budget;
}

// The earliest moment at which the automatic limits could decide differently about a session
// that stays as it is, or that works on and falls idle right away; `never` if they cannot.
Timestamp next_look(const Session &session, const Limits &limits, Timestamp now);

// What will become of a session that stays as it is.
struct Forecast
{
	Timestamp at;  // when it will be retired; `never` if it stays
	Reason reason; // for that limit, or why it stays
};

// By the limits on idleness: need (a budget, headroom, a login) cannot be foreseen.
Forecast forecast(const Session &session, const Limits &limits, Timestamp now);

// What protects the session as it is now, idle or in a transaction, of what counts; 0 if nothing.
Protections effective_protections(const Session &session, Protections protect);

} // namespace ai_cleanup
