// This process's login, once it is let in: what becomes of it, and what was arranged for it. The
// next step is its first commit, by which it has succeeded, or its end, by which it has failed.
#pragma once

#include "server/state/statistics.hpp"

namespace ai_cleanup::login
{

// PostgreSQL's check for the reserved slots would pass now, but for others that log in at this
// moment and may be turned away. Seats are counted exactly: so it counts as made, for this process
// alone, until the login has succeeded.
void pass_reserve();

// It has waited for room: counted as this, if it gets in.
void let_in(statistics::Counter counter);

// Just before the first commit, when PostgreSQL has looked: does its role or its database have a
// CONNECTION LIMIT?
void note_limits();

void succeeded();
void ended();

} // namespace ai_cleanup::login
