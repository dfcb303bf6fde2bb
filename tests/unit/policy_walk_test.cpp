// The worker cannot spin and misses none: random sessions, and a clock that jumps to the
// very moment that the sweep before asked for, as the worker sleeps.
#include "core/policy.hpp"
#include "core/sweep.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "dice.hpp"

namespace ai_cleanup
{
namespace
{

constexpr Timestamp start = 800'000'000 * second;
constexpr Duration request_life = 10 * second; // as requesters/worker.cpp lets a request live
constexpr int seeds = 3000;

Limits
random_limits(Dice &dice)
{
	const std::int32_t timeouts[] = {0, 1, 20, 1000, 600'000, 2147483647};
	return {.enabled = !dice.one_in(20),
			.idle_timeout_ms = dice.one_of(timeouts),
			.connection_budget = 0,
			.headroom = 0,
			.idle_in_transaction_timeout_ms = dice.one_in(2) ? dice.one_of(timeouts) : 0,
			.idle_blocker_timeout_ms = dice.one_in(2) ? dice.one_of(timeouts) : 0,
			.protect = static_cast<Protections>(dice.below(8))};
}

// Any moment that a snapshot could show: usually one not long past, at times an odd one.
Timestamp
random_moment(Dice &dice, Timestamp now)
{
	const Timestamp odd[] = {long_ago,     long_ago + 1, 0,         now,   now + 1,
							 now + second, now - 1,      never - 1, never, now - 1000};
	if (dice.one_in(4))
		return dice.one_of(odd);
	return now - dice.between(0, 2000 * second);
}

Session
random_session(Dice &dice, Timestamp now)
{
	const Activity activities[] = {Activity::idle, Activity::idle, Activity::in_transaction,
								   Activity::busy};
	const std::int32_t timeouts[] = {inherited, inherited, inherited, 0,
									 1,         1500,      3'600'000, 2147483647};
	return {
		.id = dice.below(1'000'000) + 1,
		.slot = static_cast<std::uint32_t>(dice.below(100)),
		.database = 5,
		.role = 10,
		.pid = 4711,
		.activity = dice.one_of(activities),
		.permission = Permission::granted,
		.own = dice.one_in(20),
		.retirable = !dice.one_in(20),
		.target = !dice.one_in(20),
		.opened_at = random_moment(dice, now),
		.idle_since = random_moment(dice, now),
		.asked_at = dice.one_in(3) ? random_moment(dice, now) : long_ago,
		.asked_until = dice.one_in(3) ? random_moment(dice, now) : long_ago,
		.declined_at = random_moment(dice, now),
		.declines = dice.one_in(3) ? static_cast<std::uint32_t>(dice.below(9)) : 0,
		.idle_timeout_ms = dice.one_of(timeouts),
		.connection_budget = inherited,
		.blocks_since = dice.one_in(2) ? random_moment(dice, now) : never,
		.idle_in_transaction_timeout_ms = dice.one_of(timeouts),
		.idle_blocker_timeout_ms = dice.one_of(timeouts),
	};
}

Session
random_sheltered_session(Dice &dice, Timestamp now)
{
	Session session = random_session(dice, now);
	if (dice.one_in(3))
		session.protections = static_cast<Protections>(dice.below(8));
	if (dice.one_in(6))
		session.exemption = static_cast<Exemption>(dice.below(4));
	return session;
}

// Without budget and headroom: those are for sweep_test.cpp.
Timestamp
look_over(const std::vector<Session> &sessions, const Limits &limits, Timestamp now,
		  std::vector<Verdict> &verdicts)
{
	std::vector<std::uint32_t> scratch(sessions.size());
	Relief relief;
	return sweep(sessions, limits, 0, now, verdicts, scratch, relief).next;
}

std::vector<Session>
random_sessions(Dice &dice, Timestamp now)
{
	std::vector<Session> sessions(dice.below(12));
	for (Session &session : sessions)
		session = random_session(dice, now);
	return sessions;
}

// A session that cannot be acted upon now is not to be looked at again now, or worse, in the past.
TEST(PolicyWalk, LooksAgainOnlyInTheFuture)
{
	const Timestamp moments[] = {start, 0, long_ago + 1, never - 1, never - second};
	Dice dice(1);

	for (int i = 0; i < 200'000; i++)
	{
		const Timestamp now = dice.one_in(4) ? dice.one_of(moments) : start;
		const Session session = random_sheltered_session(dice, start);
		const Limits limits = random_limits(dice);
		const Verdict verdict = judge(session, limits, now).verdict;
		const Timestamp look = judge(session, limits, now).look_at;

		if (verdict.action == Action::leave_alone)
		{
			ASSERT_GT(look, now) << text(verdict.reason) << ", session " << i;
		}
		else
		{
			ASSERT_EQ(look, now) << text(verdict.reason) << ", session " << i;
		}
	}
}

// Idle sessions that stay as they are until they are retired: none is due between two
// looks, and each look finds a verdict changed.
TEST(PolicyWalk, NothingToDoBetweenTwoLooksAndSomethingNewAtEach)
{
	int looks = 0;

	for (int seed = 0; seed < seeds; seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(static_cast<std::uint64_t>(seed));
		const Limits limits = random_limits(dice);
		std::vector<Session> sessions = random_sessions(dice, start);
		for (Session &session : sessions)
			session.activity = Activity::idle;
		// Each of them waits for three things at most: its limit, a request, a rest.
		const std::size_t most_looks = 3 * sessions.size();
		std::vector<Verdict> verdicts(sessions.size());
		std::vector<Verdict> later(sessions.size());
		Timestamp now = start;

		for (std::size_t step = 0;; step++)
		{
			Timestamp next = look_over(sessions, limits, now, verdicts);
			for (std::size_t i = 0; i < sessions.size(); i++)
				sessions[i].target =
					sessions[i].target && verdicts[i].action == Action::leave_alone;
			next = std::min(next, look_over(sessions, limits, now, verdicts));
			ASSERT_GT(next, now);
			if (next == never)
				break;
			ASSERT_LT(step, most_looks) << "the walk does not end";

			for (const Timestamp moment : {now, dice.between(now, next - 1), next - 1})
			{
				look_over(sessions, limits, moment, later);
				ASSERT_EQ(later, verdicts) << "something happens before the look";
			}
			look_over(sessions, limits, next, later);
			ASSERT_NE(later, verdicts) << "a look for nothing";
			now = next;
			looks++;
		}
	}
	EXPECT_GT(looks, 4500);
}

// A busy session that falls idle, whenever that is, is not due before the look; or not long
// before it, where the limit is shorter than the worker looks at busy ones.
TEST(PolicyWalk, NobodyAtWorkComesDueBeforeTheLook)
{
	int at_work = 0;

	for (int seed = 0; seed < seeds; seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(static_cast<std::uint64_t>(seed));
		const Limits limits = random_limits(dice);
		Session session = random_session(dice, start);
		session.activity = dice.one_in(2) ? Activity::busy : Activity::in_transaction;
		session.idle_in_transaction_timeout_ms = session.idle_blocker_timeout_ms = 0;
		Timestamp look = judge(session, limits, start).look_at;
		if (look == never)
			continue;
		const Duration limit = effective_idle_timeout(session, limits);
		if (limit < least_look)
		{
			ASSERT_EQ(look, after(start, least_look));
			look = after(start, limit);
		}

		at_work++;
		session.activity = Activity::idle;
		session.idle_since = dice.between(start, look - 1);
		for (const Timestamp moment : {dice.between(session.idle_since, look - 1), look - 1})
			EXPECT_EQ(judge(session, limits, moment).verdict.action, Action::leave_alone);
	}
	EXPECT_GT(at_work, 500);
}

// The worker asks, and looks again when its request has expired, whatever comes of it.
Timestamp
ask(Dice &dice, Session &session, Timestamp now)
{
	const Timestamp expires_at = after(now, request_life);

	switch (dice.below(3))
	{
	case 0: // stopped: it does not answer
		session.asked_until = expires_at;
		break;
	case 1: // it was not idle after all
		session.declined_at = now;
		session.declines++;
		session.asked_until = long_ago;
		break;
	default: // it ends, and its slot does not matter any more
		session.target = false;
		break;
	}
	return expires_at;
}

// Work begins and ends at any time between two looks.
void
live_on(Dice &dice, std::vector<Session> &sessions, Timestamp from, Timestamp to)
{
	const Activity activities[] = {Activity::idle, Activity::busy, Activity::in_transaction};

	for (Session &session : sessions)
	{
		if (!dice.one_in(3))
			continue;
		session.activity = dice.one_of(activities);
		session.idle_since = dice.between(from, to);
	}
}

// Sessions that live on. The clock always moves, and in any stretch of time each session
// accounts for no more looks than its shortest wait fits in.
TEST(PolicyWalk, TheWorkerCannotSpin)
{
	constexpr int steps = 200;
	int asked = 0;

	for (int seed = 0; seed < seeds / 10; seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(static_cast<std::uint64_t>(seed));
		const Limits limits = random_limits(dice);
		std::vector<Session> sessions = random_sessions(dice, start);
		std::vector<Verdict> verdicts(sessions.size());
		Duration shortest_wait = declined_rest;
		for (const Session &session : sessions)
		{
			for (const Duration own_limit : {effective_idle_timeout(session, limits),
											 effective_idle_in_transaction_timeout(session, limits),
											 effective_idle_blocker_timeout(session, limits)})
				shortest_wait = own_limit == 0 ? shortest_wait : std::min(shortest_wait, own_limit);
		}
		std::vector<Timestamp> looks;

		Timestamp now = start;
		while (now != never && looks.size() < steps)
		{
			looks.push_back(now);
			Timestamp next = look_over(sessions, limits, now, verdicts);
			ASSERT_GT(next, now);
			for (std::size_t i = 0; i < sessions.size(); i++)
			{
				if (verdicts[i].action != Action::retire)
					continue;
				next = std::min(next, ask(dice, sessions[i], now));
				asked++;
			}
			ASSERT_GT(next, now);
			if (next != never)
				live_on(dice, sessions, now, next);
			now = next;
		}

		// A session may come due by each limit, have its request expire and its rest end in one.
		const std::size_t many = 5 * sessions.size() + 1;
		for (std::size_t i = many; i < looks.size(); i++)
			ASSERT_GE(looks[i] - looks[i - many], shortest_wait)
				<< many << " looks within one wait, at step " << i;
	}
	EXPECT_GT(asked, 1000);
}

} // namespace
} // namespace ai_cleanup
