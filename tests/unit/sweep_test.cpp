// One look of the worker: what budget and headroom add to the hard limits, and when to look
// again. That this holds for all kinds of sessions is proved in sweep_walk_test.cpp.
#include "core/sweep.hpp"

#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/victims.hpp"
#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

constexpr Duration ripe_age = 5 * second;
constexpr Limits no_limits{.enabled = true,
						   .idle_timeout_ms = 0,
						   .connection_budget = 0,
						   .headroom = 0,
						   .ripe_for_headroom_ms = ripe_age / millisecond};

Limits
headroom_of(std::int32_t slots)
{
	Limits limits = no_limits;
	limits.headroom = slots;
	return limits;
}

Limits
budget_of(std::int32_t sessions)
{
	Limits limits = no_limits;
	limits.connection_budget = sessions;
	return limits;
}

struct Look
{
	Timestamp next;
	bool headroom_met;
	std::vector<Verdict> verdicts;
};

Look
look(const std::vector<Session> &sessions, const Limits &limits, std::size_t free_slots,
	 Timestamp now = noon)
{
	std::vector<Verdict> verdicts(sessions.size());
	std::vector<std::uint32_t> scratch(sessions.size());
	Relief relief;
	const auto [next, headroom_met] =
		sweep(sessions, limits, free_slots, now, verdicts, scratch, relief);
	return {next, headroom_met, verdicts};
}

using Ids = std::set<std::uint64_t>;

// Which have to go for this reason.
Ids
going(const std::vector<Session> &sessions, const Look &look, Reason reason)
{
	Ids ids;
	for (std::size_t i = 0; i < sessions.size(); i++)
		if (look.verdicts[i] == Verdict{Action::retire, reason})
			ids.insert(sessions[i].id);
	return ids;
}

// The first has been idle for longest.
std::vector<Session>
idle_ones(std::size_t count, std::uint32_t database = shop)
{
	std::vector<Session> sessions;
	for (std::size_t i = 0; i < count; i++)
	{
		sessions.push_back(idle_for(i + 1, (3600 - static_cast<Duration>(i)) * second));
		sessions.back().database = database;
	}
	return sessions;
}

TEST(SweepHeadroom, AsManyGoAsSlotsAreMissing)
{
	const std::vector<Session> ten = idle_ones(10);
	const struct
	{
		std::int32_t headroom;
		std::size_t free;
		Ids expected;
	} cases[] = {
		{0, 0, {}},
		{3, 3, {}},
		{3, 4, {}},
		{3, 2, {1}},
		{3, 0, {1, 2, 3}},
		{10, 0, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{11, 0, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{2147483647, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
	};

	for (const auto &c : cases)
	{
		const Look result = look(ten, headroom_of(c.headroom), c.free);
		EXPECT_EQ(going(ten, result, Reason::headroom), c.expected) << c.headroom << ' ' << c.free;
	}
}

TEST(SweepHeadroom, ThoseThatGoAlreadyCount)
{
	std::vector<Session> ten = idle_ones(10);
	Limits limits = headroom_of(4);
	limits.idle_timeout_ms = 3'600'000; // the first is past it
	agree(ten[1], noon);
	ten[2] = asked_before(ten[2], 0);

	const Look result = look(ten, limits, 0);
	EXPECT_EQ(going(ten, result, Reason::idle_timeout), Ids{1});
	EXPECT_EQ(going(ten, result, Reason::headroom), Ids{4});
}

TEST(SweepHeadroom, CountsTheWholeServerAndTakesFromTargetDatabases)
{
	std::vector<Session> sessions = idle_ones(3);
	for (Session &session : idle_ones(3, blog))
	{
		session.id += 10;
		session.target = false;
		sessions.push_back(session);
	}
	const Look result = look(sessions, headroom_of(4), 0);
	EXPECT_EQ(going(sessions, result, Reason::headroom), (Ids{1, 2, 3}));
}

TEST(SweepBudget, EachDatabaseHasItsOwn)
{
	std::vector<Session> sessions = idle_ones(6);
	for (Session session : idle_ones(4, blog))
	{
		session.id += 10;
		sessions.push_back(session);
	}
	const Look result = look(sessions, budget_of(4), 0);
	EXPECT_EQ(going(sessions, result, Reason::over_budget), (Ids{1, 2}));
}

TEST(SweepBudget, TheStrictestValueOfADatabaseCounts)
{
	const struct
	{
		std::int32_t file;
		std::vector<std::int32_t> own; // of the sessions, the first has been idle for longest
		Ids expected;
	} cases[] = {
		{0, {inherited, inherited, inherited}, {}},
		{2, {inherited, inherited, inherited}, {1}},
		{2, {0, inherited, inherited}, {1}}, // no budget of its own, but in a database with one
		{2, {0, 0, 0}, {}},
		{0, {inherited, inherited, 2}, {1}},
		{0, {1, 2, 3}, {1, 2}},
		{1, {3, 3, 3}, {}},
		{3, {inherited, inherited, 1}, {1, 2}},
		{1, {3, inherited, 3}, {1, 2}},
		{2147483647, {inherited, inherited, inherited}, {}},
	};

	for (const auto &c : cases)
	{
		std::vector<Session> sessions = idle_ones(c.own.size());
		for (std::size_t i = 0; i < sessions.size(); i++)
			sessions[i].connection_budget = c.own[i];
		const Look result = look(sessions, budget_of(c.file), 0);
		EXPECT_EQ(going(sessions, result, Reason::over_budget), c.expected) << &c - cases;
	}
}

TEST(SweepBudget, BusySessionsCountAndStay)
{
	std::vector<Session> sessions = idle_ones(5);
	sessions[0].activity = Activity::busy;
	sessions[1].activity = Activity::in_transaction;

	Look result = look(sessions, budget_of(3), 0);
	EXPECT_EQ(going(sessions, result, Reason::over_budget), (Ids{3, 4}));

	result = look(sessions, budget_of(1), 0);
	EXPECT_EQ(going(sessions, result, Reason::over_budget), (Ids{3, 4, 5}));
}

TEST(SweepBudget, ThoseThatGoAlreadyCount)
{
	std::vector<Session> sessions = idle_ones(6);
	sessions[0].idle_timeout_ms = 1000;
	sessions[1] = asked_before(sessions[1], 0);

	const Look result = look(sessions, budget_of(3), 0);
	EXPECT_EQ(going(sessions, result, Reason::idle_timeout), Ids{1});
	EXPECT_EQ(going(sessions, result, Reason::over_budget), Ids{3});
}

TEST(SweepBudget, OfADatabaseThatIsNoTargetDoesNotHold)
{
	std::vector<Session> sessions = idle_ones(4);
	for (Session &session : sessions)
		session.target = false;

	const Look result = look(sessions, budget_of(1), 0);
	EXPECT_EQ(going(sessions, result, Reason::over_budget), Ids{});
}

TEST(Sweep, BudgetIsCountedForHeadroom)
{
	std::vector<Session> sessions = idle_ones(6);
	for (Session session : idle_ones(4, blog))
	{
		session.id += 10;
		session.idle_since += second / 2;
		session.connection_budget = 0;
		sessions.push_back(session);
	}
	Limits limits = headroom_of(5);
	limits.connection_budget = 4;

	const Look result = look(sessions, limits, 1);
	EXPECT_EQ(going(sessions, result, Reason::over_budget), (Ids{1, 2}));
	EXPECT_EQ(going(sessions, result, Reason::headroom), (Ids{11, 12}));
}

TEST(Sweep, DisabledNobodyGoes)
{
	Limits limits{.enabled = false, .idle_timeout_ms = 1, .connection_budget = 1, .headroom = 9};
	const Look result = look(idle_ones(5), limits, 0);
	for (const Verdict &verdict : result.verdicts)
		EXPECT_EQ(verdict, (Verdict{Action::leave_alone, Reason::disabled}));
	EXPECT_EQ(result.next, never);
}

// A session that merely pauses is not ended to make room that is not needed.
TEST(Sweep, OneThatIsNotRipeStaysAndIsLookedAtAgain)
{
	Session latest = forgotten;
	latest.opened_at = noon - 200 * millisecond;
	latest.idle_since = noon - 100 * millisecond;

	for (const Limits &limits : {headroom_of(3), budget_of(1)})
	{
		std::vector<Session> sessions{latest, latest};
		sessions[0].id = 2;
		Look result = look(sessions, limits, 0);
		EXPECT_EQ(result.verdicts[0].action, Action::leave_alone);
		EXPECT_EQ(result.verdicts[1].action, Action::leave_alone);
		EXPECT_EQ(result.next, latest.idle_since + ripe_age);

		result = look(sessions, limits, 0, result.next);
		EXPECT_EQ(result.verdicts[1].action, Action::retire) << "the first by its id";
	}
}

TEST(Sweep, WhenToLookAgainForAnUnmetNeed)
{
	const struct
	{
		const char *what;
		void (*put)(Session &session);
		Timestamp expected;
	} cases[] = {
		{"busy", [](Session &s) { s.activity = Activity::busy; }, noon + ripe_age},
		{"in a transaction", [](Session &s) { s.activity = Activity::in_transaction; },
		 noon + ripe_age},
		{"declined", [](Session &s) { decline(s, noon); }, noon + declined_moment},
		{"not a target", [](Session &s) { s.target = false; }, never},
		{"not retirable", [](Session &s) { s.retirable = false; }, never},
		{"agreed", [](Session &s) { agree(s, noon); }, noon + exit_time},
		{"goes", [](Session &) {}, noon + relieved_time},
	};

	for (const auto &c : cases)
	{
		Session session = forgotten;
		c.put(session);
		const Look result = look({session}, headroom_of(9), 0);
		EXPECT_EQ(result.next, c.expected) << c.what;
	}
	EXPECT_EQ(look({}, headroom_of(9), 0).next, never);
}

// A leak that takes a slot a second is relieved each time, and no reason to rest.
TEST(Sweep, EndingsThatHelpAreSeenToHelp)
{
	Relief relief;
	Timestamp now = noon;

	for (int i = 0; i < 20; i++, now += second)
	{
		const std::vector<Session> sessions{forgotten};
		std::vector<Verdict> verdicts(1);
		std::vector<std::uint32_t> scratch(1);
		const Timestamp first =
			sweep(sessions, headroom_of(3), 2, now, verdicts, scratch, relief).next;
		ASSERT_EQ(verdicts[0].action, Action::retire) << i;
		ASSERT_LT(first, now + second) << "nobody else would wake the worker";
		const Timestamp second = sweep({}, headroom_of(3), 3, first, {}, {}, relief).next;
		EXPECT_EQ(second, never) << "it has been seen";
	}
}

// A login need not wake the worker where the headroom cannot be had.
TEST(Sweep, SaysWhetherTheHeadroomIsMet)
{
	Session busy = forgotten;
	busy.activity = Activity::busy;

	EXPECT_TRUE(look({busy, busy}, headroom_of(2), 2).headroom_met) << "it is there";
	EXPECT_TRUE(look({busy, forgotten}, headroom_of(2), 1).headroom_met) << "one goes for it";
	EXPECT_FALSE(look({busy, forgotten}, headroom_of(2), 0).headroom_met) << "one does not suffice";
	EXPECT_TRUE(look({busy, busy}, budget_of(1), 0).headroom_met) << "a budget is another need";
}

// The hard limit's next look stays, if it comes first.
TEST(Sweep, TheEarlierOfBothLooksCounts)
{
	Session session = forgotten;
	session.activity = Activity::busy;
	session.idle_timeout_ms = 300;
	EXPECT_EQ(look({session}, headroom_of(9), 0).next, noon + 300 * millisecond);
	session.idle_timeout_ms = 30'000;
	EXPECT_EQ(look({session}, headroom_of(9), 0).next, noon + ripe_age);
}

} // namespace
} // namespace ai_cleanup
