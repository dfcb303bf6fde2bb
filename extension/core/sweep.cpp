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
	Relief &relief;
	Timestamp &rested; // when the first of the needs that rest may be looked at again
};

Timestamp
apply_hard_limits(const Work &work)
{
	Timestamp next = never;

	for (std::size_t i = 0; i < work.sessions.size(); i++)
	{
		const Judgement judgement = judge(work.sessions[i], work.limits, work.now);
		work.verdicts[i] = judgement.verdict;
		if (judgement.verdict.action == Action::leave_alone)
			next = std::min(next, judgement.look_at);
	}
	return next;
}

Need
need_of(const Work &work, std::size_t sessions, Reason reason)
{
	return {.sessions = sessions,
			.ripe_after = work.limits.ripe_for_headroom_ms * millisecond,
			.takes_exempt = reason == Reason::headroom && work.limits.evict_exempt};
}

// When a rest is over; `never` if there is none.
Timestamp
end_of_rest(const Work &work, Relief::Key key)
{
	const Timestamp end = work.relief.rests_until(key);
	return end > work.now ? end : never;
}

// What room is made for, which sessions may end for it, and how much of it there is to be.
struct Room
{
	Relief::Key key;
	Need need;
	std::size_t size;
	Reason reason;
};

// Sees to it that so many sessions of `group` end, counting those that end anyway. False if too few
// can.
bool
make_room(const Work &work, std::span<std::uint32_t> group, Room room)
{
	work.need = true;
	// Those that end anyway come last, out of the way of the choice.
	const auto middle = std::partition(group.begin(), group.end(), [&](std::uint32_t i) {
		return work.verdicts[i].action == Action::leave_alone;
	});
	const auto rest = static_cast<std::size_t>(middle - group.begin());
	const std::size_t ending = group.size() - rest;
	const std::size_t wanted = room.need.sessions;
	if (ending >= wanted)
		return true;

	room.need.sessions -= ending;
	const Victims victims =
		choose_victims(work.sessions, work.limits, work.now, room.need, group.first(rest));
	const std::size_t chosen =
		work.relief.may_end(room.key, victims.chosen, room.size, work.now) ? victims.chosen : 0;
	work.rested = std::min(work.rested, end_of_rest(work, room.key));
	for (const std::uint32_t i : group.first(chosen))
		work.verdicts[i] = {Action::retire, room.reason};
	return ending + chosen + victims.on_the_way >= wanted;
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
			met &= make_room(work, group,
							 {.key = database(*begin),
							  .need = need_of(work, group.size() - budget, Reason::over_budget),
							  .size = budget,
							  .reason = Reason::over_budget});
		begin = end;
	}
	return met;
}

bool
apply_headroom(const Work &work, std::span<std::uint32_t> all, std::size_t free_slots)
{
	const auto headroom = static_cast<std::size_t>(work.limits.headroom);
	return free_slots >= headroom ||
		   make_room(work, all,
					 {.key = Relief::headroom,
					  .need = need_of(work, headroom - free_slots, Reason::headroom),
					  .size = headroom,
					  .reason = Reason::headroom});
}

// When another look could help, if no login wakes us before: at once that a session could be chosen
// for a need that is not met, or when help that was counted on has not come.
Timestamp
next_help(const Work &work, bool met)
{
	const Need need = need_of(work, 0, Reason::headroom);
	Timestamp next = never;

	for (const Session &session : work.sessions)
	{
		const Timestamp asked = helps_until(session);
		if (!met)
			next = std::min(next, next_choice(session, work.limits, work.now, need));
		else if (asked > work.now)
			next = std::min(next, asked);
	}
	return next;
}

} // namespace

Outlook
sweep(std::span<const Session> sessions, const Limits &limits, std::size_t free_slots,
	  Timestamp now, std::span<Verdict> verdicts, std::span<std::uint32_t> scratch, Relief &relief)
{
	assert(sessions.size() == verdicts.size() && sessions.size() == scratch.size());

	bool need = false;
	Timestamp rested = never;
	const Work work{sessions, limits, now, verdicts, need, relief, rested};
	Timestamp next = apply_hard_limits(work);
	if (!limits.enabled)
		return {.next = next};

	std::iota(scratch.begin(), scratch.end(), 0U);
	const bool budgets_met = apply_budgets(work, scratch);
	const bool headroom_met = apply_headroom(work, scratch, free_slots);
	if (work.need)
		next = std::min({next, next_help(work, budgets_met && headroom_met), rested});
	relief.forget_relieved(now);
	// Where endings have helped, no login wakes us to see it.
	return {.next = std::min(next, relief.next_look(now)), .headroom_met = headroom_met};
}

} // namespace ai_cleanup
