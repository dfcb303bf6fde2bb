// When could the worker first have something to do with this session? Not before a limit has
// passed.
#include "server/session/tell_worker.hpp"

#include "core/session.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/seats.hpp"
#include "server/state/settings.hpp"
#include "server/state/worker_status.hpp"

namespace ai_cleanup::tell_worker
{

namespace
{

int
effective(OwnSetting which, int shared)
{
	const int own = own_entry::published(which);
	return own == inherited ? shared : own;
}

Timestamp
due_after(int limit, Timestamp now)
{
	return limit > 0 ? after(now, limit * millisecond) : never;
}

Timestamp
transaction_due(Timestamp now)
{
	const int too_long =
		effective(OwnSetting::idle_in_transaction_timeout, settings::idle_in_transaction_timeout);
	const int in_the_way =
		effective(OwnSetting::idle_blocker_timeout, settings::idle_blocker_timeout);

	return std::min(due_after(too_long, now), due_after(in_the_way, now));
}

bool
over_budget()
{
	const int budget = effective(OwnSetting::connection_budget, settings::connection_budget);
	return budget > 0 && registry::count_sessions(MyDatabaseId) > budget;
}

void
of_moment(Timestamp due)
{
	if (due != never)
		worker_status::wake_if_due_before(due);
}

} // namespace

void
of_limits()
{
	const Timestamp now = GetCurrentTimestamp();
	const int idle = effective(OwnSetting::idle_timeout, settings::idle_timeout);

	if (own_entry::is_open())
		of_moment(std::min(due_after(idle, now), transaction_due(now)));
}

// On a full server where too few sessions are ripe, a login is no news to the worker.
void
of_need()
{
	if (!own_entry::is_open() || !settings::enabled)
		return;
	const bool over_headroom = seats::taken() > settings::slots() - settings::effective_headroom();
	if (over_budget() || (over_headroom && worker_status::headroom_met()))
		worker_status::wake();
	else if (over_headroom)
		of_moment(after(GetCurrentTimestamp(), settings::ripe_for_headroom * millisecond));
}

void
of_lock()
{
	const int limit = effective(OwnSetting::idle_blocker_timeout, settings::idle_blocker_timeout);

	if (own_entry::is_open() && limit > 0 &&
		compat::holds_locks(static_cast<std::uint32_t>(compat::my_proc_index())))
		of_moment(due_after(limit, GetCurrentTimestamp()));
}

void
of_transaction()
{
	if (own_entry::is_open())
		of_moment(transaction_due(GetCurrentTransactionStartTimestamp()));
}

} // namespace ai_cleanup::tell_worker
