// Asks PostgreSQL about each session that waits for a lock: pg_blocking_pids(), which reads the
// lock tables and no catalog (utils/adt/lockfuncs.c).
#include "server/snapshot/blockers.hpp"

#include "server/state/registry.hpp"

namespace ai_cleanup
{

namespace
{

bool
may_block(const Session &session, const Limits &limits)
{
	return (session.activity == Activity::in_transaction ||
			(session.protections & protected_by_lock) != 0) &&
		   effective_idle_blocker_timeout(session, limits) > 0;
}

// Since when a session has waited for a lock; `never` if it does not.
Timestamp
waits_since(const Session &session, Timestamp now)
{
	PGPROC *proc = GetPGProcByNumber(session.slot);

	if (static_cast<volatile PGPROC *>(proc)->waitStatus != PROC_WAIT_STATUS_WAITING)
		return never;
	// Set only a moment later (storage/lmgr/proc.c).
	const auto since = static_cast<Timestamp>(pg_atomic_read_u64(&proc->waitStart));
	return since == 0 ? now : counted_since(registry::entries()[session.slot], since, now);
}

void
mark(std::span<Session> sessions, int blocker, Timestamp since)
{
	for (Session &session : sessions)
	{
		if (session.pid == blocker)
			session.blocks_since = std::min(session.blocks_since, since);
	}
}

} // namespace

void
mark_blockers(std::span<Session> sessions, const Limits &limits, Timestamp now)
{
	if (std::none_of(sessions.begin(), sessions.end(),
					 [&](const Session &session) { return may_block(session, limits); }))
		return;

	for (const Session &waiting : sessions)
	{
		const Timestamp since = waits_since(waiting, now);
		if (since == never)
			continue;
		ArrayType *blockers =
			DatumGetArrayTypeP(DirectFunctionCall1(pg_blocking_pids, Int32GetDatum(waiting.pid)));
		const auto *pids = reinterpret_cast<const int *>(ARR_DATA_PTR(blockers));
		const int count = ArrayGetNItems(ARR_NDIM(blockers), ARR_DIMS(blockers));
		for (const int blocker : std::span(pids, static_cast<std::size_t>(count)))
			mark(sessions, blocker, since);
	}
}

} // namespace ai_cleanup
