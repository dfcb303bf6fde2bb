// PostgreSQL's own way for both (postmaster/bgworker.c, postmaster/interrupt.c).
#include "background_worker.hpp"

namespace ai_cleanup::background_worker
{

namespace
{

constexpr int restart_seconds = 1;

} // namespace

void
declare(const char *name, const char *main)
{
	BackgroundWorker worker{};

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_restart_time = restart_seconds;
	strlcpy(worker.bgw_name, name, sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, name, sizeof(worker.bgw_type));
	strlcpy(worker.bgw_library_name, "ai_cleanup", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, main, sizeof(worker.bgw_function_name));
	RegisterBackgroundWorker(&worker);
}

void
begin(const char *name)
{
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
	pgstat_report_appname(name);
}

void
wait_until(Timestamp then, int descriptor, std::uint32_t wait_event)
{
	int events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH;
	long milliseconds = -1;

	if (then != never)
	{
		events |= WL_TIMEOUT;
		// Rounded up, so that it is past that moment when it wakes.
		milliseconds = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), then);
	}
	if (descriptor < 0)
		WaitLatch(MyLatch, events, milliseconds, wait_event);
	else
		WaitLatchOrSocket(MyLatch, events | WL_SOCKET_READABLE, descriptor, milliseconds,
						  wait_event);
	ResetLatch(MyLatch);
}

bool
reload_if_asked()
{
	if (!ConfigReloadPending)
		return false;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	return true;
}

} // namespace ai_cleanup::background_worker
