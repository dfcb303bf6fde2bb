// What is remembered of endings for a need: where they bring no room, they are not repeated.
#include "core/relief.hpp"

#include <gtest/gtest.h>

#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

constexpr Relief::Key budget = 42;

// A pool of ten that refills itself: what is ended is back before the next look.
int
ended_in(Relief &relief, Timestamp from, Duration length, std::size_t size = 10)
{
	int ended = 0;
	for (Timestamp now = from; now < from + length; now += 20 * millisecond)
	{
		ended += relief.may_end(Relief::headroom, 1, size, now) ? 1 : 0;
		relief.forget_relieved(now);
	}
	return ended;
}

TEST(Relief, WhatComesStraightBackIsEndedOnceAndThenLeftAloneForMinutes)
{
	Relief relief;
	Relief::Key key = budget;

	EXPECT_EQ(ended_in(relief, noon, 10 * second), 20) << "twice as many as wanted, not 500";
	EXPECT_TRUE(relief.take_news(key));
	EXPECT_EQ(key, Relief::headroom);
	EXPECT_GT(relief.rests_until(Relief::headroom), noon + 59 * second);

	// One attempt after a minute, after two more, after four, and so on: seven in two hours.
	EXPECT_LE(ended_in(relief, noon + 10 * second, 7200 * second), 7);
	EXPECT_FALSE(relief.take_news(key)) << "that is said once";
}

TEST(Relief, ANeedThatIsMetForHalfASecondIsRelieved)
{
	Relief relief;
	Relief::Key key = 0;

	// A leak: every second it takes ten slots more, and ten others are given back.
	for (int save = 0; save < 100; save++)
	{
		const Timestamp now = noon + save * second;
		EXPECT_TRUE(relief.may_end(Relief::headroom, 10, 10, now)) << save;
		relief.forget_relieved(now);
		relief.forget_relieved(now + relieved_time); // the worker looks again: there is room
	}
	EXPECT_FALSE(relief.take_news(key));
}

// Where endings help, nothing wakes the worker to see it.
TEST(Relief, IsLookedForAfterEachEnding)
{
	Relief relief;

	EXPECT_EQ(relief.next_look(noon), never);
	relief.may_end(Relief::headroom, 1, 10, noon);
	EXPECT_EQ(relief.next_look(noon), noon + relieved_time);
	relief.may_end(budget, 1, 10, noon + 1);
	EXPECT_EQ(relief.next_look(noon + 1), noon + relieved_time) << "the earliest one";
	EXPECT_EQ(relief.next_look(noon + relieved_time), noon + 1 + relieved_time);
	EXPECT_EQ(relief.next_look(noon + 1 + relieved_time), never);
}

TEST(Relief, ANewRestOnlyWhereTheNeedStayed)
{
	Relief relief;

	ended_in(relief, noon, 10 * second);
	// The pool has shrunk meanwhile: after the rest there is no need.
	relief.forget_relieved(noon + 300 * second);
	EXPECT_EQ(relief.rests_until(Relief::headroom), long_ago);
	EXPECT_EQ(ended_in(relief, noon + 400 * second, second), 20) << "as if nothing had been";
}

TEST(Relief, EachNeedOnItsOwn)
{
	Relief relief;

	ended_in(relief, noon, 10 * second);
	EXPECT_TRUE(relief.may_end(budget, 3, 10, noon + 10 * second));
	EXPECT_EQ(relief.rests_until(budget), long_ago);
}

TEST(Relief, NobodyToEndIsNoAttempt)
{
	Relief relief;

	EXPECT_FALSE(relief.may_end(Relief::headroom, 0, 1, noon));
	EXPECT_TRUE(relief.may_end(Relief::headroom, 1, 1, noon));
	EXPECT_FALSE(relief.may_end(Relief::headroom, 0, 1, noon + 1)) << "they are on their way";
	EXPECT_EQ(relief.rests_until(Relief::headroom), long_ago);
}

// A rest of minutes does not last for an hour because the clock was set back by one.
TEST(Relief, ForgetsWhatTheClockHasNotReachedAgain)
{
	Relief relief;

	ended_in(relief, noon, 10 * second);
	ASSERT_GT(relief.rests_until(Relief::headroom), noon);
	EXPECT_FALSE(relief.may_end(Relief::headroom, 1, 10, noon + 10 * second));
	EXPECT_TRUE(relief.may_end(Relief::headroom, 1, 10, noon - 3600 * second));
	EXPECT_LT(relief.rests_until(Relief::headroom), noon - 3600 * second);
}

} // namespace
} // namespace ai_cleanup
