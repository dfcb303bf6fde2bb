// The worker's looks, at random sessions: it never ends more of them than needed, misses none
// and cannot spin. The last part lets it live through an hour of a simulated clock.
#include "core/sweep.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "core/victims.hpp"
#include "dice.hpp"
#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

struct Look
{
	Timestamp next;
	std::vector<Verdict> verdicts;
};

Look
look(const std::vector<Session> &sessions, const Limits &limits, std::size_t free_slots,
	 Timestamp now = noon)
{
	std::vector<Verdict> verdicts(sessions.size());
	std::vector<std::uint32_t> scratch(sessions.size());
	Relief relief;
	const Timestamp next = sweep(sessions, limits, free_slots, now, verdicts, scratch, relief).next;
	return {next, verdicts};
}

Limits
random_limits(Dice &dice)
{
	const std::int32_t timeouts[] = {0, 0, 700, 1500, 600'000};
	const std::int32_t budgets[] = {0, 0, 1, 2, 5};
	const std::int32_t ripe_ages[] = {0, 300, 1000, 5000};
	return {.enabled = true,
			.idle_timeout_ms = dice.one_of(timeouts),
			.connection_budget = dice.one_of(budgets),
			.headroom = static_cast<std::int32_t>(dice.below(12)),
			.ripe_for_headroom_ms = dice.one_of(ripe_ages)};
}

// As the worker finds them: none is its own, and a database is a target as a whole.
std::vector<Session>
random_server(Dice &dice)
{
	std::vector<Session> sessions = random_sessions(dice, 16, noon);
	for (Session &session : sessions)
	{
		session.own = false;
		session.target = session.database != blog + 1;
	}
	return sessions;
}

bool
on_the_way(const Session &s, Timestamp now)
{
	const Duration patience = s.agreed ? exit_time : answer_time;
	return s.asked_until > now && now - s.asked_at < patience;
}

bool
could_go(const Session &s, const Limits &limits)
{
	const bool rests = s.declines > 0 && rested_at(s, declined_moment) > noon;
	return s.activity == Activity::idle && s.target && s.retirable && s.protections == 0 &&
		   s.exemption == Exemption::none && s.asked_until <= noon && !rests &&
		   noon - s.idle_since >= limits.ripe_for_headroom_ms * millisecond;
}

TEST(SweepWalk, NeverMoreThanNeededNeverWhoMayNotAndNoneTooFew)
{
	int by_need = 0;

	for (std::uint64_t seed = 0; seed < 30'000; seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(seed);
		const Limits limits = random_limits(dice);
		const std::vector<Session> sessions = random_server(dice);
		const std::size_t free = dice.below(12);
		const Look result = look(sessions, limits, free);
		std::map<std::uint32_t, std::size_t> size;
		std::map<std::uint32_t, std::size_t> strictest;
		std::map<std::uint32_t, std::size_t> chosen;
		std::map<std::uint32_t, bool> cut;
		std::size_t chosen_in_all = 0;
		bool for_headroom = false;

		for (std::size_t i = 0; i < sessions.size(); i++)
		{
			const Session &session = sessions[i];
			const Verdict verdict = result.verdicts[i];
			const bool goes = verdict.action == Action::retire;
			if (!goes || verdict.reason == Reason::idle_timeout)
			{
				EXPECT_EQ(verdict, judge(session, limits, noon).verdict);
			}
			if (goes)
			{
				EXPECT_EQ(session.activity, Activity::idle);
				EXPECT_TRUE(session.target && session.retirable);
				EXPECT_EQ(session.protections, 0);
				EXPECT_EQ(session.exemption, Exemption::none);
				EXPECT_LE(session.asked_until, noon);
			}
			for_headroom |= verdict.reason == Reason::headroom;
			cut[session.database] |= verdict.reason == Reason::over_budget;
			by_need += verdict.reason == Reason::headroom || verdict.reason == Reason::over_budget;

			const std::int32_t own = effective_budget(session, limits);
			std::size_t &budget = strictest[session.database];
			if (own > 0 && (budget == 0 || static_cast<std::size_t>(own) < budget))
				budget = static_cast<std::size_t>(own);
			size[session.database]++;
			if (goes || on_the_way(session, noon))
			{
				chosen_in_all++;
				// What headroom takes, it takes after the budget was seen to.
				chosen[session.database] += verdict.reason != Reason::headroom;
			}
		}

		std::set<std::uint32_t> lacking; // databases that stay over budget
		for (const auto &[database, count] : size)
		{
			const std::size_t budget = database == blog + 1 ? 0 : strictest[database];
			const bool over = budget > 0 && count > budget;
			const std::size_t need = over ? count - budget : 0;
			if (cut[database])
			{
				EXPECT_LE(chosen[database], need) << "more than needed";
			}
			if (chosen[database] < need)
				lacking.insert(database);
		}
		const auto headroom = static_cast<std::size_t>(limits.headroom);
		const std::size_t need = headroom > free ? headroom - free : 0;
		if (for_headroom)
		{
			EXPECT_LE(chosen_in_all, need) << "more than needed";
		}
		for (std::size_t i = 0; i < sessions.size(); i++)
		{
			const bool wanted = chosen_in_all < need || lacking.count(sessions[i].database) > 0;
			EXPECT_FALSE(wanted && result.verdicts[i].action == Action::leave_alone &&
						 could_go(sessions[i], limits))
				<< "one stays that could help";
		}
		EXPECT_GT(result.next, noon);
	}
	EXPECT_GT(by_need, 10'000);
}

// Every moment at which one of them could matter differently.
std::set<Timestamp>
turning_points(const std::vector<Session> &sessions, const Limits &limits)
{
	std::set<Timestamp> moments;
	for (const Session &s : sessions)
	{
		for (const Duration wait :
			 {effective_idle_timeout(s, limits), limits.ripe_for_headroom_ms * millisecond})
			moments.insert(after(s.idle_since, wait));
		if (s.declines > 0)
			for (const Duration wait : {declined_moment, declined_rest})
				moments.insert(rested_at(s, wait));
		if (s.asked_at != long_ago)
			for (const Duration wait : {answer_time, exit_time})
				moments.insert(after(s.asked_at, wait));
		moments.insert(s.asked_until);
	}
	return moments;
}

// Sessions that stay as they are: between a look and the next there is nothing to do. Returns
// how many moments were looked at.
int
expect_nothing_to_do_between_looks(std::uint64_t seed, bool declined, bool asked)
{
	SCOPED_TRACE(seed);
	Dice dice(seed);
	const Limits limits = random_limits(dice);
	std::vector<Session> sessions = random_server(dice);
	std::size_t free = dice.below(12);
	int moments = 0;

	for (Session &session : sessions)
	{
		if (!declined)
			session.declines = 0;
		if (!asked)
			session.asked_at = session.asked_until = long_ago;
	}
	// Those that have to go are gone at once, until none has to.
	Look result = look(sessions, limits, free);
	Timestamp next = result.next;
	for (std::size_t i = sessions.size(); i-- > 0;)
	{
		if (result.verdicts[i].action != Action::retire)
			continue;
		sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(i));
		free++;
		result = look(sessions, limits, free);
		next = std::min(next, result.next);
		i = sessions.size();
	}

	for (const Timestamp moment : turning_points(sessions, limits))
	{
		if (moment <= noon || moment >= next || moment == never)
			continue;
		moments++;
		for (const Verdict &verdict : look(sessions, limits, free, moment).verdicts)
			EXPECT_NE(verdict.action, Action::retire)
				<< "somebody could go " << (moment - noon) / millisecond << " ms later, for \""
				<< text(verdict.reason) << "\", but the next look is "
				<< (next == never ? -1 : (next - noon) / millisecond) << " ms later";
	}
	return moments;
}

TEST(SweepWalk, NothingToDoBeforeTheNextLook)
{
	int moments = 0;
	for (std::uint64_t seed = 0; seed < 20'000 && !HasFailure(); seed++)
		moments += expect_nothing_to_do_between_looks(seed, false, false);
	EXPECT_GT(moments, 5'000);
}

// Some have declined lately and are asked again as soon as that is allowed.
TEST(SweepWalk, NothingToDoBeforeTheNextLookAfterDeclining)
{
	int moments = 0;
	for (std::uint64_t seed = 0; seed < 20'000 && !HasFailure(); seed++)
		moments += expect_nothing_to_do_between_looks(seed, true, false);
	EXPECT_GT(moments, 5'000);
}

// Some were asked and give no answer: others have to go in their place, and they are asked again.
TEST(SweepWalk, NothingToDoBeforeTheNextLookWithRequestsOut)
{
	int moments = 0;
	for (std::uint64_t seed = 0; seed < 20'000 && !HasFailure(); seed++)
		moments += expect_nothing_to_do_between_looks(seed, false, true);
	EXPECT_GT(moments, 5'000);
}

// A server whose sessions come, work, rest and go, with the worker as server/requesters/worker.cpp
// runs it.
class SimulatedServer
{
  public:
	explicit SimulatedServer(std::uint64_t seed) : dice_(seed), limits_(random_limits(dice_)) {}

	// Something happens; true if it wakes the worker.
	bool
	live_on()
	{
		if (sessions_.empty() || dice_.one_in(3))
			return log_in();
		if (dice_.one_in(10))
			sessions_.erase(sessions_.begin() + static_cast<std::ptrdiff_t>(one()));
		else
			set_busy(sessions_[one()], dice_.one_in(2));
		return false;
	}

	void
	come_to_rest()
	{
		at_rest_ = true;
		for (Session &session : sessions_)
			if (session.activity != Activity::idle)
				set_busy(session, false);
	}

	// True if an answer wakes the worker for another look at once.
	bool
	work()
	{
		const std::size_t free_before = free_slots();
		const Look result = look(sessions_, limits_, free_before, now_);
		bool woken = false;

		EXPECT_GT(result.next, now_);
		next_look_ = result.next;
		looks_.push_back(now_);
		for (std::size_t i = sessions_.size(); i-- > 0;)
		{
			if (result.verdicts[i].action != Action::retire)
				continue;
			next_look_ = std::min(next_look_, after(now_, 10 * second));
			if (!dice_.one_in(10))
			{
				sessions_.erase(sessions_.begin() + static_cast<std::ptrdiff_t>(i));
				retired_ += result.verdicts[i].reason == Reason::headroom;
				continue;
			}
			// It has just begun to work, and says so.
			set_busy(sessions_[i], !at_rest_);
			decline(sessions_[i], now_);
			woken = true;
		}
		return woken;
	}

	bool
	has_what_can_be_had() const
	{
		return sessions_.empty() || free_slots() >= static_cast<std::size_t>(limits_.headroom);
	}

	void
	advance(Timestamp now)
	{
		now_ = now;
	}

	Timestamp
	next_look() const
	{
		return next_look_;
	}

	const std::vector<Timestamp> &
	looks() const
	{
		return looks_;
	}

	int
	retired_for_headroom() const
	{
		return retired_;
	}

	static constexpr std::size_t slots = 15;

  private:
	std::size_t
	free_slots() const
	{
		return slots - sessions_.size();
	}

	std::size_t
	one()
	{
		return dice_.below(sessions_.size());
	}

	void
	set_busy(Session &session, bool busy)
	{
		session.activity = busy ? Activity::busy : Activity::idle;
		session.idle_since = busy ? never : now_;
	}

	bool
	log_in()
	{
		const std::int32_t timeouts[] = {inherited, 0, 2000};

		if (free_slots() == 0)
			return false;
		Session session = idle_for(++last_id_, 0);
		session.opened_at = session.idle_since = now_;
		session.idle_timeout_ms = dice_.one_of(timeouts);
		sessions_.push_back(session);
		return true;
	}

	Dice dice_;
	Limits limits_;
	std::vector<Session> sessions_;
	std::uint64_t last_id_ = 0;
	Timestamp now_ = noon;
	Timestamp next_look_ = never;
	std::vector<Timestamp> looks_;
	int retired_ = 0;
	bool at_rest_ = false;
};

// Ten minutes of work and as many of rest. The worker looks when it is woken, and of its own
// accord no more often than its sessions come due; at rest it sleeps for good.
TEST(SweepWalk, TheWorkerDoesItsWorkAndCannotSpin)
{
	constexpr Timestamp rest = noon + 600 * second;
	constexpr Timestamp end = rest + 600 * second;
	constexpr std::size_t many = 2 * SimulatedServer::slots;
	int retired = 0;

	for (std::uint64_t seed = 0; seed < 300; seed++)
	{
		SCOPED_TRACE(seed);
		Dice dice(seed + 1'000'000);
		SimulatedServer server(seed);
		std::vector<Timestamp> own_accord;
		Timestamp event = noon;

		while (event < end || server.next_look() < end)
		{
			bool woken = false;
			if (event <= server.next_look())
			{
				server.advance(event);
				if (event < rest)
				{
					woken = server.live_on();
					event += dice.between(1, dice.one_in(3) ? 5 * second : 50 * millisecond);
					event = std::min(event, rest);
				}
				else
				{
					server.come_to_rest();
					event = never;
				}
			}
			else
			{
				server.advance(server.next_look());
				own_accord.push_back(server.next_look());
				woken = true;
			}
			while (woken)
				woken = server.work();
			ASSERT_LT(server.looks().size(), 100'000U) << "it spins";
		}

		for (std::size_t i = many; i < own_accord.size(); i++)
			ASSERT_GE(own_accord[i] - own_accord[i - many], 500 * millisecond) << "it spins";
		EXPECT_LE(std::count_if(own_accord.begin(), own_accord.end(),
								[](Timestamp look) { return look > rest + 15 * second; }),
				  static_cast<std::ptrdiff_t>(SimulatedServer::slots))
			<< "it does not come to rest";
		EXPECT_TRUE(server.has_what_can_be_had());
		retired += server.retired_for_headroom();
	}
	EXPECT_GT(retired, 5'000);
}

} // namespace
} // namespace ai_cleanup
