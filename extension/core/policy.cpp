// The rules behind policy.hpp, most decisive first.
#include "policy.hpp"

#include <algorithm>

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

bool
idle_for(const Session &session, Duration age, Timestamp now)
{
	return session.idle_since <= before(now, age);
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
decide(const Session &session, const Call &call, Timestamp now)
{
	if (session.own)
		return leave(Reason::own_session);
	if (session.database != call.database)
		return leave(Reason::other_database);

	// What would have to stay anyway stays for that reason, so that nobody is told
	// "not permitted" of a session that a superuser's call would have left alone as well.
	if (!call.force)
	{
		if (session.activity == Activity::busy)
			return leave(Reason::busy);
		if (session.activity == Activity::in_transaction)
			return leave(Reason::in_transaction);
		if (!idle_for(session, call.idle_for, now))
			return leave(Reason::idle_too_short);
	}

	if (session.permission == Permission::superusers_only)
		return leave(Reason::superuser);
	if (session.permission == Permission::other_role)
		return leave(Reason::other_role);

	if (call.force)
		return {Action::terminate, Reason::forced};
	if (!session.retirable)
		return leave(Reason::not_retirable);
	return {Action::retire, Reason::called};
}

Duration
effective_idle_timeout(const Session &session, const Limits &limits)
{
	const std::int32_t own = session.idle_timeout_ms;
	return (own == inherited ? limits.idle_timeout_ms : own) * millisecond;
}

std::int32_t
effective_budget(const Session &session, const Limits &limits)
{
	const std::int32_t own = session.connection_budget;
	return own == inherited ? limits.connection_budget : own;
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

	const Duration limit = effective_idle_timeout(session, limits);
	if (limit == 0)
		return leave(Reason::no_limit);
	if (session.activity == Activity::busy)
		return leave(Reason::busy);
	if (session.activity == Activity::in_transaction)
		return leave(Reason::in_transaction);
	if (!idle_for(session, limit, now))
		return leave(Reason::idle_too_short);
	if (session.asked_until > now)
		return leave(Reason::already_asked);
	if (rested_at(session, declined_rest) > now)
		return leave(Reason::declined_lately);
	return {Action::retire, Reason::idle_timeout};
}

Timestamp
next_look(const Session &session, const Limits &limits, Timestamp now)
{
	const Verdict verdict = decide(session, limits, now);
	const Duration limit = effective_idle_timeout(session, limits);

	switch (verdict.reason)
	{
	case Reason::busy:
	case Reason::in_transaction:
		return after(now, std::max(limit, least_look));
	case Reason::idle_too_short:
		return after(session.idle_since, limit);
	case Reason::already_asked:
		return session.asked_until;
	case Reason::declined_lately:
		return rested_at(session, declined_rest);
	case Reason::idle_timeout:
		return now;
	default:
		return never; // only another setting can change it, and that wakes the worker
	}
}

} // namespace ai_cleanup
