// Where newcomers come to before PostgreSQL's own checks: admission, with or without a line to wait
// in. Follows server/admission.cpp. Owned by server.
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
	void look(Slot &newcomer);
	void look_again_later(Slot &newcomer);
	void apply_own_check(Slot &newcomer);
	bool make_room(int need, std::uint64_t for_whom);
	bool may_wait(const Slot &newcomer);
	int younger_who_wait(std::uint64_t than) const;

	void stand_in_line(Slot &newcomer);
	void serve_line();
	int sessions() const;

	Slot *waiting(std::uint64_t session);

	Server &server_;
	std::uint64_t only_waiter_ = 0;     // without a line one may wait for the busy
	std::deque<std::uint64_t> line_;    // first come, first served
	bool line_is_looked_after_ = false; // a look at it is planned
};

} // namespace simulator
