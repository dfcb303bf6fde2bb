// The line of newcomers that wait for room, first come, first served: in truth several, one for
// the server's slots, and one for each role and each database with a CONNECTION LIMIT. A newcomer
// stands in one of them and keeps its number when it moves to another.
//
// Nothing here takes a lock. A process that ends a wait, by exiting or by leaving the line, wakes
// the newcomer whose turn it is, so that a wake-up is passed on and never lost.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::line
{

// What a newcomer waits for, each with those that may follow it.
enum class Want : std::uint8_t
{
	nothing,  // it is in no line -> any other: join()
	slot,     // one of the server -> role, database: change(); -> nothing: leave()
	role,     // one of its role's CONNECTION LIMIT -> slot, database, nothing
	database, // one of its database's -> slot, role, nothing
};

// One newcomer, or what one line is of: those that want the same of the same role or database.
struct Scope
{
	Want want;
	Oid role;
	Oid database;
};

// This newcomer's way: at the end of a line, over to another one, and out of it, which wakes the
// next. Its role and its database are those that it has announced.
void join(Want want);
void change(Want want);
void leave();
void leave_on_exit(int code, Datum arg);

// How many in this line come before this newcomer, which may stand in another one, or nowhere yet.
int before_me(Scope scope);
// And how many behind it.
int behind_me(Scope scope);

// Has no newcomer of the server waited for longer than this one?
bool is_first_of_all();

// How many wait on the whole server.
int length();

// A session of this role and database is gone: wakes the first of each line that it stood in the
// way of, three processes at most; that of the line for a slot only if there is a free one.
void wake_first(Oid role, Oid database, bool slot_is_free);

// Makes all of them look whether they may still wait.
void wake_all();

// What an entry's newcomer waits for, and its number.
struct Ticket
{
	Want want;
	std::uint64_t number;
};
Ticket ticket_of(std::uint32_t slot);

} // namespace ai_cleanup::line
