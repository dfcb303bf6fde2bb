// Sessions to decide about, made up: one that everything may end, and random ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/session.hpp"
#include "dice.hpp"

namespace ai_cleanup
{

constexpr Timestamp noon = 800'000'000 * second; // some time in 2025
constexpr std::uint32_t shop = 16384;
constexpr std::uint32_t blog = 16385;

// Idle for an hour, at noon, and blocking no other.
constexpr Session forgotten{
	.id = 1,
	.slot = 0,
	.database = shop,
	.role = 10,
	.pid = 4711,
	.activity = Activity::idle,
	.permission = Permission::granted,
	.own = false,
	.retirable = true,
	.target = true,
	.opened_at = noon - 7200 * second,
	.idle_since = noon - 3600 * second,
	.asked_at = long_ago,
	.asked_until = long_ago,
	.declined_at = long_ago,
	.declines = 0,
	.idle_timeout_ms = inherited,
	.connection_budget = inherited,
};

// The same, with an id of its own and idle for so long.
constexpr Session
idle_for(std::uint64_t id, Duration age)
{
	Session session = forgotten;
	session.id = id;
	session.slot = static_cast<std::uint32_t>(id);
	session.idle_since = noon - age;
	return session;
}

// Asked so long ago, by a request that holds for ten seconds.
constexpr Session
asked_before(Session session, Duration age)
{
	session.asked_at = noon - age;
	session.asked_until = after(session.asked_at, 10 * second);
	return session;
}

// Asked at that moment, and on its way out.
constexpr void
agree(Session &session, Timestamp asked_at)
{
	session.asked_at = asked_at;
	session.asked_until = never;
	session.agreed = true;
}

// A moment of the last seconds, where all the rules about moments have their bounds, and often
// exactly on one of these.
inline Timestamp
recent_moment(Dice &dice, Timestamp now)
{
	const Duration ages[] = {0,
							 1,
							 50 * millisecond - 1,
							 50 * millisecond,
							 100 * millisecond - 1,
							 100 * millisecond,
							 second - 1,
							 second,
							 second + 1};
	return dice.one_in(2) ? now - dice.one_of(ages) : now - dice.between(0, 3 * second);
}

inline Session
random_session(Dice &dice, std::uint64_t id, Timestamp now)
{
	const Activity activities[] = {Activity::idle, Activity::idle, Activity::idle,
								   Activity::in_transaction, Activity::busy};
	const std::uint32_t databases[] = {shop, shop, blog, blog + 1};
	const std::int32_t timeouts[] = {inherited, inherited, 0, 500, 2000};
	const std::int32_t budgets[] = {inherited, inherited, 0, 1, 3};

	Session session = idle_for(id, 0);
	session.database = dice.one_of(databases);
	session.activity = dice.one_of(activities);
	session.own = dice.one_in(20);
	session.retirable = !dice.one_in(10);
	session.target = !dice.one_in(10);
	session.opened_at = recent_moment(dice, now);
	session.idle_since = std::max(session.opened_at, recent_moment(dice, now));
	if (session.activity != Activity::idle)
		session.idle_since = never;
	if (dice.one_in(5))
	{
		session.asked_at = recent_moment(dice, now);
		session.asked_until = after(session.asked_at, 2 * second);
		if (dice.one_in(3))
			agree(session, session.asked_at);
	}
	if (dice.one_in(5))
	{
		session.declined_at = recent_moment(dice, now);
		session.declines = 1 + static_cast<std::uint32_t>(dice.below(3));
	}
	session.idle_timeout_ms = dice.one_of(timeouts);
	session.connection_budget = dice.one_of(budgets);
	if (dice.one_in(8))
		session.protections = static_cast<Protections>(1 << dice.below(3));
	if (dice.one_in(8))
		session.exemption = static_cast<Exemption>(1 + dice.below(3));
	return session;
}

inline void
decline(Session &session, Timestamp now)
{
	session.declined_at = now;
	session.declines = 1;
}

inline std::vector<Session>
random_sessions(Dice &dice, std::size_t most, Timestamp now)
{
	std::vector<Session> sessions(dice.below(most + 1));
	for (std::size_t i = 0; i < sessions.size(); i++)
		sessions[i] = random_session(dice, i + 1, now);
	return sessions;
}

} // namespace ai_cleanup
