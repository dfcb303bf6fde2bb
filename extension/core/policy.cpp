// The rules behind policy.hpp, most decisive first.
#include "policy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

constexpr Verdict
leave_alone(Reason reason)
{
	return {Action::leave_alone, reason};
}

constexpr Verdict
retire(Reason reason)
{
	return {Action::retire, reason};
}

// Where the clock has been set back, `idle_since` may lie in the future: idle all the same.
bool
idle_for(const Session &session, Duration age, Timestamp now)
{
	return session.idle_since != never && (age == 0 || session.idle_since <= before(now, age));
}

Reason
reason_of(Exemption exemption)
{
	switch (exemption)
	{
	case Exemption::application:
		return Reason::exempt_application;
	case Exemption::role:
		return Reason::exempt_role;
	default:
		return Reason::exempt;
	}
}

Reason
reason_of(Protections protections)
{
	const auto first = std::countr_zero(protections);
	return static_cast<Reason>(static_cast<int>(Reason::backs_up) + first);
}

static_assert(static_cast<int>(Reason::timeout_off) - static_cast<int>(Reason::backs_up) ==
			  std::countr_zero(protected_by_timeout_off));

// Why no limit concerns the session at all: of the wrong database, say. Only what wakes the worker
// can change that.
std::optional<Reason>
why_out_of_reach(const Session &session, const Limits &limits)
{
	if (!limits.enabled)
		return Reason::disabled;
	if (session.own)
		return Reason::own_session;
	if (!session.target)
		return Reason::not_target;
	if (!session.retirable)
		return Reason::not_retirable;
	return std::nullopt;
}

// A session within reach, with the limits on idleness that are in force for it; each 0 if it is
// off.
struct Case
{
	const Session &session;
	Duration idle;
	Duration in_transaction;
	Duration blocker;
	Protections held;     // what protects it
	bool only_holds_lock; // which does not protect from another's waiting for it
};

Case
case_of(const Session &session, const Limits &limits)
{
	constexpr auto but_locks = static_cast<Protections>(~protected_by_lock);

	return {.session = session,
			.idle = effective_idle_timeout(session, limits),
			.in_transaction = effective_idle_in_transaction_timeout(session, limits),
			.blocker = effective_idle_blocker_timeout(session, limits),
			.held = effective_protections(session, limits.protect),
			.only_holds_lock = session.activity == Activity::idle &&
							   (session.protections & protected_by_lock) != 0 &&
							   effective_protections(session, limits.protect & but_locks) == 0};
}

// Why the session stays as long as none of its limits has passed.
Reason
why_it_stays(const Case &c)
{
	if (c.session.exemption != Exemption::none)
		return reason_of(c.session.exemption);
	if (c.idle == 0 && c.in_transaction == 0 && c.blocker == 0)
		return Reason::no_limit;
	if (c.session.activity == Activity::busy)
		return Reason::busy;

	const bool idle = c.session.activity == Activity::idle;
	if (idle && c.idle == 0)
		return Reason::no_limit;
	if (c.held != 0 && (idle || c.in_transaction > 0 || c.blocker > 0))
		return reason_of(c.held);
	return idle ? Reason::idle_too_short : Reason::in_transaction;
}

// One limit on a session.
struct Deadline
{
	Reason reason;             // why the session ends when the limit has passed
	Timestamp at = never;      // when that is; `never` while its time does not run
	Timestamp look_at = never; // the earliest that it could be, if the session works on
};

// The time of a limit that runs since then.
Deadline
runs(Reason reason, Timestamp since, Duration limit)
{
	const Timestamp at = limit == 0 ? never : after(since, limit);
	return {reason, at, at};
}

// The time of a limit that may begin to run at any moment, unannounced. A look in each such length
// of time finds it before it has passed.
Deadline
may_begin(Reason reason, Duration limit, Timestamp now)
{
	return {reason, never, limit == 0 ? never : after(now, std::max(limit, least_look))};
}

Deadline
idle_deadline(const Case &c, Timestamp now)
{
	const bool counts = c.session.activity == Activity::idle && c.held == 0 &&
						c.session.exemption == Exemption::none;

	return counts ? runs(Reason::idle_timeout, c.session.idle_since, c.idle)
				  : may_begin(Reason::idle_timeout, c.idle, now);
}

// May the limits on an open transaction end the session?
bool
transaction_counts(const Case &c)
{
	return c.session.activity == Activity::in_transaction && c.session.idle_since != never &&
		   c.held == 0 && c.session.exemption == Exemption::none;
}

// An idle session tells the worker when it begins a transaction, and when it has taken a lock that
// outlives one (server/session/tell_worker.cpp).
Deadline
transaction_deadline(const Case &c, Timestamp now)
{
	if (c.session.activity == Activity::idle)
		return {Reason::idle_in_transaction};
	return transaction_counts(c)
			   ? runs(Reason::idle_in_transaction, c.session.idle_since, c.in_transaction)
			   : may_begin(Reason::idle_in_transaction, c.in_transaction, now);
}

Deadline
blocker_deadline(const Case &c, Timestamp now)
{
	const bool idle = c.session.activity == Activity::idle;
	const Reason reason = idle ? Reason::idle_lock : Reason::idle_blocker;
	const bool counts =
		idle ? c.only_holds_lock && c.session.exemption == Exemption::none : transaction_counts(c);

	if (!counts && idle)
		return {reason};
	// That another session begins to wait for this one is not announced either.
	if (!counts || c.session.blocks_since == never)
		return may_begin(reason, c.blocker, now);
	return runs(reason, std::max(c.session.idle_since, c.session.blocks_since), c.blocker);
}

// The limits on a session, in the order in which they count where several have passed.
using Deadlines = std::array<Deadline, 3>;

const Deadline *
passed_at(const Deadlines &deadlines, Timestamp moment)
{
	const auto *const found =
		std::find_if(deadlines.begin(), deadlines.end(), [&](const Deadline &deadline) {
			return deadline.at != never && deadline.at <= moment;
		});
	return found == deadlines.end() ? nullptr : found;
}

} // namespace

Timestamp
rested_at(const Session &session, Duration first) noexcept
{
	constexpr std::uint32_t most_doublings = 6;

	if (session.declines == 0)
		return long_ago;
	const std::uint32_t doublings = std::min(session.declines - 1, most_doublings);
	return after(session.declined_at, first << doublings);
}

Verdict
permission_verdict(Permission permission) noexcept
{
	return leave_alone(permission == Permission::superusers_only ? Reason::superuser
																 : Reason::other_role);
}

Verdict
decide(const Session &session, const Call &call, Timestamp now) noexcept
{
	if (session.own)
		return leave_alone(Reason::own_session);
	if (session.database != call.database)
		return leave_alone(Reason::other_database);
	// Before all else, for the other answers say what the session does.
	if (session.permission != Permission::granted)
		return permission_verdict(session.permission);

	if (call.force)
		return {Action::terminate, Reason::forced};
	if (session.activity == Activity::busy)
		return leave_alone(Reason::busy);
	if (session.activity == Activity::in_transaction)
		return leave_alone(Reason::in_transaction);
	if (!idle_for(session, call.idle_for, now))
		return leave_alone(Reason::idle_too_short);
	if (const Protections held = effective_protections(session, call.protect); held != 0)
		return leave_alone(reason_of(held));
	if (!session.retirable)
		return leave_alone(Reason::not_retirable);
	return retire(Reason::called);
}

Judgement
judge(const Session &session, const Limits &limits, Timestamp now) noexcept
{
	if (const auto reason = why_out_of_reach(session, limits))
		return {leave_alone(*reason), never, leave_alone(*reason), never};

	const Case c = case_of(session, limits);
	const Deadlines deadlines{transaction_deadline(c, now), blocker_deadline(c, now),
							  idle_deadline(c, now)};
	const Timestamp rested = rested_at(session, declined_rest);
	const auto verdict_at = [&](Timestamp moment) {
		const Deadline *passed = passed_at(deadlines, moment);
		if (passed == nullptr)
			return leave_alone(why_it_stays(c));
		if (session.asked_until > moment)
			return leave_alone(Reason::already_asked);
		if (rested > moment)
			return leave_alone(Reason::declined_lately);
		return retire(passed->reason);
	};

	Judgement result{verdict_at(now), never, verdict_at(now), never};
	std::array moments{deadlines[0].at, deadlines[1].at, deadlines[2].at, session.asked_until,
					   rested};
	std::sort(moments.begin(), moments.end());
	for (const Timestamp moment : moments)
	{
		if (moment <= now || moment == never || verdict_at(moment) == result.verdict)
			continue;
		result.changes_at = moment;
		result.then = verdict_at(moment);
		break;
	}

	if (result.verdict.action == Action::retire)
		result.look_at = now;
	else if (passed_at(deadlines, now) != nullptr)
		result.look_at = result.changes_at;
	else
		result.look_at =
			std::min({deadlines[0].look_at, deadlines[1].look_at, deadlines[2].look_at});
	return result;
}

Forecast
forecast(const Session &session, const Limits &limits, Timestamp now) noexcept
{
	const Judgement present = judge(session, limits, now);
	Judgement future = present;

	while (future.verdict.action == Action::leave_alone && future.changes_at != never)
	{
		now = future.changes_at;
		future = judge(session, limits, now);
	}
	if (future.verdict.action == Action::leave_alone)
		return {never, present.verdict.reason};
	return {now, future.verdict.reason};
}

} // namespace ai_cleanup
