// The two limits on transactions left open, one of which is on idle holders of locks as well: when
// they pass, what protects, when to look again.
#include "core/policy.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

constexpr Limits limits{.enabled = true,
						.idle_timeout_ms = 0,
						.connection_budget = 0,
						.headroom = 0,
						.idle_in_transaction_timeout_ms = 60'000,
						.idle_blocker_timeout_ms = 5'000};

constexpr Verdict left_alone{Action::leave_alone, Reason::no_limit};

// Left open so long ago, and waited for by another for so long; a negative length: not waited for.
Session
open_for(Duration idle, Duration waited_for)
{
	Session session = idle_for(1, idle);
	session.activity = Activity::in_transaction;
	if (waited_for >= 0)
		session.blocks_since = noon - waited_for;
	return session;
}

TEST(OpenTransaction, EndsWithItsLimits)
{
	constexpr Duration nobody = -1;
	const struct
	{
		Duration idle;
		Duration waited_for;
		Verdict expected;
	} cases[] = {
		{60 * second, nobody, {Action::retire, Reason::idle_in_transaction}},
		{60 * second - 1, nobody, {Action::leave_alone, Reason::in_transaction}},
		{5 * second, 5 * second, {Action::retire, Reason::idle_blocker}},
		{5 * second, 5 * second - 1, {Action::leave_alone, Reason::in_transaction}},
		{5 * second - 1, 50 * second, {Action::leave_alone, Reason::in_transaction}},
		{60 * second, 60 * second, {Action::retire, Reason::idle_in_transaction}},
		{0, 0, {Action::leave_alone, Reason::in_transaction}},
	};

	for (const auto &c : cases)
		EXPECT_EQ(judge(open_for(c.idle, c.waited_for), limits, noon).verdict, c.expected)
			<< c.idle << ' ' << c.waited_for;
}

TEST(OpenTransaction, IsNotIdleness)
{
	Limits idle_only = limits;
	idle_only.idle_timeout_ms = 1;
	idle_only.idle_in_transaction_timeout_ms = 0;
	idle_only.idle_blocker_timeout_ms = 0;
	EXPECT_EQ(judge(open_for(3600 * second, 3600 * second), idle_only, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::in_transaction}));
	EXPECT_EQ(judge(forgotten, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::no_limit}));
}

TEST(OpenTransaction, OwnLimitsOutrankTheFiles)
{
	Session session = open_for(10 * second, 10 * second);
	session.idle_in_transaction_timeout_ms = 0;
	session.idle_blocker_timeout_ms = 0;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::no_limit}));
	session.idle_in_transaction_timeout_ms = 10'000;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::retire, Reason::idle_in_transaction}));
	session.idle_in_transaction_timeout_ms = inherited;
	session.idle_blocker_timeout_ms = 10'000;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::retire, Reason::idle_blocker}));
}

// In the middle of a request it has no moment since which it has been idle.
TEST(OpenTransaction, MustBeKnownToBeIdle)
{
	Session session = open_for(3600 * second, 3600 * second);
	session.idle_since = never;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::in_transaction}));
	EXPECT_EQ(judge(session, limits, noon).look_at, noon + 5 * second);
}

TEST(OpenTransaction, MayBeProtectedButNotByItsLocks)
{
	Session session = open_for(3600 * second, -1);
	session.protections = protected_by_lock;
	EXPECT_EQ(judge(session, limits, noon).verdict.action, Action::retire);
	session.protections = protected_by_listen;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::listens}));
	session.protections = protected_by_temp_table;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::has_temp_table}));
	session.protections = protected_by_snapshot;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::exported_snapshot}));
	session.protections = protected_by_timeout_off;
	EXPECT_EQ(judge(session, limits, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::timeout_off}));
}

TEST(OpenTransaction, NeverEndsForACall)
{
	EXPECT_EQ(decide(open_for(3600 * second, 3600 * second), Call{false, shop, 0}, noon),
			  (Verdict{Action::leave_alone, Reason::in_transaction}));
}

// Nothing says when a wait for its locks begins; a look once in each limit finds it in time.
TEST(OpenTransaction, NextLookAndForecast)
{
	constexpr Duration nobody = -1;
	const struct
	{
		Duration idle;
		Duration waited_for;
		Timestamp look;
		Timestamp forecast;
	} cases[] = {
		{second, nobody, noon + 5 * second, noon + 59 * second},
		{58 * second, nobody, noon + 2 * second, noon + 2 * second},
		{4 * second, 2 * second, noon + 3 * second, noon + 3 * second},
		{2 * second, 4 * second, noon + 3 * second, noon + 3 * second},
		{60 * second, nobody, noon, noon},
	};

	for (const auto &c : cases)
	{
		const Session session = open_for(c.idle, c.waited_for);
		EXPECT_EQ(judge(session, limits, noon).look_at, c.look) << c.idle << ' ' << c.waited_for;
		EXPECT_EQ(forecast(session, limits, noon).at, c.forecast) << c.idle << ' ' << c.waited_for;
	}
}

// Any wait that lasts as long as the limit is seen before it has.
TEST(OpenTransaction, NoWaitIsFoundTooLate)
{
	Limits blocker_only = limits;
	blocker_only.idle_in_transaction_timeout_ms = 0;

	for (Duration begins = 1; begins < 20 * second; begins += 37 * millisecond)
	{
		Session session = open_for(0, -1);
		const Timestamp waits_from = noon + begins;
		Timestamp now = noon;
		for (;;)
		{
			session.blocks_since = waits_from <= now ? waits_from : never;
			if (judge(session, blocker_only, now).verdict.action == Action::retire)
				break;
			const Timestamp next = judge(session, blocker_only, now).look_at;
			ASSERT_GT(next, now);
			now = next;
		}
		ASSERT_EQ(now, waits_from + 5 * second);
	}
}

// An idle session that holds a lock, and was waited for by another for so long.
Session
idle_holder(Duration idle, Duration waited_for)
{
	Session session = open_for(idle, waited_for);
	session.activity = Activity::idle;
	session.protections = protected_by_lock;
	return session;
}

TEST(IdleLockHolder, EndsWhenItIsInTheWayForTooLong)
{
	constexpr Duration nobody = -1;
	const struct
	{
		Duration idle;
		Duration waited_for;
		Verdict expected;
		Timestamp look;
		Forecast forecast;
	} cases[] = {
		{5 * second,
		 5 * second,
		 {Action::retire, Reason::idle_lock},
		 noon,
		 {noon, Reason::idle_lock}},
		{3 * second,
		 5 * second,
		 left_alone,
		 noon + 2 * second,
		 {noon + 2 * second, Reason::idle_lock}},
		{5 * second, second, left_alone, noon + 4 * second, {noon + 4 * second, Reason::idle_lock}},
		{3600 * second, nobody, left_alone, noon + 5 * second, {never, Reason::no_limit}},
	};

	for (const auto &c : cases)
	{
		const Session session = idle_holder(c.idle, c.waited_for);
		EXPECT_EQ(judge(session, limits, noon).verdict, c.expected)
			<< c.idle << ' ' << c.waited_for;
		EXPECT_EQ(judge(session, limits, noon).look_at, c.look) << c.idle << ' ' << c.waited_for;
		EXPECT_EQ(forecast(session, limits, noon).at, c.forecast.at);
		EXPECT_EQ(forecast(session, limits, noon).reason, c.forecast.reason);
	}
}

// The lock does not protect from that limit, whatever ai_cleanup.protect says; other things do,
// and so does a limit of 0 for a session that means to be waited for.
TEST(IdleLockHolder, WhatProtectsIt)
{
	Session session = idle_holder(3600 * second, 3600 * second);
	Limits ten_minutes = limits;
	ten_minutes.idle_timeout_ms = 600'000;
	EXPECT_EQ(judge(session, ten_minutes, noon).verdict,
			  (Verdict{Action::retire, Reason::idle_lock}));
	session.protections |= protected_by_backup;
	EXPECT_EQ(judge(session, ten_minutes, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::backs_up}));
	session.protections = protected_by_lock;
	session.idle_blocker_timeout_ms = 0;
	EXPECT_EQ(judge(session, ten_minutes, noon).verdict,
			  (Verdict{Action::leave_alone, Reason::holds_lock}));
	EXPECT_EQ(decide(session, Call{false, shop, 0}, noon),
			  (Verdict{Action::leave_alone, Reason::holds_lock}));
	session.idle_blocker_timeout_ms = inherited;
	session.protections = 0;
	EXPECT_EQ(judge(session, limits, noon).verdict, left_alone);
}

// What works now, or is idle, may leave a transaction open at once.
TEST(OpenTransaction, WhoIsBusyIsLookedAtInTime)
{
	Session session = forgotten;
	session.activity = Activity::busy;
	session.idle_since = never;
	EXPECT_EQ(judge(session, limits, noon).look_at, noon + 5 * second);
}

TEST(OpenTransaction, ForecastOfIdleness)
{
	Limits ten_minutes = limits;
	ten_minutes.idle_timeout_ms = 600'000;
	const Session session = idle_for(1, 60 * second);
	EXPECT_EQ(forecast(session, ten_minutes, noon).at, noon + 540 * second);
	EXPECT_EQ(forecast(session, ten_minutes, noon).reason, Reason::idle_timeout);
	EXPECT_EQ(forecast(session, limits, noon).at, never);
	EXPECT_EQ(forecast(session, limits, noon).reason, Reason::no_limit);
}

} // namespace
} // namespace ai_cleanup
