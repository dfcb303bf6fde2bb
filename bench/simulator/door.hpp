// Where newcomers come to before PostgreSQL's own checks: admission, with or without room to wait
// in. Follows server/requesters/admission.cpp and what it calls. Owned by server.
#pragma once

#include <cstdint>
#include <deque>

#include "server.hpp"

namespace simulator
{

class Door
{
  public:
	explicit Door(Server &server) : server_(server) {}

	void knock(Slot &newcomer);
	void slot_is_free();

  private:
	struct Prospect
	{
		bool on_its_way = false;
		Timestamp ripe_at = ai_cleanup::never;
		Timestamp next = ai_cleanup::never;
	};

	void look(Slot &newcomer);
	void pace(Slot &superuser);
	bool may_wait(const Slot &newcomer, const Prospect &prospect);
	Prospect look_for_room(const Slot &newcomer);
	Prospect make_room(int lack, int more);
	void look_again_at(Slot &newcomer, Timestamp moment);
	void leave_line(const Slot &newcomer);
	void look_all();
	void close_reserve();
	void apply_own_check(Slot &newcomer);

	int before(const Slot &newcomer) const;
	bool is_crowded() const;
	Timestamp deadline(const Slot &newcomer) const;
	Slot *waiting(std::uint64_t session);

	Server &server_;
	std::deque<std::uint64_t> line_;  // first come, first served
	std::deque<std::uint64_t> paced_; // superusers who have taken the very last slot
	Timestamp closed_until_ = ai_cleanup::long_ago;
};

} // namespace simulator
