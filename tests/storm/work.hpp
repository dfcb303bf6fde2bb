// The kinds of work a client does, each unit a short conversation, and what the client saw of it.
// What it means is for books to judge.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "wire.hpp"

namespace storm
{

enum class Kind
{
	statement,   // one autocommit statement
	transaction, // BEGIN, two statements, COMMIT, each awaited
	copy,        // COPY FROM STDIN in several pieces
	extended,    // Parse, Describe, Flush; then Bind, Execute, Sync
	slow,        // one autocommit statement of 20 ms, with client_connection_check_interval
};

inline constexpr std::array all_kinds = {Kind::statement, Kind::transaction, Kind::copy,
										 Kind::extended, Kind::slow};

const char *name_of(Kind kind);

// Rows that a committed unit leaves. Each calls nextval before it is inserted.
int rows_of(Kind kind);

// Settings for the sessions which do this kind of work.
Parameters settings_of(Kind kind);

std::string table_of(int client);
std::string sequence_of(int client);

// What the client saw of one unit.
struct Seen
{
	bool ended_before = false; // the connection had ended before anything was sent
	Sent first_request = Sent::nothing;
	bool answered = false; // something that is no error came back
	bool complete = false; // every answer came, as expected
	std::string surprise;  // an error or an answer that no ended session explains
};

Seen do_unit(Kind kind, Wire &wire, int client, long unit, const std::function<void()> &pause);

} // namespace storm
