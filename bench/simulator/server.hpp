// A PostgreSQL server as a policy sees it: slots, logins, sessions that are idle or busy, and the
// way a session is asked to end itself. What a login and an exit cost is measured on a real one.
// Clients use it; door and worker decide over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <numeric>
#include <vector>

#include "agenda.hpp"
#include "core/policy.hpp"
#include "core/session.hpp"
#include "cpu.hpp"
#include "policy.hpp"

namespace simulator
{

class Door;
class Worker;

// What a client hears of its session.
class Listener
{
  public:
	virtual ~Listener() = default;
	virtual void ready() = 0;    // it is in
	virtual void refused() = 0;  // it is not
	virtual void answered() = 0; // its request is done
	virtual void ended() = 0;    // its session was ended while it was idle
};

enum class Phase : std::uint8_t
{
	free,
	starting, // holds a slot, but has not reached admission
	waiting,  // in admission
	entering, // let in, not complete
	open,
	exiting,
};

struct Slot
{
	Phase phase = Phase::free;
	bool superuser = false;
	Timestamp knocked_at = 0;
	Timestamp looks_at = 0; // one that waits, the next time
	Listener *client = nullptr;
	ai_cleanup::Session facts{};
};

// The facts about the sessions that are open, and the slots they belong to.
struct Sessions
{
	std::vector<ai_cleanup::Session> facts;
	std::vector<Slot *> slots;

	std::vector<std::uint32_t>
	all() const
	{
		std::vector<std::uint32_t> indexes(facts.size());
		std::iota(indexes.begin(), indexes.end(), 0U);
		return indexes;
	}
};

class Server
{
  public:
	Server(Agenda &agenda, const Policy &policy, int slots);
	~Server();
	Server(const Server &) = delete;
	Server &operator=(const Server &) = delete;

	// For clients. A session is named by its number, which the client learns here, and which no
	// other will ever have.
	std::uint64_t connect(Listener &client, bool superuser);
	void request(std::uint64_t session, Duration length);
	void close(std::uint64_t session);

	// For door and worker.
	void let_in(Slot &slot);
	void turn_away(Slot &slot);
	void ask_to_end(Slot &slot);
	int free_slots() const;
	int count(Phase phase) const;
	int reserve() const;
	int headroom() const;
	std::vector<Slot> &
	slots()
	{
		return slots_;
	}
	const Policy &
	policy() const
	{
		return policy_;
	}
	Agenda &
	agenda()
	{
		return agenda_;
	}

	Sessions sessions();
	ai_cleanup::Limits limits() const;
	Slot *find(std::uint64_t session);

	// A session that was let in has a seat until its slot is free. Only so many are for ordinary
	// roles.
	int seats() const;
	int most_seats() const;
	int room_for_sessions() const;

	// A client asks whose session has been ended, after so long a pause.
	void regret(Duration pause);

	long endings = 0; // sessions that were asked to end and have

  private:
	void fork_next();
	void start(std::uint64_t number, Listener &client, bool superuser);
	void complete(std::uint64_t session);
	void fall_idle(Slot &slot);
	void answer(std::uint64_t session, Timestamp idle_since);
	void begin_exit(Slot &slot);
	void vacate(std::uint64_t session);

	Agenda &agenda_;
	const Policy &policy_;
	Cpu cpu_;
	std::deque<Agenda::Deed> knocking_; // clients the postmaster has not come to
	std::vector<Slot> slots_;
	std::uint64_t next_number_ = 1;
	Duration regretted_ = 0; // the longest pause in which a session was ended
	std::unique_ptr<Door> door_;
	std::unique_ptr<Worker> worker_;
};

} // namespace simulator
