// Which of many sockets can be read from, or written to: epoll, or kqueue where there is none. For
// the attendant, which waits for the poller's own file descriptor together with its latch.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::poller
{

enum class Interest : std::uint8_t
{
	reading,
	writing,
};

struct Event
{
	void *subject;
	bool hung_up; // the other side will send nothing more
};

// False, and errno, if this system has none, or none left.
bool open();
// Readable while there are events.
int descriptor();

bool add(int sock, void *subject);
bool change(int sock, void *subject, Interest interest);
// Before the socket is closed: another process may have it open, too.
void remove(int sock, Interest interest);

// What has happened, without waiting. Each subject comes once at most.
std::span<const Event> look();

} // namespace ai_cleanup::poller
