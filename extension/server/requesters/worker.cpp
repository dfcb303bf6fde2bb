// The worker sleeps until the earliest moment at which a session could pass its limit, and
// without end if there is none. Sessions that come to be due earlier wake it; so does a
// reload. It is connected to no database and keeps no transaction: it is in nobody's way.
#include "server/requesters/worker.hpp"

#include "bridge/guard.hpp"
#include "bridge/palloc_span.hpp"
#include "core/sweep.hpp"
#include "core/victims.hpp"
#include "server/requesters/retirement.hpp"
#include "server/snapshot/blockers.hpp"
#include "server/snapshot/scope.hpp"
#include "server/snapshot/snapshot.hpp"
#include "server/state/registry.hpp"
#include "server/state/seats.hpp"
#include "server/state/settings.hpp"
#include "server/state/statistics.hpp"
#include "server/state/wait_events.hpp"
#include "server/state/worker_status.hpp"

extern "C"
{
	PGDLLEXPORT void ai_cleanup_worker_main(Datum);
}

namespace ai_cleanup::worker
{

namespace
{

constexpr const char *worker_name = "ai_cleanup worker";
constexpr int restart_seconds = 1;

// How long a request of the worker's holds. A session that is stopped for longer is asked
// again after that, so this is also how often the worker wakes for such a one.
constexpr Duration request_life = 10 * second;

// From the start of a session's exit until its slot is free, generously.
constexpr Duration settling_time = 10 * millisecond;

// On the C++ heap of this process, for as long as it lives.
Relief *relief = nullptr;

// What a reason measures against. A limit of the session's own it knows the origin of itself.
struct Measure
{
	std::int64_t limit;
	Origin origin;
};

// The budget in force for a database, which may be that of one session of it.
Measure
measure_budget(std::span<const Session> sessions, Oid database, const Limits &limits)
{
	std::int32_t budget = 0;

	for (const Session &session : sessions)
	{
		if (session.database == database)
			budget = stricter(budget, effective_budget(session, limits));
	}
	return {budget, budget == limits.connection_budget
						? settings::origin(OwnSetting::connection_budget)
						: Origin::unknown};
}

Measure
measure(std::span<const Session> sessions, const Session &session, const Limits &limits,
		Reason reason)
{
	switch (reason)
	{
	case Reason::over_budget:
		return measure_budget(sessions, session.database, limits);
	case Reason::headroom:
		return {limits.headroom, Origin::unknown};
	case Reason::idle_in_transaction:
		return {effective_idle_in_transaction_timeout(session, limits),
				settings::origin(OwnSetting::idle_in_transaction_timeout)};
	case Reason::idle_blocker:
	case Reason::idle_lock:
		return {effective_idle_blocker_timeout(session, limits),
				settings::origin(OwnSetting::idle_blocker_timeout)};
	default:
		return {effective_idle_timeout(session, limits),
				settings::origin(OwnSetting::idle_timeout)};
	}
}

// A hard limit leaves a session that worked again in between alone if it has not been idle for
// long enough since; need leaves it alone at all events, for it was not last in line.
Request
request_for(const Session &session, Measure measured, Protections protect, Reason reason,
			Timestamp now)
{
	const bool by_need = reason == Reason::over_budget || reason == Reason::headroom;

	return {.idle_before = by_need ? session.idle_since : before(now, measured.limit),
			.asked_at = now,
			.expires_at = after(now, request_life),
			.limit = measured.limit,
			.limit_origin = measured.origin,
			.reason = reason,
			.protect = reason == Reason::idle_lock
						   ? static_cast<Protections>(protect & ~protected_by_lock)
						   : protect,
			.asker_pid = MyProcPid,
			.asker_proc = compat::my_proc_index(),
			.asker_role = {}};
}

// Says in the log, once, that endings bring no relief, and for the views until when there are none.
void
tell_of_rest(const Limits &limits)
{
	Relief::Key key = 0;

	worker_status::set_headroom_rests_until(relief->rests_until(Relief::headroom));
	if (!relief->take_news(key))
		return;
	if (key == Relief::headroom)
		ereport(LOG, (errmsg("ai_cleanup cannot keep %d slots free: sessions that it ends come "
							 "straight back",
							 limits.headroom),
					  errhint("A pool that refills itself wants more connections than "
							  "ai_cleanup.headroom leaves. ai_cleanup tries again after %d s, then "
							  "after longer and longer.",
							  static_cast<int>(first_rest / second))));
	else
		ereport(LOG, (errmsg("ai_cleanup cannot keep database %u within its connection budget: "
							 "sessions that it ends come straight back",
							 key),
					  errhint("A pool that refills itself wants more connections than "
							  "ai_cleanup.connection_budget allows. ai_cleanup tries again after "
							  "%d s, then after longer and longer.",
							  static_cast<int>(first_rest / second))));
}

// One sweep over all sessions. Returns when the next one may find something to do.
Timestamp
sweep_sessions()
{
	const Limits limits = settings::limits();
	const auto [sessions, details, leaving] = take_snapshot();
	// Looked at after those who leave: one of them may count twice, for a moment, but none
	// is missed. Superusers may have taken more than there are.
	const int free_slots = std::max(0, settings::slots() - seats::taken());
	const Timestamp now = GetCurrentTimestamp();
	const std::span<Verdict> verdicts = palloc_span<Verdict>(sessions.size());
	const std::span<std::uint32_t> scratch = palloc_span<std::uint32_t>(sessions.size());

	scope::mark(sessions);
	mark_blockers(sessions, limits, now);
	statistics::count(statistics::Counter::sweeps);
	const std::size_t coming_free = static_cast<std::size_t>(free_slots) + leaving;
	Timestamp next = guarded([&, all = sessions] {
		return sweep(all, limits, coming_free, now, verdicts, scratch, *relief).next;
	});
	tell_of_rest(limits);

	for (std::size_t i = 0; i < sessions.size(); i++)
	{
		if (verdicts[i].action != Action::retire)
			continue;
		const Reason reason = verdicts[i].reason;
		const Measure measured = measure(sessions, sessions[i], limits, reason);
		const Request request = request_for(sessions[i], measured, limits.protect, reason, now);
		retirement::Asked asked;
		// Gone, it is no concern any more; alive, it is looked at again when the request
		// has expired: by then it has ended, or declined, or is stopped.
		if (!retirement::ask(sessions[i], request, asked))
			continue;
		next = std::min(next, request.expires_at);
		if (request.reason == Reason::over_budget || request.reason == Reason::headroom)
			next = std::min(next, after(now, leaving_time)); // did it help?
	}
	// What leaves may have been counted as free as well, at the instant it left.
	if (leaving > 0)
		next = std::min(next, after(now, settling_time));
	return next;
}

void
sleep_until(Timestamp wakes_at)
{
	int events = WL_LATCH_SET | WL_EXIT_ON_PM_DEATH;
	long milliseconds = -1;

	if (wakes_at != never)
	{
		events |= WL_TIMEOUT;
		// Rounded up, so that it is past the moment when it wakes.
		milliseconds = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), wakes_at);
	}
	WaitLatch(MyLatch, events, milliseconds, wait_events::worker);
	ResetLatch(MyLatch);
}

void
reload_if_asked()
{
	if (!ConfigReloadPending)
		return;
	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	scope::reload();
}

[[noreturn]] void
run()
{
	relief = guarded([] { return new Relief(); });
	MemoryContext turn =
		AllocSetContextCreate(TopMemoryContext, "ai_cleanup worker turn", ALLOCSET_DEFAULT_SIZES);

	scope::reload();
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		reload_if_asked();

		// Whoever comes to be due while we look wakes us for another look. Switched off,
		// there is nothing to hear.
		worker_status::set_wakes_at(settings::enabled ? never : long_ago);
		MemoryContextSwitchTo(turn);
		const Timestamp next = sweep_sessions();
		MemoryContextReset(turn);

		if (settings::enabled)
			worker_status::set_wakes_at(next);
		sleep_until(next);
		statistics::count(statistics::Counter::wake_ups);
	}
}

} // namespace

void
register_worker()
{
	BackgroundWorker worker{};

	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_restart_time = restart_seconds;
	strlcpy(worker.bgw_name, worker_name, sizeof(worker.bgw_name));
	strlcpy(worker.bgw_type, worker_name, sizeof(worker.bgw_type));
	strlcpy(worker.bgw_library_name, "ai_cleanup", sizeof(worker.bgw_library_name));
	strlcpy(worker.bgw_function_name, "ai_cleanup_worker_main", sizeof(worker.bgw_function_name));
	RegisterBackgroundWorker(&worker);
}

} // namespace ai_cleanup::worker

void
ai_cleanup_worker_main(Datum)
{
	using namespace ai_cleanup::worker;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
	pgstat_report_appname(worker_name);
	ai_cleanup::worker_status::begin();
	run();
}
