// The worker sleeps until the earliest moment at which a session could pass its limit, and
// without end if there is none. Sessions that come to be due earlier wake it; so does a
// reload. It is connected to no database and keeps no transaction: it is in no session's way.
#include "server/requesters/worker.hpp"

#include "bridge/background_worker.hpp"
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

// How long a request of the worker's holds. A session that is stopped for longer is asked
// again after that, so this is also how often the worker wakes for such a one.
constexpr Duration request_life = 10 * second;

// From the start of a session's exit until its slot is free, generously.
constexpr Duration settling_time = 10 * millisecond;

// On the C++ heap of this process, for as long as it lives.
Relief *relief = nullptr;

// The limit that a reason goes by, and where it comes from: `unknown` if it may be the session's
// own, which then knows.
struct Limit
{
	std::int64_t value;
	Origin origin;
};

// The budget in force for a database, which may be that of one session of it.
Limit
budget_of(std::span<const Session> sessions, Oid database, const Limits &limits)
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

Limit
limit_behind(Reason reason, const Session &session, std::span<const Session> sessions,
			 const Limits &limits)
{
	switch (reason)
	{
	case Reason::over_budget:
		return budget_of(sessions, session.database, limits);
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

bool
is_need(Reason reason)
{
	return reason == Reason::over_budget || reason == Reason::headroom;
}

// If the session has worked since, a hard limit still ends it once it has been idle for long enough
// again. Need does not: another session has been idle for longer by then.
Request
request_for(const Session &session, Limit limit, Protections protect, Reason reason, Timestamp now)
{
	return {.idle_before = is_need(reason) ? session.idle_since : before(now, limit.value),
			.asked_at = now,
			.expires_at = after(now, request_life),
			.limit = limit.value,
			.limit_origin = limit.origin,
			.reason = reason,
			.protect = reason == Reason::idle_lock
						   ? static_cast<Protections>(protect & ~protected_by_lock)
						   : protect,
			.asker_pid = MyProcPid,
			.asker_proc = compat::my_proc_index(),
			.asker_role = {}};
}

// Says in the log, once, that ending sessions brings no relief, and tells the views until when none
// are ended.
void
log_rest(const Limits &limits)
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

// Returns when to look again at the sessions that were asked. One that is alive then has declined,
// or is stopped; one that is gone already needs no look.
Timestamp
ask_to_retire(std::span<const Session> sessions, std::span<const Verdict> verdicts,
			  const Limits &limits, Timestamp now)
{
	Timestamp next = never;

	for (std::size_t i = 0; i < sessions.size(); i++)
	{
		if (verdicts[i].action != Action::retire)
			continue;
		const Reason reason = verdicts[i].reason;
		const Limit limit = limit_behind(reason, sessions[i], sessions, limits);
		const Request request = request_for(sessions[i], limit, limits.protect, reason, now);
		retirement::Asked asked;
		if (!retirement::ask(sessions[i], request, asked))
			continue;
		next = std::min(next, request.expires_at);
		if (is_need(reason))
			next = std::min(next, after(now, exit_time)); // did it help?
	}
	return next;
}

// One sweep over all sessions. Returns when the next one may find something to do.
Timestamp
sweep_sessions()
{
	const Limits limits = settings::limits();
	const auto [sessions, details, exiting] = take_snapshot();
	// Read after the sessions that are exiting: one of them may count twice, for a moment, but none
	// is missed. Superusers may have taken more than there are.
	const int free_slots = std::max(0, settings::slots() - seats::taken());
	const Timestamp now = GetCurrentTimestamp();
	const std::span<Verdict> verdicts = palloc_span<Verdict>(sessions.size());
	const std::span<std::uint32_t> scratch = palloc_span<std::uint32_t>(sessions.size());

	scope::mark(sessions);
	mark_blockers(sessions, limits, now);
	statistics::count(statistics::Counter::sweeps);
	const std::size_t coming_free = static_cast<std::size_t>(free_slots) + exiting;
	const Outlook outlook = guarded([&, all = sessions] {
		return sweep(all, limits, coming_free, now, verdicts, scratch, *relief);
	});
	worker_status::set_headroom_met(outlook.headroom_met);
	log_rest(limits);

	Timestamp next = std::min(outlook.next, ask_to_retire(sessions, verdicts, limits, now));
	// What exits may have been counted as free as well, at the instant it did.
	if (exiting > 0)
		next = std::min(next, after(now, settling_time));
	return next;
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
		if (background_worker::reload_if_asked())
			scope::reload();

		// A session that comes to be due during the look wakes the worker for another one. Switched
		// off, there is nothing to hear.
		worker_status::set_wakes_at(settings::enabled ? never : long_ago);
		MemoryContextSwitchTo(turn);
		const Timestamp next = sweep_sessions();
		MemoryContextReset(turn);

		if (settings::enabled)
			worker_status::set_wakes_at(next);
		background_worker::wait_until(next, -1, wait_events::worker);
		statistics::count(statistics::Counter::wake_ups);
	}
}

} // namespace

void
register_worker()
{
	background_worker::declare(worker_name, "ai_cleanup_worker_main");
}

} // namespace ai_cleanup::worker

void
ai_cleanup_worker_main(Datum)
{
	using namespace ai_cleanup;

	background_worker::begin(worker::worker_name);
	worker_status::begin();
	worker::run();
}
