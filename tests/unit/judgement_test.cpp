// When a verdict changes of itself: not before the moment that the judgement names, exactly then,
// and to what it names. Random sessions of all kinds, that stay as they are.
#include "core/policy.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "dice.hpp"
#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

constexpr int cases = 30'000;
constexpr Timestamp next_week = noon + 7 * 86400 * second;

Limits
random_limits(Dice &dice)
{
	const std::int32_t timeouts[] = {0, 0, 1, 50, 500, 1000, 2000, 600'000};
	return {.enabled = !dice.one_in(20),
			.idle_timeout_ms = dice.one_of(timeouts),
			.connection_budget = 0,
			.headroom = 0,
			.idle_in_transaction_timeout_ms = dice.one_of(timeouts),
			.idle_blocker_timeout_ms = dice.one_of(timeouts),
			.protect =
				dice.one_in(2) ? all_protections : static_cast<Protections>(dice.below(256))};
}

// One that idles, in a transaction or not, holds locks, is waited for, was asked, has declined.
Session
random_case(Dice &dice)
{
	const std::int32_t timeouts[] = {inherited, inherited, 0, 50, 1000};
	Session session = random_session(dice, 1, noon);

	if (session.activity == Activity::in_transaction && !dice.one_in(4))
		session.idle_since = recent_moment(dice, noon);
	session.idle_in_transaction_timeout_ms = dice.one_of(timeouts);
	session.idle_blocker_timeout_ms = dice.one_of(timeouts);
	if (dice.one_in(2))
		session.blocks_since = recent_moment(dice, noon);
	if (dice.one_in(3))
		session.protections = static_cast<Protections>(
			dice.one_in(2) ? protected_by_lock : static_cast<Protections>(dice.below(256)));
	return session;
}

// Where a rule could turn, by any sum of a moment and a length of time that there is.
std::vector<Timestamp>
turning_points(const Session &session, const Limits &limits)
{
	std::vector<Timestamp> points;
	for (const Timestamp from :
		 {session.idle_since, session.blocks_since, session.asked_until, session.declined_at})
		for (const Duration length :
			 {Duration{0}, effective_idle_timeout(session, limits),
			  effective_idle_in_transaction_timeout(session, limits),
			  effective_idle_blocker_timeout(session, limits), second, 2 * second, 4 * second})
			points.push_back(after(from, length));
	return points;
}

void
expect_no_change(const Session &session, const Limits &limits, Timestamp from, Timestamp to,
				 Dice &dice)
{
	const Verdict verdict = judge(session, limits, from).verdict;
	std::vector<Timestamp> moments = turning_points(session, limits);
	moments.push_back(to);
	moments.push_back(dice.between(from, to));

	for (const Timestamp moment : moments)
	{
		if (moment < from || moment > to)
			continue;
		ASSERT_EQ(judge(session, limits, moment).verdict, verdict)
			<< '"' << text(verdict.reason) << "\" became another " << moment - from
			<< " us later, and not " << to + 1 - from;
	}
}

// Follows one session until nothing changes any more. Returns how often its verdict changed.
int
follow(std::uint64_t seed)
{
	constexpr int most_changes = 5; // as many as there are limits, requests and rests
	Dice dice(seed);
	const Session session = random_case(dice);
	const Limits limits = random_limits(dice);
	Timestamp now = noon;

	for (int changes = 0; changes <= most_changes; changes++)
	{
		const Judgement judgement = judge(session, limits, now);
		if (judgement.changes_at == never)
		{
			expect_no_change(session, limits, now, next_week, dice);
			return changes;
		}
		EXPECT_GT(judgement.changes_at, now);
		if (judgement.verdict.action == Action::leave_alone)
		{
			EXPECT_LE(judgement.look_at, judgement.changes_at) << "it is not looked at in time";
		}
		expect_no_change(session, limits, now, judgement.changes_at - 1, dice);
		now = judgement.changes_at;
		EXPECT_EQ(judge(session, limits, now).verdict, judgement.then);
		EXPECT_NE(judgement.then, judgement.verdict);
	}
	ADD_FAILURE() << "it does not come to an end";
	return 0;
}

TEST(Judgement, ChangesExactlyWhenItSaysAndToWhatItSays)
{
	int changes = 0;
	for (std::uint64_t seed = 0; seed < cases && !testing::Test::HasFailure(); seed++)
	{
		SCOPED_TRACE(seed);
		changes += follow(seed);
	}
	EXPECT_GT(changes, cases / 5);
}

// The forecast is the first of those changes that ends the session.
TEST(Judgement, ForecastIsWhenItComesToEnd)
{
	int ends = 0;

	for (std::uint64_t seed = 0; seed < cases && !testing::Test::HasFailure(); seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(seed);
		const Session session = random_case(dice);
		const Limits limits = random_limits(dice);
		const Judgement present = judge(session, limits, noon);
		const Forecast future = forecast(session, limits, noon);

		if (future.at == never)
		{
			EXPECT_EQ(future.reason, present.verdict.reason);
			EXPECT_EQ(judge(session, limits, next_week).verdict.action, Action::leave_alone);
			continue;
		}
		EXPECT_EQ(judge(session, limits, future.at).verdict,
				  (Verdict{Action::retire, future.reason}));
		if (future.at > noon)
		{
			EXPECT_EQ(judge(session, limits, future.at - 1).verdict.action, Action::leave_alone);
			ends++;
		}
	}
	EXPECT_GT(ends, cases / 20);
}

} // namespace
} // namespace ai_cleanup
