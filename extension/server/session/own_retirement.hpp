// This session's own retirement: how far it is, and what it has agreed to.
#pragma once

#include "server/state/request.hpp"

namespace ai_cleanup::own_retirement
{

// Each with those that may follow it, and whose move that is.
enum class Stage : std::uint8_t
{
	serving,  // as every session -> diverted: client_socket::stop_reading()
	diverted, // it reads end-of-file instead of its client -> serving: something had come first;
			  // -> agreed: the signal handler
	agreed, // nothing it was asked is unanswered; it leaves by PostgreSQL's own exit -> told:
			// last_message, in the exit; -> parted: if that has failed
	told,   // log and journal have it, and the message to its client is ready -> parted
	parted, // its slot is free, and its client is the attendant's, or was told: the last one
};

// All of these are async-signal-safe.
Stage stage();

// Only from `from`, which it must be in.
void move(Stage from, Stage to);

// From diverted to agreed. `is_sure`: it is certain that its client has had the answer to
// everything it asked.
void agree(const Request &request, Duration idle_age, bool is_sure);

// Has it agreed to end itself?
bool has_agreed();

// What it agreed to, how long it had been idle then, and whether it was sure.
const Request &request();
Duration idle_age();
bool is_sure();

} // namespace ai_cleanup::own_retirement
