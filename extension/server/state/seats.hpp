// How many sessions the server has: one seat each, taken when a newcomer is let in and given back
// when its process slot is free again. Counted here, where PostgreSQL would walk its list of free
// slots under a spinlock; those that are still being authenticated have none.
//
// A process has no seat, takes one (take, take_anyway), and gives it back (give_back): a newcomer
// perhaps more than once, a session once, when its exit has freed its slot.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::seats
{

int taken();

// Takes one for this process, unless `limit` are taken already.
bool take(int limit);

// Takes one in any case: PostgreSQL lets this session in, whatever we think of it. Does nothing
// if it has one.
void take_anyway();

// On the way out, or where a newcomer cannot have it after all.
void give_back();

// How many have one, of those that log in, are open or are exiting.
int taken_by_role(Oid role);
int taken_in_database(Oid database);

// Some role or database has a CONNECTION LIMIT, or has had one since the server was started.
// Until then no newcomer needs to ask for its own.
void note_limit();
bool may_be_limited();

} // namespace ai_cleanup::seats
