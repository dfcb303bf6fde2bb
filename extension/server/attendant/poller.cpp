// Level-triggered, one interest at a time for each socket.
#include "server/attendant/poller.hpp"

#include <cerrno>

#include <unistd.h>
#ifdef HAVE_SYS_EPOLL_H
#include <sys/epoll.h>
#elif defined(HAVE_SYS_EVENT_H)
#include <fcntl.h>
#include <sys/event.h>
#endif

namespace ai_cleanup::poller
{

namespace
{

constexpr std::size_t most_events = 64;

int poll_descriptor = -1;
[[maybe_unused]] std::array<Event, most_events> events;

} // namespace

#ifdef HAVE_SYS_EPOLL_H

namespace
{

bool
control(int operation, int sock, void *subject, Interest interest)
{
	epoll_event event{};

	event.events = interest == Interest::reading ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
	event.data.ptr = subject;
	return epoll_ctl(poll_descriptor, operation, sock, &event) == 0;
}

} // namespace

bool
open()
{
	poll_descriptor = epoll_create1(EPOLL_CLOEXEC);
	return poll_descriptor >= 0;
}

bool
add(int sock, void *subject)
{
	return control(EPOLL_CTL_ADD, sock, subject, Interest::reading);
}

bool
change(int sock, void *subject, Interest interest)
{
	return control(EPOLL_CTL_MOD, sock, subject, interest);
}

void
remove(int sock, Interest)
{
	(void) control(EPOLL_CTL_DEL, sock, nullptr, Interest::reading);
}

std::span<const Event>
look()
{
	std::array<epoll_event, most_events> found;
	const int count = epoll_wait(poll_descriptor, found.data(), most_events, 0);
	const auto length = static_cast<std::size_t>(std::max(count, 0));

	for (std::size_t i = 0; i < length; i++)
		events[i] = {found[i].data.ptr,
					 (found[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
	return std::span<const Event>(events).first(length);
}

#elif defined(HAVE_SYS_EVENT_H)

namespace
{

bool
control(int operation, int sock, void *subject, Interest interest)
{
	struct kevent change;

	EV_SET(&change, static_cast<uintptr_t>(sock),
		   interest == Interest::reading ? EVFILT_READ : EVFILT_WRITE, operation, 0, 0, subject);
	return kevent(poll_descriptor, &change, 1, nullptr, 0, nullptr) == 0;
}

} // namespace

bool
open()
{
	poll_descriptor = kqueue();
	return poll_descriptor >= 0 && fcntl(poll_descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

bool
add(int sock, void *subject)
{
	return control(EV_ADD, sock, subject, Interest::reading);
}

// Each interest is a filter of its own here.
bool
change(int sock, void *subject, Interest interest)
{
	remove(sock, interest == Interest::reading ? Interest::writing : Interest::reading);
	return control(EV_ADD, sock, subject, interest);
}

void
remove(int sock, Interest interest)
{
	(void) control(EV_DELETE, sock, nullptr, interest);
}

std::span<const Event>
look()
{
	std::array<struct kevent, most_events> found;
	const timespec at_once{};
	const int count =
		kevent(poll_descriptor, nullptr, 0, found.data(), static_cast<int>(most_events), &at_once);
	const auto length = static_cast<std::size_t>(std::max(count, 0));

	for (std::size_t i = 0; i < length; i++)
		events[i] = {found[i].udata, (found[i].flags & EV_EOF) != 0};
	return std::span<const Event>(events).first(length);
}

#else

bool
open()
{
	errno = ENOSYS;
	return false;
}

bool
add(int, void *)
{
	return false;
}

bool
change(int, void *, Interest)
{
	return false;
}

void
remove(int, Interest)
{
}

std::span<const Event>
look()
{
	return {};
}

#endif

int
descriptor()
{
	return poll_descriptor;
}

} // namespace ai_cleanup::poller
