// A look at all sessions: the facts the policy decides on.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup
{

// What people are shown of a session besides.
struct Details
{
	BackendState state;
	SockAddr client;
	std::array<char, NAMEDATALEN> application;
};

struct Snapshot
{
	std::span<Session> sessions;
	std::span<Details> details; // of the same sessions, if asked for
	std::size_t exiting;        // sessions that are exiting, whose slots will be free in a moment
};

enum class With : std::uint8_t
{
	facts,
	details,
};

// Every open session, in the current memory context. Reads shared memory without a lock and
// looks nothing up: `permission` is granted, `target` true and `exemption` none until the caller
// says otherwise.
Snapshot take_snapshot(With with = With::facts);

// A state as pg_stat_activity calls it.
const char *state_text(BackendState state);

// For how long a session has been idle, or idle in a transaction; -1 if it is not.
Duration idle_age(const Session &session, Timestamp now);

// The application_name of a session right now, null-terminated. False if it is gone.
bool read_application(const Session &session, std::span<char, NAMEDATALEN> name);

} // namespace ai_cleanup
