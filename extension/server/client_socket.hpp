// A session's socket, from the moment it agrees to be retired: it hears no more.
//
// The session is made to read end-of-file, as if its client had hung up, and so leaves by
// PostgreSQL's own door. What its client had sent before that moment is still served.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::client_socket
{

// In the postmaster: makes the socket that is at its end for ever, inherited by every session.
void make_dead_end();

// At login: lets a session over TLS still write after it has read end-of-file.
void survive_end_of_file();

// Has the client sent anything, or hung up? Async-signal-safe, as the next one.
bool has_unread();

// From here on the session reads end-of-file. False, and nothing changed, if something
// arrived first. To be called only while the session waits in WaitEventSetWait for its
// client to send: then no read is under way, and the next one looks MyProcPort->sock up anew.
bool stop_reading();

// Did a complete request slip in at the last instant, so that the session serves it first?
bool serves_last_request();

// On the way out: what is written from here on reaches the client again. True if it did not
// before, so that the client has heard nothing.
bool reconnect_for_farewell();

} // namespace ai_cleanup::client_socket
