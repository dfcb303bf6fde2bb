// Admission as server/requesters/admission.cpp does it, one rule after the other.
#include "door.hpp"

#include <algorithm>
#include <vector>

#include "core/victims.hpp"

namespace simulator
{

using namespace ai_cleanup;

namespace
{

constexpr Duration look_again = second;
constexpr int free_behind_waiter = 1;
constexpr Duration crowded_grace = 50 * millisecond;
constexpr Duration closed_time = 10 * second;

} // namespace

void
Door::knock(Slot &newcomer)
{
	newcomer.phase = Phase::waiting;
	newcomer.knocked_at = server_.agenda().now();
	if (!server_.policy().library)
		return apply_own_check(newcomer);
	if (newcomer.superuser)
	{
		if (server_.headroom() == 0 || !is_crowded())
			return server_.let_in(newcomer);
		close_reserve();
		paced_.push_back(newcomer.facts.id);
		return pace(newcomer);
	}
	if (line_.empty() && server_.seats() < server_.most_seats())
		return server_.let_in(newcomer);
	line_.push_back(newcomer.facts.id);
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

// Takes a seat, or waits on, or gives up.
void
Door::look(Slot &newcomer)
{
	if (server_.seats() + before(newcomer) < server_.most_seats())
	{
		leave_line(newcomer);
		server_.let_in(newcomer);
		return slot_is_free(); // there may be one for the next as well
	}
	const Prospect prospect = look_for_room(newcomer);
	if (server_.agenda().now() < deadline(newcomer) && may_wait(newcomer, prospect))
		return look_again_at(newcomer, std::min(prospect.next, deadline(newcomer)));
	leave_line(newcomer);
	if (server_.policy().line > 0)
		server_.turn_away(newcomer);
	else
		apply_own_check(newcomer);
	slot_is_free();
}

// A superuser is let in in any case, but leaves a slot free behind it, if it can.
void
Door::pace(Slot &superuser)
{
	const Prospect prospect = is_crowded() ? make_room(1, 0) : Prospect{};
	const Timestamp end = deadline(superuser);
	const bool waits = is_crowded() && server_.agenda().now() < end &&
					   (prospect.on_its_way || prospect.ripe_at <= end);

	if (waits)
		return look_again_at(superuser, std::min(prospect.next, end));
	std::erase(paced_, superuser.facts.id);
	server_.let_in(superuser);
}

bool
Door::may_wait(const Slot &newcomer, const Prospect &prospect)
{
	const Timestamp now = server_.agenda().now();

	if (server_.policy().line > 0)
		return server_.seats() + static_cast<int>(line_.size()) <=
			   static_cast<int>(server_.slots().size()) - server_.reserve();
	const bool crowded = is_crowded();
	if (prospect.on_its_way)
		return !crowded || now < newcomer.knocked_at + crowded_grace;
	if (crowded)
		close_reserve();
	return !crowded && now >= closed_until_ && before(newcomer) == 0;
}

// The first in line asks for all that wait, if there is a line; without one, each for itself.
Door::Prospect
Door::look_for_room(const Slot &newcomer)
{
	const int ahead = before(newcomer);
	const int lack = server_.seats() + ahead + 1 - server_.most_seats();
	if (server_.policy().line == 0)
		return make_room(lack, 0);
	return ahead > 0 ? Prospect{} : make_room(lack, static_cast<int>(line_.size()) - 1);
}

// Asks as many as it takes, and `more` if there are so many; none, if that would be of no use.
Door::Prospect
Door::make_room(int lack, int more)
{
	const Timestamp now = server_.agenda().now();
	const Limits limits = server_.limits();
	const int needed = lack <= 0 ? 0 : lack - server_.count(Phase::exiting);
	const Need none{.sessions = 0, .ripe_after = limits.ripe_for_login_ms * millisecond};
	Prospect prospect;

	if (needed + more > 0)
	{
		const Sessions sessions = server_.sessions();
		std::vector<std::uint32_t> among = sessions.all();
		Need need = none;
		need.sessions = static_cast<std::size_t>(needed + more);
		const Victims victims = choose_victims(sessions.facts, limits, now, need, among);
		prospect.on_its_way = static_cast<int>(victims.chosen + victims.on_the_way) >= needed;
		for (std::size_t i = 0; prospect.on_its_way && i < victims.chosen; i++)
			server_.ask_to_end(*sessions.slots[among[i]]);
	}
	else
		prospect.on_its_way = true;
	for (const Session &session : server_.sessions().facts)
	{
		const Timestamp next = next_choice(session, limits, now, none);
		prospect.next = std::min(prospect.next, next);
		if (session.activity == Activity::idle)
			prospect.ripe_at = std::min(prospect.ripe_at, next);
	}
	return prospect;
}

void
Door::look_again_at(Slot &newcomer, Timestamp moment)
{
	const Timestamp now = server_.agenda().now();
	const Timestamp next = std::clamp(moment, now + 1, now + look_again);

	newcomer.looks_at = next;
	server_.agenda().at(next, [this, next, session = newcomer.facts.id] {
		Slot *slot = waiting(session);
		if (slot == nullptr || slot->looks_at != next)
			return;
		if (slot->superuser)
			pace(*slot);
		else
			look(*slot);
	});
}

// Wakes the one whose turn it is.
void
Door::slot_is_free()
{
	if (!line_.empty())
		look(*waiting(line_.front()));
	if (!paced_.empty())
		pace(*waiting(paced_.front()));
}

// Too many come and go for a newcomer to wait in the superusers' reserve.
void
Door::close_reserve()
{
	const Timestamp now = server_.agenda().now();
	const bool was_open = closed_until_ <= now;
	closed_until_ = now + closed_time;
	if (was_open)
		server_.agenda().in(1, [this] { look_all(); });
}

void
Door::look_all()
{
	const std::deque<std::uint64_t> all = line_;
	for (const std::uint64_t session : all)
		if (Slot *slot = waiting(session); slot != nullptr)
			look(*slot);
}

void
Door::leave_line(const Slot &newcomer)
{
	std::erase(line_, newcomer.facts.id);
}

int
Door::before(const Slot &newcomer) const
{
	return static_cast<int>(std::find(line_.begin(), line_.end(), newcomer.facts.id) -
							line_.begin());
}

bool
Door::is_crowded() const
{
	return server_.free_slots() < free_behind_waiter;
}

Timestamp
Door::deadline(const Slot &newcomer) const
{
	return newcomer.knocked_at + server_.policy().admission_timeout;
}

Slot *
Door::waiting(std::uint64_t session)
{
	Slot *slot = server_.find(session);
	return slot != nullptr && slot->phase == Phase::waiting ? slot : nullptr;
}

} // namespace simulator
