// The slots that PostgreSQL reserves for superusers, as a place to wait in. Without
// ai_cleanup.max_sessions there is no other: a newcomer has its slot already while it waits. So
// only one waits for long, and only while superusers' logins, and those that are refused at once,
// find another slot free behind it.
#pragma once

#include "core/time.hpp"
#include "server/requesters/room.hpp"

namespace ai_cleanup::reserve
{

// Is a slot free behind a newcomer that waits, or that has the last one?
bool has_free_slot();

// Too many come and go for a newcomer to wait: none does, for a while.
void close();

// Would a login that looks for sessions to ask stand in the way of a superuser's for nothing, as
// things are? Where those that were asked do not answer, all but a few in a second would.
bool is_hopeless(Timestamp now);

// Until when a newcomer may wait that began then; `now` if it may not.
Timestamp may_wait_until(const room::Prospect &prospect, Timestamp began, Timestamp now);

} // namespace ai_cleanup::reserve
