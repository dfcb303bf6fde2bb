// The life of a session, from the fork to the moment when its slot is free again.
#include "server.hpp"

#include <algorithm>
#include <stdexcept>

#include "door.hpp"
#include "worker.hpp"

namespace simulator
{

using namespace ai_cleanup;

namespace
{

constexpr int cores = 2;
constexpr int superuser_reserved_connections = 3;

// About 3 ms for a whole connection, as measured.
constexpr Duration to_fork = 300;
constexpr Duration to_start = 900;
constexpr Duration to_enter = 1200;
constexpr Duration to_exit = 500;
constexpr Duration to_answer = 100; // a signal, and the look of the session that gets it

// Longer pauses are made by a person, who does not mind a new login.
constexpr Duration longest_learned = 10 * second;

constexpr Duration request_life = 10 * second;

} // namespace

Server::Server(Agenda &agenda, const Policy &policy, int slots)
	: agenda_(agenda), policy_(policy), cpu_(agenda, cores),
	  slots_(static_cast<std::size_t>(slots + policy.line)), door_(std::make_unique<Door>(*this)),
	  worker_(std::make_unique<Worker>(*this))
{
}

Server::~Server() = default;

std::uint64_t
Server::connect(Listener &client, bool superuser)
{
	const std::uint64_t number = next_number_++;
	knocking_.push_back([this, number, &client, superuser] {
		cpu_.work(to_start,
				  [this, number, &client, superuser] { start(number, client, superuser); });
	});
	if (knocking_.size() == 1)
		fork_next();
	return number;
}

// The postmaster, which does one after the other.
void
Server::fork_next()
{
	cpu_.work(to_fork, [this] {
		knocking_.front()();
		knocking_.pop_front();
		if (!knocking_.empty())
			fork_next();
	});
}

// The new process looks for a slot: no library is asked before it has one.
void
Server::start(std::uint64_t number, Listener &client, bool superuser)
{
	const auto slot = std::find_if(slots_.begin(), slots_.end(),
								   [](const Slot &each) { return each.phase == Phase::free; });
	if (slot == slots_.end())
		return client.refused(); // sorry, too many clients already
	*slot = Slot{.phase = Phase::starting, .superuser = superuser, .client = &client};
	slot->facts = Session{.id = number,
						  .slot = static_cast<std::uint32_t>(slot - slots_.begin()),
						  .database = 1,
						  .role = 1,
						  .pid = 1,
						  .activity = Activity::busy,
						  .permission = Permission::granted,
						  .own = false,
						  .retirable = true,
						  .target = true,
						  .opened_at = long_ago,
						  .idle_since = never,
						  .asked_at = long_ago,
						  .asked_until = long_ago,
						  .declined_at = long_ago,
						  .declines = 0,
						  .idle_timeout_ms = inherited,
						  .connection_budget = inherited};
	door_->knock(*slot);
}

void
Server::let_in(Slot &slot)
{
	slot.phase = Phase::entering;
	cpu_.work(to_enter, [this, number = slot.facts.id] { complete(number); });
}

void
Server::turn_away(Slot &slot)
{
	Listener &client = *slot.client;
	begin_exit(slot);
	client.refused();
}

void
Server::complete(std::uint64_t session)
{
	Slot &slot = *find(session);
	slot.phase = Phase::open;
	slot.facts.opened_at = agenda_.now();
	fall_idle(slot);
	worker_->login_is_complete();
	slot.client->ready();
}

void
Server::request(std::uint64_t session, Duration length)
{
	Slot &slot = *find(session);
	if (slot.phase != Phase::open || slot.facts.activity != Activity::idle)
		throw std::logic_error("a request where none can be");
	slot.facts.activity = Activity::busy;
	slot.facts.idle_since = never;
	agenda_.in(length, [this, session] {
		Slot &then = *find(session);
		fall_idle(then);
		then.client->answered();
	});
}

void
Server::fall_idle(Slot &slot)
{
	slot.facts.activity = Activity::idle;
	slot.facts.idle_since = agenda_.now();
	slot.facts.declines = 0;
}

void
Server::close(std::uint64_t session)
{
	if (Slot *slot = find(session); slot != nullptr && slot->phase == Phase::open)
		begin_exit(*slot);
}

void
Server::ask_to_end(Slot &slot)
{
	slot.facts.asked_at = agenda_.now();
	slot.facts.asked_until = agenda_.now() + request_life;
	agenda_.in(to_answer, [this, session = slot.facts.id, since = slot.facts.idle_since] {
		answer(session, since);
	});
}

// It goes only if it is still as idle as it was when it was asked.
void
Server::answer(std::uint64_t session, Timestamp idle_since)
{
	Slot *slot = find(session);
	if (slot == nullptr || slot->phase != Phase::open)
		return;
	if (slot->facts.activity != Activity::idle || slot->facts.idle_since != idle_since)
	{
		slot->facts.asked_until = long_ago;
		slot->facts.declined_at = agenda_.now();
		slot->facts.declines++;
		return;
	}
	endings++;
	Listener &client = *slot->client;
	begin_exit(*slot);
	client.ended();
}

void
Server::begin_exit(Slot &slot)
{
	slot.phase = Phase::exiting;
	cpu_.work(to_exit, [this, session = slot.facts.id] { vacate(session); });
}

void
Server::vacate(std::uint64_t session)
{
	*find(session) = Slot{};
	door_->slot_is_free();
}

Slot *
Server::find(std::uint64_t session)
{
	const auto found = std::find_if(slots_.begin(), slots_.end(), [&](const Slot &slot) {
		return slot.phase != Phase::free && slot.facts.id == session;
	});
	return found == slots_.end() ? nullptr : &*found;
}

void
Server::regret(Duration pause)
{
	if (policy_.learns)
		regretted_ = std::max(regretted_, std::min(pause, longest_learned));
}

int
Server::count(Phase phase) const
{
	return static_cast<int>(std::count_if(slots_.begin(), slots_.end(),
										  [&](const Slot &slot) { return slot.phase == phase; }));
}

int
Server::free_slots() const
{
	return count(Phase::free);
}

int
Server::reserve() const
{
	return superuser_reserved_connections;
}

// With a line, max_sessions is as many as ordinary roles could have without it.
int
Server::room_for_sessions() const
{
	return static_cast<int>(slots_.size()) - (policy_.line > 0 ? policy_.line + reserve() : 0);
}

int
Server::seats() const
{
	return count(Phase::entering) + count(Phase::open) + count(Phase::exiting);
}

int
Server::most_seats() const
{
	return room_for_sessions() - (policy_.line > 0 ? 0 : reserve());
}

int
Server::headroom() const
{
	constexpr int least = 3;
	constexpr int share = 5;
	return policy_.headroom < 0 ? std::max(least, room_for_sessions() / share) : policy_.headroom;
}

Limits
Server::limits() const
{
	// Twice as long as a pause in which a session was thrown out.
	const Duration for_login = std::max(policy_.ripe_for_login, 2 * regretted_);
	Limits limits{.enabled = policy_.library,
				  .idle_timeout_ms = 0,
				  .connection_budget = 0,
				  .headroom = headroom()};
	limits.ripe_for_login_ms = static_cast<std::int32_t>(for_login / millisecond);
	limits.ripe_for_headroom_ms =
		static_cast<std::int32_t>(policy_.ripe_for_headroom / millisecond);
	return limits;
}

Sessions
Server::sessions()
{
	Sessions found;
	for (Slot &slot : slots_)
	{
		if (slot.phase != Phase::open)
			continue;
		found.facts.push_back(slot.facts);
		found.slots.push_back(&slot);
	}
	return found;
}

} // namespace simulator
