// What is left alone although idle for too long: the protected, by what the setting says, and the
// exempt, from what they are exempt.
#include "core/policy.hpp"
#include "core/sweep.hpp"
#include "core/victims.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sessions.hpp"

namespace ai_cleanup
{
namespace
{

constexpr Limits one_minute{
	.enabled = true, .idle_timeout_ms = 60'000, .connection_budget = 0, .headroom = 0};

struct Shelter
{
	Protections protections;
	Reason reason;
};

constexpr std::array<Shelter, 6> shelters{{
	{protected_by_backup, Reason::backs_up},
	{protected_by_cursor, Reason::has_cursor},
	{protected_by_listen, Reason::listens},
	{protected_by_lock, Reason::holds_lock},
	{protected_by_replication, Reason::replicates},
	{protected_by_temp_table, Reason::has_temp_table},
}};

constexpr std::array<std::pair<Exemption, Reason>, 3> exemptions{{
	{Exemption::setting, Reason::exempt},
	{Exemption::application, Reason::exempt_application},
	{Exemption::role, Reason::exempt_role},
}};

Session
sheltered(Protections protections)
{
	Session session = forgotten;
	session.protections = protections;
	return session;
}

Session
exempt(std::uint64_t id, Duration age)
{
	Session session = idle_for(id, age);
	session.exemption = Exemption::setting;
	return session;
}

TEST(Shelter, ProtectsFromTheLimitAndFromACall)
{
	for (const Shelter &shelter : shelters)
	{
		const Session session = sheltered(shelter.protections);
		const Verdict stays{Action::leave_alone, shelter.reason};
		EXPECT_EQ(judge(session, one_minute, noon).verdict, stays);
		EXPECT_EQ(decide(session, Call{false, shop, 0}, noon), stays);
	}
}

TEST(Shelter, DoesNotProtectFromForce)
{
	for (const Shelter &shelter : shelters)
		EXPECT_EQ(decide(sheltered(shelter.protections), Call{true, shop, 0}, noon),
				  (Verdict{Action::terminate, Reason::forced}));
}

TEST(Shelter, ProtectsOnlyByWhatTheSettingNames)
{
	for (Protections held = 0; held <= all_protections; held++)
	{
		for (Protections named = 0; named <= all_protections; named++)
		{
			Limits limits = one_minute;
			limits.protect = named;
			const bool stays = (held & named & protections_while_idle) != 0;
			const Session session = sheltered(held);
			EXPECT_EQ(judge(session, limits, noon).verdict.action,
					  stays ? Action::leave_alone : Action::retire);
			EXPECT_EQ(decide(session, Call{false, shop, 0, named}, noon).action,
					  stays ? Action::leave_alone : Action::retire);
			std::array<std::uint32_t, 1> among{0};
			EXPECT_EQ(
				choose_victims(std::array{session}, limits, noon, {1, Duration{0}}, among).chosen,
				stays ? 0U : 1U);
		}
	}
}

// A session that works holds its transaction's locks; that is no shelter. And what shelters a
// transaction does not shelter an idle session.
TEST(Shelter, WhereItCounts)
{
	Session session = sheltered(all_protections);
	EXPECT_EQ(effective_protections(session, all_protections),
			  all_protections & ~(protected_by_snapshot | protected_by_timeout_off));
	session.activity = Activity::in_transaction;
	EXPECT_EQ(effective_protections(session, all_protections),
			  all_protections & ~protected_by_lock);
}

// When it ends, the session has worked, and is not due before its limit has passed again.
TEST(Shelter, LooksAgainNoSoonerThanItCouldEnd)
{
	EXPECT_EQ(judge(sheltered(protected_by_lock), one_minute, noon).look_at, noon + 60 * second);
	EXPECT_EQ(forecast(sheltered(protected_by_lock), one_minute, noon).at, never);
	EXPECT_EQ(forecast(sheltered(protected_by_lock), one_minute, noon).reason, Reason::holds_lock);
}

TEST(Exemption, FromTheLimitButNotFromACall)
{
	for (const auto &[exemption, reason] : exemptions)
	{
		Session session = forgotten;
		session.exemption = exemption;
		EXPECT_EQ(judge(session, one_minute, noon).verdict, (Verdict{Action::leave_alone, reason}));
		EXPECT_EQ(decide(session, Call{false, shop, 0}, noon),
				  (Verdict{Action::retire, Reason::called}));
		EXPECT_EQ(judge(session, one_minute, noon).look_at, noon + 60 * second);
	}
}

// From the budget always; from headroom only as long as the setting does not say otherwise.
TEST(Exemption, FromNeed)
{
	const std::vector<Session> sessions{exempt(1, 9 * second), idle_for(2, 8 * second),
										exempt(3, 7 * second), idle_for(4, 6 * second)};
	std::vector<std::uint32_t> scratch(sessions.size());
	const auto go = [&](Limits limits) {
		std::vector<Verdict> verdicts(sessions.size());
		Relief relief;
		sweep(sessions, limits, 0, noon, verdicts, scratch, relief);
		std::vector<std::uint64_t> ids;
		for (std::size_t i = 0; i < sessions.size(); i++)
			if (verdicts[i].action == Action::retire)
				ids.push_back(sessions[i].id);
		return ids;
	};
	using Ids = std::vector<std::uint64_t>;

	EXPECT_EQ(go({true, 0, 0, 4}), (Ids{2, 4}));
	EXPECT_EQ(go({.enabled = true,
				  .idle_timeout_ms = 0,
				  .connection_budget = 0,
				  .headroom = 3,
				  .evict_exempt = true}),
			  (Ids{1, 2, 4}));
	EXPECT_EQ(go({.enabled = true,
				  .idle_timeout_ms = 0,
				  .connection_budget = 1,
				  .headroom = 0,
				  .evict_exempt = true}),
			  (Ids{2, 4}));
}

TEST(Exemption, GoesLastWhereItGoesAtAll)
{
	const std::vector<Session> sessions{exempt(1, 9 * second), idle_for(2, 2 * second),
										idle_for(3, 3 * second)};
	const auto chosen = [&](std::size_t count, bool takes_exempt) {
		std::vector<std::uint32_t> among{0, 1, 2};
		const Victims victims =
			choose_victims(sessions, one_minute, noon, {count, Duration{0}, takes_exempt}, among);
		std::vector<std::uint64_t> ids;
		for (std::size_t i = 0; i < victims.chosen; i++)
			ids.push_back(sessions[among[i]].id);
		return ids;
	};
	using Ids = std::vector<std::uint64_t>;

	EXPECT_EQ(chosen(2, true), (Ids{3, 2}));
	EXPECT_EQ(chosen(3, true), (Ids{3, 2, 1}));
	EXPECT_EQ(chosen(3, false), (Ids{3, 2}));
}

} // namespace
} // namespace ai_cleanup
