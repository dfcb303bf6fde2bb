// PostgreSQL calls: the authentication hook, then at the end of each transaction, then in the exit
// first before_shmem_exit's callbacks, then on_shmem_exit's, then on_proc_exit's, in each the last
// one registered first (storage/ipc/ipc.c).
#include "server/session/lifecycle.hpp"

#include "server/session/client_socket.hpp"
#include "server/session/last_message.hpp"
#include "server/session/login.hpp"
#include "server/session/own_protection.hpp"
#include "server/session/signal_handler.hpp"
#include "server/session/tell_worker.hpp"
#include "server/state/line.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/seats.hpp"
#include "server/state/settings.hpp"
#include "server/state/waiters.hpp"

namespace ai_cleanup::lifecycle
{

namespace
{

// Of the entry that was mine, to wake those that wait for me to be gone.
Oid my_role = InvalidOid;
Oid my_database = InvalidOid;

// The end of InitPostgres: from here on MyDatabaseId, the role and the settings hold.
void
login_has_succeeded()
{
	own_entry::open();
	seats::take_anyway();
	login::succeeded();
	tell_worker::of_limits();
	tell_worker::of_need();
}

void
on_transaction_event(XactEvent event, void *)
{
	RegistryEntry *entry = own_entry::get();

	if (entry == nullptr)
		return;
	const bool is_login = !own_entry::is_open();
	if (event == XACT_EVENT_PRE_COMMIT && is_login)
		login::note_limits();
	own_protection::on_transaction_event(event);
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_PREPARE && event != XACT_EVENT_ABORT)
		return;

	if (is_login && event != XACT_EVENT_COMMIT)
		return;
	// For when track_activities is off, after this transaction at the latest.
	write_timestamp(entry->idle_since, GetCurrentTransactionStopTimestamp());
	if (is_login)
		login_has_succeeded();
}

// Among the first on_shmem_exit callbacks of an exit: the session counts no more.
void
exit_begins(int, Datum)
{
	login::ended();
	if (const RegistryEntry *entry = own_entry::get(); entry != nullptr)
	{
		my_role = entry->role;
		my_database = entry->database;
	}
	own_entry::close();
}

// An on_proc_exit callback, for these run after ProcKill has given the process slot back
// (storage/lmgr/proc.c). By then the slot may have a new occupant, and so its entry.
void
slot_is_free(int, Datum)
{
	own_entry::release();
	seats::give_back();
	waiters::wake();
	// A superuser's exit need not leave a seat for others.
	line::wake_first(my_role, my_database, seats::taken() < settings::slot_limit(0));
}

} // namespace

void
enter()
{
	// Any of these may fail for want of memory, but the last two.
	last_message::prepare();
	client_socket::survive_end_of_file();
	RegisterXactCallback(on_transaction_event, nullptr);
	on_shmem_exit(exit_begins, 0);
	on_proc_exit(slot_is_free, 0);
	own_entry::claim();
	own_entry::get()->retirable = signal_handler::install();
}

} // namespace ai_cleanup::lifecycle
