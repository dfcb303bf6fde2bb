// The three duties of a sweep, each a function; later ones count what earlier ones decided.
#include "sweep.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "victims.hpp"

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

// What one sweep works with.
struct Work
{
	std::span<const Session> sessions;
	const Limits &limits;
	Timestamp now;
	std::span<Verdict> verdicts;
	bool &need; // whether there was any
};

Timestamp
apply_hard_limits(const Work &work)
{
	Timestamp next = never;

	for (std::size_t i = 0; i < work.sessions.size(); i++)
	{
		work.verdicts[i] = decide(work.sessions[i], work.limits, work.now);
		if (work.verdicts[i].action == Action::leave)
			next = std::min(next, next_look(work.sessions[i], work.limits, work.now));
	}
	return next;
}

// Do exempt sessions make way for this reason?
bool
takes_exempt(const Work &work, Reason reason)
{
	return reason == Reason::headroom && work.limits.evict_exempt;
}

// Makes `need` sessions of `group` go, those included that go already. False if too few can.
bool
make_go(const Work &work, std::span<std::uint32_t> group, std::size_t need, Reason reason)
{
	work.need = true;
	// Those with a verdict to go come last, out of the way of the choice.
	const auto middle = std::partition(group.begin(), group.end(), [&](std::uint32_t i) {
		return work.verdicts[i].action == Action::leave;
	});
	const auto rest = static_cast<std::size_t>(middle - group.begin());
	const std::size_t going = group.size() - rest;
	if (going >= need)
		return true;

	const Victims victims = choose_victims(
		work.sessions, work.limits, work.now,
		{need - going, Urgency::nobody_waits, takes_exempt(work, reason)}, group.first(rest));
	for (const std::uint32_t i : group.first(victims.chosen))
		work.verdicts[i] = {Action::retire, reason};
	return going + victims.chosen + victims.on_the_way >= need;
}

// The strictest budget in force among the sessions of one database; 0 if none is.
std::size_t
budget_of(const Work &work, std::span<const std::uint32_t> group)
{
	std::int32_t budget = 0;

	if (!work.sessions[group.front()].target)
		return 0;
	for (const std::uint32_t i : group)
		budget = stricter(budget, effective_budget(work.sessions[i], work.limits));
	return static_cast<std::size_t>(budget);
}

bool
apply_budgets(const Work &work, std::span<std::uint32_t> all)
{
	const auto database = [&](std::uint32_t i) { return work.sessions[i].database; };
	bool met = true;

	std::sort(all.begin(), all.end(),
			  [&](std::uint32_t a, std::uint32_t b) { return database(a) < database(b); });
	for (auto begin = all.begin(); begin != all.end();)
	{
		const auto end = std::find_if(
			begin, all.end(), [&](std::uint32_t i) { return database(i) != database(*begin); });
		const std::span<std::uint32_t> group(begin, end);
		const std::size_t budget = budget_of(work, group);
		if (budget > 0 && group.size() > budget)
			met &= make_go(work, group, group.size() - budget, Reason::over_budget);
		begin = end;
	}
	return met;
}

bool
apply_headroom(const Work &work, std::span<std::uint32_t> all, std::size_t free_slots)
{
	const auto headroom = static_cast<std::size_t>(work.limits.headroom);
	return free_slots >= headroom || make_go(work, all, headroom - free_slots, Reason::headroom);
}

// When a need could look otherwise, if no login wakes us before: help that does not come, and
// if it is unmet somebody who is spared no more, rested, or busy now and idle right away.
Timestamp
next_help(const Work &work, bool unmet)
{
	Timestamp next = never;
	const auto look_at = [&](Timestamp moment) {
		if (moment > work.now)
			next = std::min(next, moment);
	};

	for (const Session &session : work.sessions)
	{
		look_at(helps_until(session));
		if (session.asked_until != never)
			look_at(session.asked_until);
		if (!unmet || session.asked_until > work.now ||
			!may_ever_go(session, work.limits, work.limits.evict_exempt))
			continue;
		const bool idle = session.activity == Activity::idle;
		look_at(after(idle ? session.idle_since : work.now, spared_time));
		look_at(rested_at(session, declined_moment));
	}
	return next;
}

} // namespace

Sweep
sweep(std::span<const Session> sessions, const Limits &limits, std::size_t free_slots,
	  Timestamp now, std::span<Verdict> verdicts, std::span<std::uint32_t> scratch)
{
	assert(sessions.size() == verdicts.size() && sessions.size() == scratch.size());

	bool need = false;
	const Work work{sessions, limits, now, verdicts, need};
	Sweep result{apply_hard_limits(work), false};
	if (!limits.enabled)
		return result;

	std::iota(scratch.begin(), scratch.end(), 0U);
	bool met = apply_budgets(work, scratch);
	met &= apply_headroom(work, scratch, free_slots);
	result.unmet = !met;
	if (work.need)
		result.next = std::min(result.next, next_help(work, result.unmet));
	return result;
}

} // namespace ai_cleanup
