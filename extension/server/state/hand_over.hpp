// How a retired session's connection gets from the session to the attendant: the socket itself,
// and what its client is to be told.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup
{

// A session's last words, ready for the wire.
struct Letter
{
	bool at_once; // or only when the client asks
	std::uint16_t length;
	std::array<char, 4096> bytes;
};

namespace hand_over
{

// In the postmaster: the queue, inherited by every process of the server.
void make_queue();

// The attendant's end: readable while something is in it. -1 if there is no queue.
int queue();

// Puts the connection into the queue without waiting. False if that cannot be, or there is no
// attendant to take it: then its client is still to be told.
bool give(int sock, const Letter &letter);

// Takes one out. False if there is none. `sock` is -1 if this process has no file descriptor left
// for it; then the kernel has closed the connection.
bool take(int &sock, Letter &letter);

} // namespace hand_over

} // namespace ai_cleanup
