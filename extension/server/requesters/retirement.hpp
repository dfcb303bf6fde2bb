// The asker's side of a retirement, and what became of it. The session's side is
// session/signal_handler.cpp.
#pragma once

#include "core/session.hpp"
#include "server/state/registry.hpp"

namespace ai_cleanup::retirement
{

// How long a request holds, at least: long enough for a session that is slow to be scheduled.
constexpr Duration least_request_life = second;

// One session that was asked, or terminated, and how to recognise its end.
struct Asked
{
	std::uint32_t slot;
	std::uint64_t session; // its id
	std::uint32_t number;  // of the request; 0 for a termination
};

enum class Outcome : std::uint8_t
{
	pending,
	ended,    // its slot is free
	declined, // it was not idle after all
};

// Asks a session to end itself. False if it is gone. Where a request that still holds is
// out already, joins that one instead.
bool ask(const Session &session, const Request &request, Asked &asked);

// Ends a session whatever it does, as pg_terminate_backend does, and writes down by whom.
// False if it is gone.
bool terminate(const Session &session, const Request &request, Asked &asked);

Outcome outcome(const Asked &asked);

} // namespace ai_cleanup::retirement
