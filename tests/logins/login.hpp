// One login and what came of it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "storm/wire.hpp"

namespace logins
{

using Clock = std::chrono::steady_clock;
using Wall = std::chrono::system_clock; // the server's clock as well: it is the same machine

enum class End
{
	in,      // ready for queries
	refused, // told so, with an SQLSTATE
	cut,     // let in, or about to be, and ended at once
};

enum class Refusal
{
	no_process, // "sorry, too many clients already": no process slot at all
	reserved,   // "remaining connection slots are reserved ...": only the reserve is left
	other,
};

struct Login
{
	End end = End::cut;
	Refusal refusal = Refusal::other; // if refused
	std::string text;                 // what the server said, if not in
	std::unique_ptr<storm::Wire> wire;
	Wall::time_point started;
	Wall::time_point ended;
	Clock::duration took{};
	long tries = 1;

	// Worth another try.
	bool
	found_no_slot() const
	{
		return end == End::refused && refusal != Refusal::other;
	}
};

// With `query` it is in only once it has had an answer to a first query.
Login log_in(const storm::Address &address, bool query = false,
			 storm::Wire::Refused refused = storm::Wire::Refused::hang_up);

// Tries again for as long as `retry` while there is no slot. What it took is the time of all tries.
Login get_in(const storm::Address &address, bool query, std::chrono::milliseconds retry,
			 storm::Wire::Refused refused = storm::Wire::Refused::hang_up);

// True if the server has ended this connection.
bool has_ended(storm::Wire &wire);

} // namespace logins
