// Waits for three things at once: its latch, the queue of connections to take over, and whatever
// the clients of those it holds do. It sleeps until one of them speaks, and executes nothing.
#include "server/attendant/attendant.hpp"

#include <sys/resource.h>

#include "bridge/background_worker.hpp"
#include "bridge/stopwatch.hpp"
#include "server/attendant/held_connection.hpp"
#include "server/attendant/poller.hpp"
#include "server/state/attendant_status.hpp"
#include "server/state/hand_over.hpp"
#include "server/state/settings.hpp"
#include "server/state/statistics.hpp"
#include "server/state/wait_events.hpp"

extern "C"
{
	PGDLLEXPORT void ai_cleanup_attendant_main(Datum);
}

namespace ai_cleanup::attendant
{

namespace
{

constexpr const char *attendant_name = "ai_cleanup attendant";

// File descriptors that are not for connections: the server's own, and as many as may be on their
// way to us when we say that there are enough.
constexpr std::uint32_t most_spare_descriptors = 1024;

// A role that may log in can have connections held here: at some 3 kB each, with the kernel's part,
// this is the most that it can cost.
constexpr std::uint32_t most_connections = 64 * 1024;

// Taken from the queue in one go, before those that it holds have their turn.
constexpr int most_taken = 64;

std::uint32_t most_held = 0;
std::uint32_t told_count = UINT32_MAX;

void
say_it_is_gone(int, Datum)
{
	attendant_status::set(false, 0);
}

// As many open files as this process may have.
void
raise_file_limit()
{
	rlimit files{};

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		files.rlim_cur = 0;
	const rlim_t before = files.rlim_cur;
	files.rlim_cur = files.rlim_max;
	// macOS has no number for "without end" here.
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		files.rlim_cur = before;
	const auto room = static_cast<std::uint32_t>(
		std::min(files.rlim_cur, static_cast<rlim_t>(std::numeric_limits<int>::max())));
	most_held = std::min(room - std::min(most_spare_descriptors, room / 2), most_connections);
}

// Says in the process's title, in pg_stat_activity and to sessions how many it holds.
void
tell_count()
{
	const std::uint32_t count = held_connection::count();
	std::array<char, 64> text;

	attendant_status::set(count < most_held, count);
	if (count == told_count)
		return;
	told_count = count;
	snprintf(text.data(), text.size(), "holds %u connection%s", count, count == 1 ? "" : "s");
	set_ps_display(text.data());
	pgstat_report_activity(STATE_UNDEFINED, text.data());
}

// Connections are held, and clients waited for, by a clock that nobody sets: it begins with this
// process.
Timestamp
now()
{
	static const Stopwatch since_start;
	return since_start.elapsed();
}

// A connection that this process has no file descriptor left for has been closed by the kernel: its
// client hears nothing.
void
take_over()
{
	static Letter letter;
	int sock = -1;

	for (int i = 0; i < most_taken && hand_over::take(sock, letter); i++)
	{
		if (sock >= 0)
		{
			held_connection::hold(sock, letter, now());
			continue;
		}
		most_held = held_connection::count();
		statistics::count(statistics::Counter::hand_overs_refused);
	}
}

void
attend_all()
{
	for (const poller::Event &event : poller::look())
	{
		if (event.subject == nullptr)
			take_over();
		else
			held_connection::attend(event.subject, event.hung_up, now());
	}
}

[[noreturn]] void
run()
{
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		background_worker::reload_if_asked();
		attend_all();
		const Timestamp next =
			held_connection::close_overdue(now(), settings::hold_timeout * millisecond);
		tell_count();
		const Timestamp then = next == never ? never : after(GetCurrentTimestamp(), next - now());
		background_worker::wait_until(then, poller::descriptor(), wait_events::attendant);
	}
}

void
set_up()
{
	if (!poller::open() || !poller::add(hand_over::queue(), nullptr))
		ereport(FATAL, (errcode_for_socket_access(),
						errmsg("ai_cleanup could not set up its attendant: %m")));
	raise_file_limit();
	before_shmem_exit(say_it_is_gone, 0);
}

} // namespace

void
register_attendant()
{
	if (hand_over::queue() >= 0)
		background_worker::declare(attendant_name, "ai_cleanup_attendant_main");
}

} // namespace ai_cleanup::attendant

void
ai_cleanup_attendant_main(Datum)
{
	using namespace ai_cleanup;

	background_worker::begin(attendant::attendant_name);
	attendant::set_up();
	attendant::run();
}
