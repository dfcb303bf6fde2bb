// The connections whose sessions have ended, each until its client has been told, or has gone.
#pragma once

#include "core/time.hpp"
#include "server/attendant/poller.hpp"
#include "server/state/hand_over.hpp"

namespace ai_cleanup::held_connection
{

// Takes the connection over. If that cannot be, tells its client at once.
void hold(int sock, const Letter &letter, Timestamp now);

// Something happened on a connection: `subject` is the event's.
void attend(void *subject, bool hung_up, Timestamp now);

// Tells those that have been held for longer than `longest` (none if that is 0), and closes those
// that take too long to go. Returns when there will be the next such one.
Timestamp close_overdue(Timestamp now, Duration longest);

// How many there are.
std::uint32_t count();

} // namespace ai_cleanup::held_connection
