// Loaded before a server's own libraries (LD_PRELOAD) by a test that needs what cannot be had
// otherwise, as long as there is a file for it in the folder $AI_CLEANUP_PRELOAD:
//
//   clock   the server's clock goes wrong by so many seconds
//   stop    a process that is about to send SIGUSR2 is stopped (SIGSTOP) before it does
//   keep    and one that is about to hand a socket over, before it does
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace
{

FILE *
open_order(const char *name)
{
	const char *folder = getenv("AI_CLEANUP_PRELOAD");
	std::array<char, 4096> path{};

	if (folder == nullptr)
		return nullptr;
	snprintf(path.data(), path.size(), "%s/%s", folder, name);
	return fopen(path.data(), "r");
}

long
ordered_seconds()
{
	FILE *order = open_order("clock");
	long seconds = 0;

	if (order == nullptr)
		return 0;
	const bool is_number = fscanf(order, "%ld", &seconds) == 1;
	fclose(order);
	return is_number ? seconds : 0;
}

void
stop_if_ordered(const char *name)
{
	FILE *order = open_order(name);

	if (order == nullptr)
		return;
	fclose(order);
	raise(SIGSTOP);
}

template <typename Function>
Function *
real(const char *name)
{
	return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C"
{
	__attribute__((visibility("default"))) int
	gettimeofday(struct timeval *__restrict now, void *__restrict zone) noexcept
	{
		static auto *const ask = real<int(struct timeval *, void *)>("gettimeofday");

		if (ask(now, zone) != 0)
			return -1;
		now->tv_sec += ordered_seconds();
		return 0;
	}

	__attribute__((visibility("default"))) int
	kill(pid_t pid, int signal) noexcept
	{
		static auto *const send = real<int(pid_t, int)>("kill");

		if (signal == SIGUSR2)
			stop_if_ordered("stop");
		return send(pid, signal);
	}

	__attribute__((visibility("default"))) ssize_t
	sendmsg(int sock, const struct msghdr *message, int flags)
	{
		static auto *const send = real<ssize_t(int, const struct msghdr *, int)>("sendmsg");

		if (message->msg_controllen != 0)
			stop_if_ordered("keep");
		return send(sock, message, flags);
	}
}
