// A session's socket, from the moment it agrees to be retired: it hears no more, and nothing it
// says reaches the client.
//
// The session is made to read end-of-file, as if its client had hung up, and so ends by
// PostgreSQL's own exit. The connection itself stays as it is, for the attendant to take over.
//
// What happens to a half-sent request? While any of it is unread on the socket, the session does
// not agree. Where PostgreSQL has read the first part and waits for the rest, the session may end:
// in the midst of a message end-of-file executes nothing. The rest then goes to the attendant,
// which drops it and tells the client why.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::client_socket
{

// In the postmaster: makes the socket that is at its end for ever, inherited by every session.
void make_dead_end();

// At login: lets a session over TLS still write after it has read end-of-file.
void survive_end_of_file();

// Has the client sent anything, or hung up? Async-signal-safe, as the next two.
bool has_unread();

// Is the client, as far as this system tells, still to receive some of what it was sent?
bool has_unreceived();

// From here on the session reads end-of-file. False, and nothing changed, if something
// arrived first. To be called only while the session waits in WaitEventSetWait for its
// client to send: then no read is under way, and the next one looks MyProcPort->sock up anew.
bool stop_reading();

// What is written between these two comes back as the bytes that the client is to get, encrypted
// where the connection is. Only after stop_reading(). Nothing, and empty, if it cannot be had.
bool begin_letter();
std::size_t end_letter(std::span<char> bytes);

// The client's own socket, once; -1 before stop_reading(), and afterwards.
int take();

} // namespace ai_cleanup::client_socket
