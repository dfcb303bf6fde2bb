// The rules behind policy.hpp, most decisive first.
#include "policy.hpp"

#include <algorithm>
#include <bit>

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

constexpr Verdict
leave(Reason reason)
{
	return {Action::leave, reason};
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

Duration
effective(std::int32_t own, std::int32_t shared)
{
	return (own == inherited ? shared : own) * millisecond;
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

// The limits on idleness in force for one session; each 0 if it is off.
struct Timeouts
{
	Duration idle;
	Duration in_transaction;
	Duration blocker;
};

Timeouts
timeouts(const Session &session, const Limits &limits)
{
	return {effective_idle_timeout(session, limits),
			effective_idle_in_transaction_timeout(session, limits),
			effective_idle_blocker_timeout(session, limits)};
}

// Since when a session that is idle, in a transaction or not, is in another's way as well.
Timestamp
blocks_idly_since(const Session &session)
{
	return std::max(session.idle_since, session.blocks_since);
}

Verdict
judge_transaction(const Session &session, const Limits &limits, const Timeouts &timeout,
				  Timestamp now)
{
	if (timeout.in_transaction == 0 && timeout.blocker == 0)
		return leave(Reason::in_transaction);
	if (const Protections held = effective_protections(session, limits.protect); held != 0)
		return leave(reason_of(held));
	if (timeout.in_transaction > 0 && idle_for(session, timeout.in_transaction, now))
		return retire(Reason::idle_in_transaction);
	if (timeout.blocker > 0 && blocks_idly_since(session) <= before(now, timeout.blocker))
		return retire(Reason::idle_blocker);
	return leave(Reason::in_transaction);
}

// May a session that idles with a lock have to go for it? Its lock does not protect it from
// that, but whatever else it has does.
bool
may_be_in_the_way(const Session &session, const Limits &limits, const Timeouts &timeout)
{
	constexpr auto but_locks = static_cast<Protections>(~protected_by_lock);

	return timeout.blocker > 0 && session.activity == Activity::idle &&
		   (session.protections & protected_by_lock) != 0 &&
		   effective_protections(session, limits.protect & but_locks) == 0;
}

Verdict
judge_idleness(const Session &session, const Limits &limits, const Timeouts &timeout, Timestamp now)
{
	if (may_be_in_the_way(session, limits, timeout) &&
		blocks_idly_since(session) <= before(now, timeout.blocker))
		return retire(Reason::idle_lock);
	if (timeout.idle == 0)
		return leave(Reason::no_limit);
	if (const Protections held = effective_protections(session, limits.protect); held != 0)
		return leave(reason_of(held));
	if (!idle_for(session, timeout.idle, now))
		return leave(Reason::idle_too_short);
	return retire(Reason::idle_timeout);
}

Verdict
judge(const Session &session, const Limits &limits, const Timeouts &timeout, Timestamp now)
{
	if (timeout.idle == 0 && timeout.in_transaction == 0 && timeout.blocker == 0)
		return leave(Reason::no_limit);
	if (session.activity == Activity::busy)
		return leave(Reason::busy);
	if (session.activity == Activity::in_transaction)
		return judge_transaction(session, limits, timeout, now);
	return judge_idleness(session, limits, timeout, now);
}

// The earliest moment at which somebody who works on, or stays as he is for a reason that only
// his own work can end, could pass this limit.
Timestamp
not_before(Duration limit, Timestamp now)
{
	return limit == 0 ? never : after(now, std::max(limit, least_look));
}

Timestamp
next_look_at_work(const Timeouts &timeout, Timestamp now)
{
	return std::min({not_before(timeout.idle, now), not_before(timeout.in_transaction, now),
					 not_before(timeout.blocker, now)});
}

// Nobody says when a session begins to wait for another's lock. But it has to wait for as long
// as the limit, so that a look in each such length of time finds it before it is due.
Timestamp
next_look_at_waits(const Session &session, const Timeouts &timeout, Timestamp now)
{
	return session.blocks_since == never ? not_before(timeout.blocker, now)
										 : after(blocks_idly_since(session), timeout.blocker);
}

Timestamp
next_look_in_transaction(const Session &session, const Timeouts &timeout, Timestamp now)
{
	Timestamp next = not_before(timeout.idle, now);

	if (session.idle_since == never)
		return next_look_at_work(timeout, now);
	if (timeout.in_transaction > 0)
		next = std::min(next, after(session.idle_since, timeout.in_transaction));
	if (timeout.blocker > 0)
		next = std::min(next, next_look_at_waits(session, timeout, now));
	return next;
}

} // namespace

Timestamp
rested_at(const Session &session, Duration first)
{
	constexpr std::uint32_t most_doublings = 6;

	if (session.declines == 0)
		return long_ago;
	const std::uint32_t doublings = std::min(session.declines - 1, most_doublings);
	return after(session.declined_at, first << doublings);
}

Verdict
permission_verdict(Permission permission)
{
	return leave(permission == Permission::superusers_only ? Reason::superuser
														   : Reason::other_role);
}

Verdict
decide(const Session &session, const Call &call, Timestamp now)
{
	if (session.own)
		return leave(Reason::own_session);
	if (session.database != call.database)
		return leave(Reason::other_database);
	// Before all else, for the other answers say what the session does.
	if (session.permission != Permission::granted)
		return permission_verdict(session.permission);

	if (!call.force)
	{
		if (session.activity == Activity::busy)
			return leave(Reason::busy);
		if (session.activity == Activity::in_transaction)
			return leave(Reason::in_transaction);
		if (!idle_for(session, call.idle_for, now))
			return leave(Reason::idle_too_short);
		if (const Protections held = effective_protections(session, call.protect); held != 0)
			return leave(reason_of(held));
	}

	if (call.force)
		return {Action::terminate, Reason::forced};
	if (!session.retirable)
		return leave(Reason::not_retirable);
	return retire(Reason::called);
}

Duration
effective_idle_timeout(const Session &session, const Limits &limits)
{
	return effective(session.idle_timeout_ms, limits.idle_timeout_ms);
}

Duration
effective_idle_in_transaction_timeout(const Session &session, const Limits &limits)
{
	return effective(session.idle_in_transaction_timeout_ms, limits.idle_in_transaction_timeout_ms);
}

Duration
effective_idle_blocker_timeout(const Session &session, const Limits &limits)
{
	return effective(session.idle_blocker_timeout_ms, limits.idle_blocker_timeout_ms);
}

std::int32_t
effective_budget(const Session &session, const Limits &limits)
{
	const std::int32_t own = session.connection_budget;
	return own == inherited ? limits.connection_budget : own;
}

Protections
effective_protections(const Session &session, Protections protect)
{
	return session.protections & protect &
		   (session.activity == Activity::idle ? protections_while_idle
											   : protections_in_transaction);
}

Verdict
decide(const Session &session, const Limits &limits, Timestamp now)
{
	if (!limits.enabled)
		return leave(Reason::disabled);
	if (session.own)
		return leave(Reason::own_session);
	if (!session.target)
		return leave(Reason::not_target);
	if (!session.retirable)
		return leave(Reason::not_retirable);
	if (session.exemption != Exemption::none)
		return leave(reason_of(session.exemption));

	const Verdict verdict = judge(session, limits, timeouts(session, limits), now);
	if (verdict.action == Action::leave)
		return verdict;
	if (session.asked_until > now)
		return leave(Reason::already_asked);
	if (rested_at(session, declined_rest) > now)
		return leave(Reason::declined_lately);
	return verdict;
}

Timestamp
next_look(const Session &session, const Limits &limits, Timestamp now)
{
	const Verdict verdict = decide(session, limits, now);
	const Timeouts timeout = timeouts(session, limits);

	const Timestamp lock_look = may_be_in_the_way(session, limits, timeout)
									? next_look_at_waits(session, timeout, now)
									: never;

	if (verdict.action == Action::retire)
		return now;
	if (is_protection(verdict.reason))
		return std::min(next_look_at_work(timeout, now), lock_look);
	switch (verdict.reason)
	{
	case Reason::busy:
	case Reason::exempt:
	case Reason::exempt_application:
	case Reason::exempt_role:
		return next_look_at_work(timeout, now);
	case Reason::in_transaction:
		return next_look_in_transaction(session, timeout, now);
	case Reason::idle_too_short:
		return std::min(after(session.idle_since, timeout.idle), lock_look);
	case Reason::no_limit:
		return lock_look;
	case Reason::already_asked:
		return session.asked_until;
	case Reason::declined_lately:
		return rested_at(session, declined_rest);
	default:
		return never; // only another setting can change it, and that wakes the worker
	}
}

Forecast
forecast(const Session &session, const Limits &limits, Timestamp now)
{
	const Verdict verdict = decide(session, limits, now);
	const Timeouts timeout = timeouts(session, limits);

	if (verdict.action == Action::retire)
		return {now, verdict.reason};
	const Timestamp in_the_way =
		timeout.blocker > 0 ? after(blocks_idly_since(session), timeout.blocker) : never;
	const Forecast by_lock = may_be_in_the_way(session, limits, timeout) && in_the_way != never
								 ? Forecast{in_the_way, Reason::idle_lock}
								 : Forecast{never, verdict.reason};

	if (verdict.reason == Reason::idle_too_short)
	{
		const Timestamp too_long = after(session.idle_since, timeout.idle);
		return by_lock.at < too_long ? by_lock : Forecast{too_long, Reason::idle_timeout};
	}
	if (verdict.reason == Reason::holds_lock || verdict.reason == Reason::no_limit)
		return by_lock;
	if (verdict.reason != Reason::in_transaction || session.idle_since == never)
		return {never, verdict.reason};

	const Timestamp too_long =
		timeout.in_transaction > 0 ? after(session.idle_since, timeout.in_transaction) : never;
	if (too_long == never && in_the_way == never)
		return {never, verdict.reason};
	return too_long <= in_the_way ? Forecast{too_long, Reason::idle_in_transaction}
								  : Forecast{in_the_way, Reason::idle_blocker};
}

} // namespace ai_cleanup
