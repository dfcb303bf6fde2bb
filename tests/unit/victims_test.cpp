// Which sessions make way when there is need: which may, in which order, and never more of them
// than it takes. The random ones are compared with the rules, written down once more.
#include "core/victims.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dice.hpp"
#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

constexpr Limits no_limits{
	.enabled = true, .idle_timeout_ms = 0, .connection_budget = 0, .headroom = 0};
constexpr Limits half_an_hour{
	.enabled = true, .idle_timeout_ms = 1'800'000, .connection_budget = 0, .headroom = 0};

using Ids = std::vector<std::uint64_t>;

struct Choice
{
	Ids chosen; // in their order
	std::size_t on_the_way;

	bool operator==(const Choice &) const = default;
};

void
PrintTo(const Choice &choice, std::ostream *out)
{
	for (const std::uint64_t id : choice.chosen)
		*out << id << ' ';
	*out << "and " << choice.on_the_way << " on the way";
}

std::vector<std::uint32_t>
all_of(const std::vector<Session> &sessions)
{
	std::vector<std::uint32_t> among(sessions.size());
	std::iota(among.begin(), among.end(), 0U);
	return among;
}

Choice
choose(const std::vector<Session> &sessions, std::size_t need, Duration ripe_after = second,
	   const Limits &limits = no_limits)
{
	std::vector<std::uint32_t> among = all_of(sessions);
	const Victims victims = choose_victims(sessions, limits, noon, {need, ripe_after}, among);
	Choice choice{{}, victims.on_the_way};
	for (std::size_t i = 0; i < victims.chosen; i++)
		choice.chosen.push_back(sessions[among[i]].id);
	return choice;
}

TEST(Victims, AsManyAsNeededAndNoMore)
{
	const std::vector<Session> three{idle_for(1, 30 * second), idle_for(2, 20 * second),
									 idle_for(3, 10 * second)};

	EXPECT_EQ(choose(three, 0), (Choice{{}, 0}));
	EXPECT_EQ(choose(three, 1), (Choice{{1}, 0}));
	EXPECT_EQ(choose(three, 2), (Choice{{1, 2}, 0}));
	EXPECT_EQ(choose(three, 3), (Choice{{1, 2, 3}, 0}));
	EXPECT_EQ(choose(three, 4), (Choice{{1, 2, 3}, 0}));
	EXPECT_EQ(choose({}, 1), (Choice{{}, 0}));
}

TEST(Victims, OnlyThoseInScopeAreCountedAndChosen)
{
	std::vector<Session> sessions{idle_for(1, 90 * second), idle_for(2, 80 * second),
								  asked_before(idle_for(3, 70 * second), 0),
								  idle_for(4, 60 * second)};
	std::vector<std::uint32_t> among{3, 1};
	const Victims victims = choose_victims(sessions, no_limits, noon, {1, second}, among);

	EXPECT_EQ(victims.chosen, 1U);
	EXPECT_EQ(victims.on_the_way, 0U) << "the one that was asked is not in scope";
	EXPECT_EQ(among.front(), 1U);
	EXPECT_EQ(among.back(), 3U) << "reordered, nothing lost";
}

// One thing each that keeps a session from going, and its bound.
TEST(Victims, WhoMayNotGo)
{
	const struct
	{
		const char *what;
		void (*put)(Session &session);
		bool goes;
	} cases[] = {
		{"nothing", [](Session &) {}, true},
		{"busy", [](Session &s) { s.activity = Activity::busy; }, false},
		{"in a transaction", [](Session &s) { s.activity = Activity::in_transaction; }, false},
		{"the caller's own", [](Session &s) { s.own = true; }, false},
		{"not of a target database", [](Session &s) { s.target = false; }, false},
		{"not retirable", [](Session &s) { s.retirable = false; }, false},
		{"asked, not answered for a while", [](Session &s) { s = asked_before(s, answer_time); },
		 false},
		{"asked, the request expires now", [](Session &s) { s = asked_before(s, 10 * second); },
		 true},
		{"declined now", [](Session &s) { decline(s, noon); }, false},
		{"declined almost a moment ago", [](Session &s) { decline(s, noon - declined_moment + 1); },
		 false},
		{"declined a moment ago", [](Session &s) { decline(s, noon - declined_moment); }, true},
		{"of another role", [](Session &s) { s.permission = Permission::other_role; }, true},
		{"of a superuser", [](Session &s) { s.permission = Permission::superusers_only; }, true},
		{"its idle_timeout is off", [](Session &s) { s.idle_timeout_ms = 0; }, true},
	};

	for (const auto &c : cases)
	{
		Session session = idle_for(1, 3600 * second);
		c.put(session);
		EXPECT_EQ(choose({session}, 1), (Choice{c.goes ? Ids{1} : Ids{}, 0})) << c.what;
	}
}

TEST(Victims, OneThatMayNotGoIsPassedOverForTheNext)
{
	std::vector<Session> sessions{idle_for(1, 40 * second), idle_for(2, 30 * second),
								  idle_for(3, 20 * second), idle_for(4, 10 * second)};
	decline(sessions[0], noon);
	sessions[1].activity = Activity::busy;

	EXPECT_EQ(choose(sessions, 1), (Choice{{3}, 0}));
	EXPECT_EQ(choose(sessions, 2), (Choice{{3, 4}, 0}));
}

TEST(Victims, ThoseOnTheWayCount)
{
	const struct
	{
		const char *what;
		Timestamp asked_at;
		Timestamp asked_until;
		bool counts;
	} cases[] = {
		{"just asked", noon, noon + second, true},
		{"asked a moment ago", noon - answer_time + 1, noon + second, true},
		{"not answered for too long", noon - answer_time, noon + second, false},
		{"the request has expired", noon - millisecond, noon, false},
		{"about to expire", noon - millisecond, noon + 1, true},
		{"agreed", noon - millisecond, never, true},
		{"agreed, and slow to go", noon - exit_time + 1, never, true},
		{"agreed, and held up", noon - exit_time, never, false},
	};

	for (const auto &c : cases)
	{
		std::vector<Session> sessions{idle_for(1, 20 * second), idle_for(2, 10 * second),
									  idle_for(3, 5 * second)};
		sessions[0].asked_at = c.asked_at;
		sessions[0].asked_until = c.asked_until;
		sessions[0].agreed = c.asked_until == never;
		const bool askable = c.asked_until <= noon;

		EXPECT_EQ(choose(sessions, 1).chosen, c.counts  ? Ids{}
											  : askable ? Ids{1}
														: Ids{2})
			<< c.what;
		EXPECT_EQ(choose(sessions, 2).chosen, c.counts  ? Ids{2}
											  : askable ? (Ids{1, 2})
														: (Ids{2, 3}))
			<< c.what;
		EXPECT_EQ(choose(sessions, 2).on_the_way, c.counts ? 1U : 0U) << c.what;
	}
}

TEST(Victims, PastTheHardLimitFirstThenLongestIdle)
{
	// In the order in which they have to go.
	std::vector<Session> sessions{
		idle_for(5, 50 * second), // past its own limit of 20 s
		idle_for(2, 30 * second), // likewise
		idle_for(1, 1700 * second), idle_for(7, 60 * second),
		idle_for(3, 40 * second), // the same age as the next:
		idle_for(4, 40 * second), // the one that came first goes first
		idle_for(6, 20 * second), // its own limit is longer
	};
	sessions[0].idle_timeout_ms = 20'000;
	sessions[1].idle_timeout_ms = 20'000;
	sessions[6].idle_timeout_ms = 3'600'000;
	Ids order;
	for (const Session &session : sessions)
		order.push_back(session.id);

	Dice dice(1);
	for (int i = 0; i < 200; i++)
	{
		for (std::size_t last = sessions.size(); last > 1; last--)
			std::swap(sessions[last - 1], sessions[dice.below(last)]);
		for (std::size_t need = 0; need <= sessions.size(); need++)
			ASSERT_EQ(choose(sessions, need, second, half_an_hour).chosen,
					  Ids(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(need)));
	}
}

TEST(Victims, ALimitThatIsOffIsNeverPassed)
{
	std::vector<Session> sessions{idle_for(1, 3600 * second), idle_for(2, 1900 * second)};
	sessions[0].idle_timeout_ms = 0;

	EXPECT_EQ(choose(sessions, 1, second, half_an_hour), (Choice{{2}, 0}));
	EXPECT_EQ(choose(sessions, 1, second, no_limits), (Choice{{1}, 0}));
}

// One that has been idle for less is pausing, perhaps: between two requests, or before its first.
TEST(Victims, OnlyARipeOneGoesHoweverManyAreNeeded)
{
	const std::vector<Session> sessions{idle_for(1, 700 * millisecond), idle_for(2, second),
										idle_for(3, second - 1), idle_for(4, 0),
										idle_for(5, 61 * second)};

	EXPECT_EQ(choose(sessions, 5), (Choice{{5, 2}, 0}));
	EXPECT_EQ(choose(sessions, 5, 60 * second), (Choice{{5}, 0}));
	EXPECT_EQ(choose(sessions, 5, 3600 * second), (Choice{{}, 0}));
	EXPECT_EQ(choose(sessions, 5, 0), (Choice{{5, 2, 3, 1, 4}, 0})) << "0 takes any";
}

// A limit of the session's own makes it go first, but not before it is ripe.
TEST(Victims, PastALimitBelowTheRipeAgeItStillHasToBeRipe)
{
	std::vector<Session> sessions{idle_for(1, 500 * millisecond), idle_for(2, 2 * second)};
	sessions[0].idle_timeout_ms = 100;

	EXPECT_EQ(choose(sessions, 2), (Choice{{2}, 0}));
}

TEST(Victims, WhenToChooseAgain)
{
	const struct
	{
		const char *what;
		void (*put)(Session &session);
		Timestamp next;
	} cases[] = {
		{"ripe", [](Session &) {}, never},
		{"pausing", [](Session &s) { s.idle_since = noon - 400 * millisecond; },
		 noon + 600 * millisecond},
		{"busy: idle right away, perhaps", [](Session &s) { s.activity = Activity::busy; },
		 noon + second},
		{"protected", [](Session &s) { s.protections = protected_by_lock; }, never},
		{"asked", [](Session &s) { s = asked_before(s, millisecond); },
		 noon - millisecond + answer_time},
		{"declined", [](Session &s) { decline(s, noon); }, noon + declined_moment},
	};

	for (const auto &c : cases)
	{
		Session session = idle_for(1, 3600 * second);
		c.put(session);
		EXPECT_EQ(next_choice(session, no_limits, noon, {1, second}), c.next) << c.what;
	}
}

// The rules once more, for one session at a time.
bool
is_on_the_way(const Session &s)
{
	const bool expired = s.asked_until <= noon;
	return !expired && noon - s.asked_at < (s.agreed ? exit_time : answer_time);
}

bool
may_go(const Session &s, const Need &need)
{
	if (s.protections != 0 || (s.exemption != Exemption::none && !need.takes_exempt))
		return false;
	if (s.own || !s.target || !s.retirable || s.activity != Activity::idle || s.asked_until > noon)
		return false;
	if (s.declines > 0 && noon - s.declined_at < declined_moment << (s.declines - 1))
		return false;
	return noon - s.idle_since >= need.ripe_after;
}

bool
is_past_limit(const Session &s, const Limits &limits)
{
	const std::int64_t ms =
		s.idle_timeout_ms == inherited ? limits.idle_timeout_ms : s.idle_timeout_ms;
	return ms > 0 && noon - s.idle_since >= ms * millisecond;
}

TEST(Victims, RandomSessionsGoByTheRules)
{
	const std::int32_t timeouts[] = {0, 500, 2000};
	int chosen_in_all = 0;
	int counted_in_all = 0;

	for (std::uint64_t seed = 0; seed < 30'000; seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(seed);
		const std::vector<Session> sessions = random_sessions(dice, 12, noon);
		const Limits limits{true, dice.one_of(timeouts), 0, 0};
		const Duration ripe_ages[] = {0, 300 * millisecond, second, 60 * second};
		const Need need{dice.below(sessions.size() + 2), dice.one_of(ripe_ages), dice.one_in(4)};
		std::vector<std::uint32_t> among;
		std::vector<Session> scope;
		for (const std::uint32_t i : all_of(sessions))
			if (!dice.one_in(4))
			{
				among.push_back(i);
				scope.push_back(sessions[i]);
			}
		const std::set<std::uint32_t> before(among.begin(), among.end());

		const Victims victims = choose_victims(sessions, limits, noon, need, among);
		ASSERT_EQ(std::set<std::uint32_t>(among.begin(), among.end()), before);

		std::size_t coming = 0;
		Ids candidates;
		for (const Session &session : scope)
		{
			coming += is_on_the_way(session);
			if (may_go(session, need))
				candidates.push_back(session.id);
		}
		std::sort(candidates.begin(), candidates.end(), [&](std::uint64_t a, std::uint64_t b) {
			const Session &left = sessions[a - 1];
			const Session &right = sessions[b - 1];
			if ((left.exemption == Exemption::none) != (right.exemption == Exemption::none))
				return left.exemption == Exemption::none;
			if (is_past_limit(left, limits) != is_past_limit(right, limits))
				return is_past_limit(left, limits);
			return left.idle_since == right.idle_since ? a < b : left.idle_since < right.idle_since;
		});
		candidates.resize(
			std::min(candidates.size(), need.sessions - std::min(need.sessions, coming)));

		Ids chosen;
		for (std::size_t i = 0; i < victims.chosen; i++)
			chosen.push_back(sessions[among[i]].id);
		ASSERT_EQ(chosen, candidates);
		ASSERT_EQ(victims.on_the_way, coming);
		chosen_in_all += static_cast<int>(chosen.size());
		counted_in_all += static_cast<int>(coming);
	}
	EXPECT_GT(chosen_in_all, 10'000);
	EXPECT_GT(counted_in_all, 5'000);
}

} // namespace
} // namespace ai_cleanup
