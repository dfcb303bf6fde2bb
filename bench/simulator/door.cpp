// Admission as server/admission.cpp does it, and a line as it is meant to be.
#include "door.hpp"

#include <algorithm>
#include <vector>

#include "core/victims.hpp"

namespace simulator
{

using namespace ai_cleanup;

namespace
{

constexpr Duration look_again = 10 * millisecond;
constexpr int free_behind_waiter = 1;
constexpr Duration crowded_grace = 100 * millisecond;

} // namespace

void
Door::knock(Slot &newcomer)
{
	newcomer.phase = Phase::waiting;
	newcomer.knocked_at = server_.agenda().now();
	if (!server_.policy().library || !server_.policy().admits)
		apply_own_check(newcomer);
	else if (server_.policy().line > 0 && !newcomer.superuser)
		stand_in_line(newcomer);
	else
		look(newcomer);
}

// PostgreSQL's.
void
Door::apply_own_check(Slot &newcomer)
{
	if (newcomer.superuser || server_.free_slots() >= server_.reserve())
		server_.let_in(newcomer);
	else
		server_.turn_away(newcomer);
}

void
Door::look(Slot &newcomer)
{
	const Timestamp now = server_.agenda().now();
	const int free = server_.free_slots();
	const int lack = (newcomer.superuser ? 1 : server_.reserve()) - free;
	const bool in_the_way = !newcomer.superuser && free < free_behind_waiter;
	const Duration patience = in_the_way
								  ? std::min(crowded_grace, server_.policy().admission_timeout)
								  : server_.policy().admission_timeout;
	const bool in_time = now < newcomer.knocked_at + patience;

	if (lack > 0 && in_time && (make_room(lack, newcomer.facts.id) || may_wait(newcomer)))
		return look_again_later(newcomer);
	if (only_waiter_ == newcomer.facts.id)
		only_waiter_ = 0;
	if (lack <= 0)
		server_.let_in(newcomer);
	else
		apply_own_check(newcomer);
}

void
Door::look_again_later(Slot &newcomer)
{
	server_.agenda().in(look_again, [this, session = newcomer.facts.id] {
		if (Slot *slot = waiting(session); slot != nullptr)
			look(*slot);
	});
}

// Asks as many as it takes; nobody, if even that would be of no use. True if there is hope.
bool
Door::make_room(int need, std::uint64_t for_whom)
{
	const std::size_t missing = static_cast<std::size_t>(need);
	const Candidates candidates = server_.candidates(server_.ripe_for_login());
	const auto leaving = static_cast<std::size_t>(server_.count(Phase::leaving));
	if (leaving >= missing)
		return true;

	std::vector<std::uint32_t> among = candidates.all();
	const Victims victims =
		choose_victims(candidates.sessions, server_.limits(), server_.agenda().now(),
					   {.sessions = missing - leaving, .urgency = Urgency::login_waits}, among);
	const std::size_t younger = static_cast<std::size_t>(younger_who_wait(for_whom));
	if (victims.chosen + victims.on_the_way + younger < missing - leaving)
		return false;
	for (std::size_t i = 0; i < victims.chosen; i++)
		server_.ask_to_end(*candidates.slots[among[i]]);
	return true;
}

bool
Door::may_wait(const Slot &newcomer)
{
	if (newcomer.superuser)
		return server_.policy().superusers_wait;
	if (server_.free_slots() < free_behind_waiter)
		return false;
	if (only_waiter_ == 0 || waiting(only_waiter_) == nullptr)
		only_waiter_ = newcomer.facts.id;
	return only_waiter_ == newcomer.facts.id;
}

// Where not all can be let in, the youngest are turned away, and make way by that.
int
Door::younger_who_wait(std::uint64_t than) const
{
	const auto &slots = server_.slots();
	return static_cast<int>(std::count_if(slots.begin(), slots.end(), [&](const Slot &slot) {
		return slot.phase == Phase::waiting && !slot.superuser && slot.facts.id > than;
	}));
}

Slot *
Door::waiting(std::uint64_t session)
{
	auto &slots = server_.slots();
	const auto found = std::find_if(slots.begin(), slots.end(), [&](const Slot &slot) {
		return slot.phase == Phase::waiting && slot.facts.id == session;
	});
	return found == slots.end() ? nullptr : &*found;
}

void
Door::slot_is_free()
{
	if (server_.policy().line > 0)
		return serve_line();
	std::vector<std::uint64_t> waiters;
	for (const Slot &slot : server_.slots())
		if (slot.phase == Phase::waiting)
			waiters.push_back(slot.facts.id);
	std::sort(waiters.begin(), waiters.end());
	for (const std::uint64_t session : waiters)
		if (Slot *slot = waiting(session); slot != nullptr)
			look(*slot);
}

void
Door::stand_in_line(Slot &newcomer)
{
	const std::uint64_t session = newcomer.facts.id;

	line_.push_back(session);
	server_.agenda().in(server_.policy().admission_timeout, [this, session] {
		Slot *slot = waiting(session);
		if (slot == nullptr)
			return;
		line_.erase(std::find(line_.begin(), line_.end(), session));
		server_.turn_away(*slot);
	});
	serve_line();
}

int
Door::sessions() const
{
	return server_.count(Phase::entering) + server_.count(Phase::open) +
		   server_.count(Phase::leaving);
}

// Lets in who is first, as long as there is room, and makes room for the others.
void
Door::serve_line()
{
	const int most =
		static_cast<int>(server_.slots().size()) - server_.policy().line - server_.reserve();

	while (!line_.empty() && sessions() < most)
	{
		Slot *slot = waiting(line_.front());
		line_.pop_front();
		server_.let_in(*slot);
	}
	if (line_.empty())
		return;
	// So many as wait, if they can be had; who is ripe later, later.
	for (int need = static_cast<int>(line_.size()); need > 0 && !make_room(need, ~0ULL); need /= 2)
	{
	}
	if (line_is_looked_after_)
		return;
	line_is_looked_after_ = true;
	server_.agenda().in(look_again, [this] {
		line_is_looked_after_ = false;
		serve_line();
	});
}

} // namespace simulator
