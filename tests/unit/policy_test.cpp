// Which sessions go and which stay: which reason counts when there are several, the exact limits,
// and when to look again. That the worker cannot spin is proved in policy_walk_test.cpp.
#include "core/policy.hpp"
#include "core/sweep.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace ai_cleanup
{

// For messages of failed tests.
void
PrintTo(const Verdict &verdict, std::ostream *out)
{
	constexpr std::array names{"leave alone", "retire", "terminate"};
	*out << names.at(static_cast<std::size_t>(verdict.action)) << ": " << text(verdict.reason);
}

namespace
{

constexpr Timestamp now = 800'000'000 * second; // some time in 2025
constexpr std::uint32_t shop = 16384;
constexpr std::uint32_t blog = 16385;
constexpr Duration limit = 600 * second;
constexpr Limits ten_minutes{
	.enabled = true, .idle_timeout_ms = 600'000, .connection_budget = 0, .headroom = 0};

// Idle for an hour, and blocking no other: everything ends it that may.
constexpr Session idle_session{
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
	.opened_at = now - 7200 * second,
	.idle_since = now - 3600 * second,
	.asked_at = long_ago,
	.asked_until = long_ago,
	.declined_at = long_ago,
	.declines = 0,
	.idle_timeout_ms = inherited,
	.connection_budget = inherited,
};

constexpr Verdict
left(Reason reason)
{
	return {Action::leave_alone, reason};
}

// One thing about a session, or the settings, that keeps it, and the reason then given.
struct Obstacle
{
	Reason reason;
	void (*put)(Session &session, Limits &limits);
};

constexpr Obstacle disabled{Reason::disabled, [](Session &, Limits &l) { l.enabled = false; }};
constexpr Obstacle own{Reason::own_session, [](Session &s, Limits &) { s.own = true; }};
constexpr Obstacle other_database{Reason::other_database,
								  [](Session &s, Limits &) { s.database = blog; }};
constexpr Obstacle not_target{Reason::not_target, [](Session &s, Limits &) { s.target = false; }};
constexpr Obstacle not_retirable{Reason::not_retirable,
								 [](Session &s, Limits &) { s.retirable = false; }};
constexpr Obstacle no_limit{Reason::no_limit, [](Session &s, Limits &) { s.idle_timeout_ms = 0; }};
constexpr Obstacle busy{Reason::busy, [](Session &s, Limits &) { s.activity = Activity::busy; }};
constexpr Obstacle in_transaction{
	Reason::in_transaction, [](Session &s, Limits &) { s.activity = Activity::in_transaction; }};
constexpr Obstacle idle_too_short{Reason::idle_too_short,
								  [](Session &s, Limits &) { s.idle_since = now - limit + 1; }};
constexpr Obstacle superuser{
	Reason::superuser, [](Session &s, Limits &) { s.permission = Permission::superusers_only; }};
constexpr Obstacle other_role{Reason::other_role,
							  [](Session &s, Limits &) { s.permission = Permission::other_role; }};
constexpr Obstacle already_asked{Reason::already_asked,
								 [](Session &s, Limits &) { s.asked_until = now + 1; }};
constexpr Obstacle declined_lately{Reason::declined_lately, [](Session &s, Limits &) {
									   s.declined_at = now;
									   s.declines = 1;
								   }};

// Puts every combination of obstacles, given in their order of precedence, in a session's
// way: the first of those put must be the reason. Where two of them speak of the same fact,
// the more decisive one is put last and so remains.
template <typename Decide>
void
expect_precedence(const std::vector<Obstacle> &order, Verdict without_any, Decide decide_on)
{
	for (std::uint32_t chosen = 0; chosen < 1u << order.size(); chosen++)
	{
		Session session = idle_session;
		Limits limits = ten_minutes;
		Verdict expected = without_any;

		for (std::size_t i = order.size(); i-- > 0;)
		{
			if ((chosen >> i & 1) == 0)
				continue;
			order[i].put(session, limits);
			expected = left(order[i].reason);
		}
		ASSERT_EQ(decide_on(session, limits), expected) << "combination " << chosen;
	}
}

TEST(PolicyOfCalls, PrecedenceOfReasons)
{
	expect_precedence({own, other_database, superuser, other_role, busy, in_transaction,
					   idle_too_short, not_retirable},
					  {Action::retire, Reason::called}, [](const Session &session, const Limits &) {
						  return decide(session, Call{false, shop, limit}, now);
					  });
}

TEST(PolicyOfCalls, PrecedenceOfReasonsWithForce)
{
	expect_precedence({own, other_database, superuser, other_role},
					  {Action::terminate, Reason::forced},
					  [](const Session &session, const Limits &) {
						  return decide(session, Call{true, shop, limit}, now);
					  });
}

TEST(PolicyOfCalls, ForceEndsWhateverItDoes)
{
	for (const Obstacle &obstacle : {busy, in_transaction, idle_too_short, not_retirable})
	{
		Session session = idle_session;
		Limits limits = ten_minutes;
		obstacle.put(session, limits);
		EXPECT_EQ(decide(session, Call{true, shop, limit}, now),
				  (Verdict{Action::terminate, Reason::forced}));
	}
}

// A call obeys none of the automatic parts' settings, nor does it wait for a rest to be over.
TEST(PolicyOfCalls, AutomaticPartsDoNotConcernThem)
{
	for (const Obstacle &obstacle : {not_target, no_limit, already_asked, declined_lately})
	{
		Session session = idle_session;
		Limits limits = ten_minutes;
		obstacle.put(session, limits);
		EXPECT_EQ(decide(session, Call{false, shop, limit}, now),
				  (Verdict{Action::retire, Reason::called}))
			<< text(obstacle.reason);
	}
}

TEST(PolicyOfCalls, LeastIdleAge)
{
	constexpr Verdict goes{Action::retire, Reason::called};
	constexpr Verdict stays = left(Reason::idle_too_short);
	const struct
	{
		Timestamp idle_since;
		Duration idle_for;
		Timestamp now;
		Verdict expected;
	} cases[] = {
		{now, 0, now, goes},
		{now - 1, 0, now, goes},
		{now + 1, 0, now, goes},             // it began after the look
		{now + 3600 * second, 0, now, goes}, // the clock was set back
		{now + 1, 1, now, stays},
		{never, 0, now, stays},
		{now - limit, limit, now, goes},
		{now - limit + 1, limit, now, stays},
		{now - limit - 1, limit, now, goes},
		{now - 3600 * second, never, now, stays},
		{now, never, now, stays},
		{never, 0, now, stays}, // not known to be idle
		{never, never, now, stays},
		{long_ago, 0, now, goes},
		{long_ago + 1, 1, long_ago + 1, stays},
		{long_ago, 1, long_ago + 1, goes},
		{never - 1, 1, never, goes},
	};

	for (const auto &c : cases)
	{
		Session session = idle_session;
		session.idle_since = c.idle_since;
		EXPECT_EQ(decide(session, Call{false, shop, c.idle_for}, c.now), c.expected)
			<< "idle since " << c.idle_since << ", for " << c.idle_for << ", at " << c.now;
	}
}

TEST(PolicyOfLimits, PrecedenceOfReasons)
{
	expect_precedence({disabled, own, not_target, not_retirable, no_limit, busy, in_transaction,
					   idle_too_short, already_asked, declined_lately},
					  {Action::retire, Reason::idle_timeout},
					  [](const Session &session, const Limits &limits) {
						  return judge(session, limits, now).verdict;
					  });
}

// The worker acts for the server's owner, in every target database.
TEST(PolicyOfLimits, CallersPermissionsDoNotConcernThem)
{
	for (const Obstacle &obstacle : {other_database, superuser, other_role})
	{
		Session session = idle_session;
		Limits limits = ten_minutes;
		obstacle.put(session, limits);
		EXPECT_EQ(judge(session, limits, now).verdict,
				  (Verdict{Action::retire, Reason::idle_timeout}))
			<< text(obstacle.reason);
	}
}

TEST(PolicyOfLimits, OwnIdleTimeoutOutranksTheFilesOne)
{
	const struct
	{
		std::int32_t file;
		std::int32_t own;
		Duration expected;
	} cases[] = {
		{600'000, inherited, 600 * second},
		{600'000, 1, millisecond},
		{600'000, 0, 0},
		{600'000, 3'600'000, 3600 * second},
		{0, inherited, 0},
		{0, 1000, second},
		{2147483647, inherited, std::int64_t{2147483647} * millisecond},
		{1, 2147483647, std::int64_t{2147483647} * millisecond},
	};

	for (const auto &c : cases)
	{
		Session session = idle_session;
		session.idle_timeout_ms = c.own;
		const Limits limits{true, c.file, 0, 0};
		ASSERT_EQ(effective_idle_timeout(session, limits), c.expected) << c.file << ' ' << c.own;

		if (c.expected == 0)
		{
			EXPECT_EQ(judge(session, limits, now).verdict, left(Reason::no_limit));
			continue;
		}
		session.idle_since = now - c.expected;
		EXPECT_EQ(judge(session, limits, now).verdict,
				  (Verdict{Action::retire, Reason::idle_timeout}));
		session.idle_since = now - c.expected + 1;
		EXPECT_EQ(judge(session, limits, now).verdict, left(Reason::idle_too_short));
	}
}

TEST(PolicyOfLimits, RequestHoldsUntilItExpires)
{
	Session session = idle_session;

	session.asked_until = now + 1;
	EXPECT_EQ(judge(session, ten_minutes, now).verdict, left(Reason::already_asked));
	session.asked_until = now;
	EXPECT_EQ(judge(session, ten_minutes, now).verdict,
			  (Verdict{Action::retire, Reason::idle_timeout}));
	session.asked_until = never;
	session.agreed = true; // it is on its way out
	EXPECT_EQ(judge(session, ten_minutes, now).verdict, left(Reason::already_asked));
	EXPECT_EQ(judge(session, ten_minutes, now).look_at, never);
}

TEST(PolicyOfLimits, RestAfterDecliningDoublesUpToAMinute)
{
	const struct
	{
		std::uint32_t declines;
		Duration rest;
	} cases[] = {{1, second},      {2, 2 * second},  {3, 4 * second},
				 {7, 64 * second}, {8, 64 * second}, {UINT32_MAX, 64 * second}};

	for (const auto &c : cases)
	{
		Session session = idle_session;
		session.idle_timeout_ms = 1;
		session.declines = c.declines;
		session.declined_at = now - c.rest + 1;
		EXPECT_EQ(judge(session, ten_minutes, now).verdict, left(Reason::declined_lately))
			<< c.declines;
		EXPECT_EQ(judge(session, ten_minutes, now).look_at, now + 1) << c.declines;
		session.declined_at = now - c.rest;
		EXPECT_EQ(judge(session, ten_minutes, now).verdict,
				  (Verdict{Action::retire, Reason::idle_timeout}))
			<< c.declines;
	}
}

TEST(PolicyOfLimits, NextLook)
{
	const struct
	{
		const char *what;
		void (*put)(Session &session, Limits &limits);
		Timestamp expected;
	} cases[] = {
		{"due now", [](Session &, Limits &) {}, now},
		{"busy", busy.put, now + limit},
		{"in a transaction", in_transaction.put, now + limit},
		{"not idle for long enough", idle_too_short.put, now + 1},
		{"just idle", [](Session &s, Limits &) { s.idle_since = now; }, now + limit},
		{"idle since the future", [](Session &s, Limits &) { s.idle_since = now + second; },
		 now + second + limit},
		{"idle since never", [](Session &s, Limits &) { s.idle_since = never; }, never},
		{"busy, its own limit",
		 [](Session &s, Limits &) {
			 s.activity = Activity::busy;
			 s.idle_timeout_ms = 5;
		 },
		 now + least_look},
		{"asked", [](Session &s, Limits &) { s.asked_until = now + second; }, now + second},
		{"declined", declined_lately.put, now + declined_rest},
		{"declined, a short limit",
		 [](Session &s, Limits &) {
			 s.declined_at = now;
			 s.declines = 1;
			 s.idle_timeout_ms = 1;
		 },
		 now + declined_rest},
		{"disabled", disabled.put, never},
		{"own", own.put, never},
		{"not a target", not_target.put, never},
		{"not retirable", not_retirable.put, never},
		{"no limit", no_limit.put, never},
		{"no limit, busy",
		 [](Session &s, Limits &l) {
			 l.idle_timeout_ms = 0;
			 s.activity = Activity::busy;
		 },
		 never},
	};

	for (const auto &c : cases)
	{
		Session session = idle_session;
		Limits limits = ten_minutes;
		c.put(session, limits);
		EXPECT_EQ(judge(session, limits, now).look_at, c.expected) << c.what;
	}
}

TEST(PolicyOfLimits, NextLookStopsAtNever)
{
	Session session = idle_session;
	session.activity = Activity::busy;
	EXPECT_EQ(judge(session, ten_minutes, never - limit).look_at, never);
	EXPECT_EQ(judge(session, ten_minutes, never - limit - 1).look_at, never - 1);
	EXPECT_EQ(judge(session, ten_minutes, never).look_at, never);
}

TEST(PolicyOfLimits, SweepJudgesEachAndReturnsTheEarliestLook)
{
	std::array<Session, 5> sessions;
	sessions.fill(idle_session);
	sessions[0].activity = Activity::busy;
	sessions[1].idle_since = now - limit + 7 * second;
	sessions[3].idle_timeout_ms = 0;
	sessions[4].asked_until = now + 30 * second;
	std::array<Verdict, 5> verdicts{};
	std::array<std::uint32_t, 5> scratch{};

	Relief relief;
	EXPECT_EQ(sweep(sessions, ten_minutes, 0, now, verdicts, scratch, relief).next,
			  now + 7 * second);
	EXPECT_EQ(verdicts[0], left(Reason::busy));
	EXPECT_EQ(verdicts[1], left(Reason::idle_too_short));
	EXPECT_EQ(verdicts[2], (Verdict{Action::retire, Reason::idle_timeout}));
	EXPECT_EQ(verdicts[3], left(Reason::no_limit));
	EXPECT_EQ(verdicts[4], left(Reason::already_asked));
}

// A session that is asked is looked at again when the request has expired; the sweep adds nothing.
TEST(PolicyOfLimits, SweepDoesNotReturnForThoseItRetires)
{
	std::array<Session, 2> sessions{idle_session, idle_session};
	std::array<Verdict, 2> verdicts{};
	std::array<std::uint32_t, 2> scratch{};

	Relief relief;
	EXPECT_EQ(sweep(sessions, ten_minutes, 0, now, verdicts, scratch, relief).next, never);
	EXPECT_EQ(verdicts[0], (Verdict{Action::retire, Reason::idle_timeout}));
	EXPECT_EQ(verdicts[1], (Verdict{Action::retire, Reason::idle_timeout}));
}

TEST(PolicyOfLimits, SweepOfNobodyNeedsNoOther)
{
	Relief relief;
	EXPECT_EQ(sweep({}, ten_minutes, 0, now, {}, {}, relief).next, never);
}

} // namespace
} // namespace ai_cleanup
