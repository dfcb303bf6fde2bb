// A pair of sockets that keep messages apart, with the file descriptor beside each message
// (SCM_RIGHTS). The postmaster has both ends for as long as it lives, so what is in the queue
// outlives an attendant that ends.
#include "server/state/hand_over.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server/state/attendant_status.hpp"
#include "server/state/socket_pair.hpp"
#include "server/state/statistics.hpp"

namespace ai_cleanup::hand_over
{

namespace
{

// Room for as many as Linux lets an ordinary process have; other systems have their own bounds.
constexpr int queue_bytes = 1024 * 1024;

SocketPair ends{-1, -1}; // the sessions', the attendant's

// One file descriptor beside a message, aligned as the kernel wants it.
union Enclosure {
	cmsghdr header;
	std::array<char, CMSG_SPACE(sizeof(int))> room;
};

msghdr
envelope(iovec &contents, Enclosure &enclosure)
{
	msghdr message{};

	message.msg_iov = &contents;
	message.msg_iovlen = 1;
	message.msg_control = enclosure.room.data();
	message.msg_controllen = enclosure.room.size();
	return message;
}

// Not every system can do the one when it receives.
#ifdef MSG_CMSG_CLOEXEC
constexpr int receive_flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
#else
constexpr int receive_flags = MSG_DONTWAIT;
#endif

bool
send_enclosed(int sock, const Letter &letter)
{
	Enclosure enclosure{};
	// NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): sendmsg() only reads it
	iovec contents{.iov_base = const_cast<Letter *>(&letter),
				   .iov_len = offsetof(Letter, bytes) + letter.length};
	msghdr message = envelope(contents, enclosure);
	cmsghdr *header = CMSG_FIRSTHDR(&message);
	ssize_t sent = 0;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	std::memcpy(CMSG_DATA(header), &sock, sizeof(sock));
	do
		sent = sendmsg(ends[0], &message, MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

} // namespace

// macOS has no SOCK_SEQPACKET among unix sockets. Where processes are not forked from the
// postmaster (EXEC_BACKEND) there is nothing to inherit, and no queue.
void
make_queue()
{
#ifndef EXEC_BACKEND
	if (ends[0] >= 0)
		return;
	if (!make_socket_pair(SOCK_SEQPACKET, ends) && !make_socket_pair(SOCK_DGRAM, ends))
		ereport(ERROR,
				(errcode_for_socket_access(), errmsg("ai_cleanup could not create a socket: %m")));
	(void) setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &queue_bytes, sizeof(queue_bytes));
	(void) setsockopt(ends[1], SOL_SOCKET, SO_RCVBUF, &queue_bytes, sizeof(queue_bytes));
#endif
}

int
queue()
{
	return ends[1];
}

bool
give(int sock, const Letter &letter)
{
	if (attendant_status::takes_more() && send_enclosed(sock, letter))
		return true;
	statistics::count(statistics::Counter::hand_overs_refused);
	return false;
}

bool
take(int &sock, Letter &letter)
{
	Enclosure enclosure{};
	iovec contents{.iov_base = &letter, .iov_len = sizeof(letter)};
	msghdr message = envelope(contents, enclosure);
	ssize_t length = 0;

	do
		length = recvmsg(ends[1], &message, receive_flags);
	while (length < 0 && errno == EINTR);
	if (length < static_cast<ssize_t>(offsetof(Letter, bytes)))
		return false;
	const cmsghdr *header = CMSG_FIRSTHDR(&message);
	sock = -1;
	if (header != nullptr && header->cmsg_type == SCM_RIGHTS)
		std::memcpy(&sock, CMSG_DATA(header), sizeof(sock));
#ifndef MSG_CMSG_CLOEXEC
	if (sock >= 0)
		(void) fcntl(sock, F_SETFD, FD_CLOEXEC);
#endif
	return true;
}

} // namespace ai_cleanup::hand_over
