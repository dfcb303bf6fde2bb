// A session's way through the registry, from its login to its exit.
#include "own_session.hpp"

#include "admission.hpp"
#include "answer.hpp"
#include "client_socket.hpp"
#include "core/session.hpp"
#include "failed_logins.hpp"
#include "farewell.hpp"
#include "line.hpp"
#include "protection.hpp"
#include "seats.hpp"
#include "settings.hpp"
#include "waiters.hpp"
#include "worker.hpp"

namespace ai_cleanup::own_session
{

namespace
{

// Read by the signal handler, hence volatile; set last, cleared first.
RegistryEntry *volatile my_entry = nullptr;
std::uint64_t my_id = 0;
// Of the entry that was mine, for those who wait for me to be gone.
Oid my_role = InvalidOid;
Oid my_database = InvalidOid;
volatile sig_atomic_t opened = false;
// Also in processes that are no session, and before there is one.
std::array<int, own_setting_count> published_settings{inherited, inherited, inherited, inherited,
													  inherited};

int
slot_of(const RegistryEntry &entry)
{
	return static_cast<int>(&entry - registry::entries().data());
}

void
store(pg_atomic_uint32 &field, int value)
{
	pg_atomic_write_u32(&field, static_cast<std::uint32_t>(value));
}

int
effective(OwnSetting which, int shared)
{
	const int own = published(which);
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

// When could the worker first have something to do with me? Not before a limit has passed.
void
tell_worker_of_limit()
{
	const Timestamp now = GetCurrentTimestamp();
	const int idle = effective(OwnSetting::idle_timeout, settings::idle_timeout);
	const Timestamp due = std::min(due_after(idle, now), transaction_due(now));

	if (due != never)
		worker::wake_if_due_before(due);
}

bool
over_budget()
{
	const int budget = effective(OwnSetting::connection_budget, settings::connection_budget);
	return budget > 0 && registry::count_sessions(MyDatabaseId) > budget;
}

// A session more: the worker makes up for it if that leaves too few slots or goes over budget.
void
tell_worker_of_need()
{
	if (settings::enabled &&
		(seats::taken() > settings::slots() - settings::effective_headroom() || over_budget()))
		worker::wake();
}

void
set_names(RegistryEntry &entry)
{
	namestrcpy(&entry.database_name, MyProcPort->database_name);
	namestrcpy(&entry.role_name, MyProcPort->user_name);
}

// The end of InitPostgres: from here on MyDatabaseId, the role and the settings hold.
void
open(RegistryEntry &entry)
{
	entry.status_index = compat::my_status_index();
	entry.role = MyProc->roleId;
	entry.database = MyDatabaseId;
	entry.opened_at = GetCurrentTimestamp();
	set_names(entry);
	registry::set_database(slot_of(entry), MyDatabaseId);
	registry::set_occupant(entry, {my_id, Phase::open});
	opened = true;
	seats::take_anyway();
	admission::done();
	tell_worker_of_limit();
	tell_worker_of_need();
}

void
on_transaction_event(XactEvent event, void *)
{
	RegistryEntry *entry = my_entry;

	if (entry == nullptr)
		return;
	if (event == XACT_EVENT_PRE_COMMIT && !opened)
		admission::note_limits();
	protection::on_transaction_event(event);
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_PREPARE && event != XACT_EVENT_ABORT)
		return;

	const bool first = !opened;
	if (first && event != XACT_EVENT_COMMIT)
		return;
	// For when track_activities is off, after this transaction at the latest.
	write_timestamp(entry->idle_since, GetCurrentTransactionStopTimestamp());
	if (first)
		open(*entry);
}

// Until whoever found me live has sent his signal, which takes some microseconds. But one that is
// stopped just then may not hold up my exit for as long.
void
wait_for_signallers(RegistryEntry &entry)
{
	constexpr int longest = 1000; // milliseconds

	for (int i = 0; pg_atomic_read_u32(&entry.signallers) != 0 && i < longest; i++)
		pg_usleep(1000);
}

// Among the first on_shmem_exit callbacks of an exit: the session counts no more.
void
leave_registry(int, Datum)
{
	RegistryEntry *entry = my_entry;

	failed_logins::note_end();
	opened = false;
	if (entry == nullptr)
		return; // it never came to be one
	my_role = entry->role;
	my_database = entry->database;
	my_entry = nullptr;
	registry::set_occupant(*entry, {my_id, Phase::leaving});
	wait_for_signallers(*entry);
	registry::set_database(slot_of(*entry), InvalidOid);
}

// An on_proc_exit callback, for these run after ProcKill has given the process slot back
// (storage/lmgr/proc.c). By then the slot may have a new occupant, and so its entry.
void
slot_is_free(int, Datum slot)
{
	RegistryEntry &entry = registry::entries()[DatumGetInt32(slot)];

	registry::replace_occupant(entry, {my_id, Phase::leaving}, {my_id, Phase::gone});
	seats::give_back();
	waiters::wake();
	line::wake_first(my_role, my_database);
}

} // namespace

void
enter()
{
	const int slot = compat::my_proc_index();

	// Sessions have the first max_connections process slots (InitProcGlobal in proc.c).
	Assert(slot >= 0 && slot < MaxConnections);
	RegistryEntry &entry = registry::entries()[slot];

	my_id = pg_atomic_add_fetch_u64(&registry::shared().last_id, 1);
	entry.pid = MyProcPid;
	entry.role = InvalidOid;
	entry.database = InvalidOid;
	for (std::size_t i = 0; i < own_setting_count; i++)
		store(entry.own_settings[i], published_settings[i]);
	store(entry.protections, 0);
	write_timestamp(entry.idle_since, never);
	write_request_state(entry, {0, RequestPhase::none});
	pg_atomic_write_u32(&entry.declines, 0);
	pg_atomic_write_u32(&entry.has_seat, 0);
	write_phase(entry.termination_phase, RequestPhase::none);
	write_timestamp(entry.declined_at, long_ago);

	// Any of these may fail for want of memory, but the last.
	farewell::prepare();
	client_socket::survive_end_of_file();
	RegisterXactCallback(on_transaction_event, nullptr);
	on_shmem_exit(leave_registry, 0);
	on_proc_exit(slot_is_free, Int32GetDatum(slot));
	registry::set_occupant(entry, {my_id, Phase::login});
	my_entry = &entry;
	entry.retirable = answer::install();
}

RegistryEntry *
entry()
{
	return my_entry;
}

bool
is_open()
{
	return opened;
}

void
announce_login(Oid role, Oid database)
{
	my_entry->role = role;
	my_entry->database = database;
	set_names(*my_entry);
}

void
publish(OwnSetting which, int value)
{
	published_settings[static_cast<std::size_t>(which)] = value;
	if (my_entry == nullptr)
		return;
	store(my_entry->own_settings[static_cast<std::size_t>(which)], value);
	pg_memory_barrier();
	if (!opened)
		return;
	tell_worker_of_limit();
	tell_worker_of_need();
}

int
published(OwnSetting which)
{
	return published_settings[static_cast<std::size_t>(which)];
}

void
publish_protections(Protections protections)
{
	if (my_entry != nullptr)
		store(my_entry->protections, protections);
}

Protections
published_protections()
{
	return my_entry == nullptr
			   ? Protections{0}
			   : static_cast<Protections>(pg_atomic_read_u32(&my_entry->protections));
}

void
tell_worker_of_lock()
{
	const int limit = effective(OwnSetting::idle_blocker_timeout, settings::idle_blocker_timeout);

	if (opened && limit > 0 &&
		compat::holds_locks(static_cast<std::uint32_t>(compat::my_proc_index())))
		worker::wake_if_due_before(due_after(limit, GetCurrentTimestamp()));
}

void
transaction_begins()
{
	if (!opened)
		return;
	const Timestamp due = transaction_due(GetCurrentTransactionStartTimestamp());
	if (due != never)
		worker::wake_if_due_before(due);
}

} // namespace ai_cleanup::own_session
