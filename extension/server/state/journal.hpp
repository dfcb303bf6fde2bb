// The journal: the last endings of sessions, in shared memory. Each session writes its own,
// once, on its way out; views.cpp reads it, saved_state.cpp keeps it over a restart.
#pragma once

#include "server/state/client_address.hpp"
#include "server/state/registry.hpp"

namespace ai_cleanup::journal
{

enum class Outcome : std::uint8_t
{
	retired,
	terminated,
};

// Plain data, and what is kept over a restart: see saved_state.cpp before changing it.
struct Ending
{
	Timestamp ended_at;
	Duration idle_for; // -1 if it was not idle
	int pid;
	Oid role;
	int asker_pid;
	Reason reason;
	Outcome outcome;
	NameData database;
	NameData role_name;
	NameData application;
	NameData asker_role; // empty for the worker
	ClientAddress client;
};

// For _PG_init: ask for the memory, and lay it out once it is there. False if it was already.
void request_memory();
bool lay_out();

// Writes one down, over the oldest. Takes no lock, so that no exit ever waits.
void note(const Ending &ending);

// How many there can be.
std::size_t capacity();

// Copies those there are to `endings`, the oldest first, and returns how many. `endings` has
// room for capacity().
std::size_t read(std::span<Ending> endings);

} // namespace ai_cleanup::journal
