// Runs inside the session, at any instant: reads, plain stores and async-signal-safe calls
// only. Every condition is looked at here, not by the asker, for only here it is exact.
#include "server/session/signal_handler.hpp"

#include "server/session/client_socket.hpp"
#include "server/session/own_protection.hpp"
#include "server/session/own_retirement.hpp"
#include "server/state/attendant_status.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/statistics.hpp"
#include "server/state/waiters.hpp"

namespace ai_cleanup::signal_handler
{

namespace
{

// Since when this session has been idle, or idle in a transaction; `never` if it is not, or if
// it cannot be known.
Timestamp
idle_since(RegistryEntry &entry, bool in_transaction)
{
	const volatile PgBackendStatus *status = MyBEEntry;

	if (status == nullptr || status->st_procpid != MyProcPid)
		return never;
	if (in_transaction)
		return status->st_state == STATE_IDLEINTRANSACTION ||
					   status->st_state == STATE_IDLEINTRANSACTION_ABORTED
				   ? status->st_state_start_timestamp
				   : never;
	if (status->st_state == STATE_IDLE)
		return status->st_state_start_timestamp;
	if (status->st_state == STATE_DISABLED)
		return read_timestamp(entry.idle_since);
	return never;
}

// With track_activities off its status does not say whether ReadyForQuery has followed what it
// did last (a client need not ask for that: no Sync), but the title that ps shows does, unless
// update_process_title is off as well (both in tcop/postgres.c).
bool
owes_ready_for_query()
{
	int length = 0;

	if (pgstat_track_activities || !update_process_title)
		return false;
	const char *title = get_ps_display(&length);
	return std::string_view(title, static_cast<std::size_t>(length)) != "idle";
}

// Is it waiting for its client's next request, with nothing begun and nothing owed? The
// status alone is reported too early and says too little: idle before ReadyForQuery is
// sent, and idle with a transaction open after a Describe (tcop/postgres.c). The wait event
// also says that no read has returned yet whose bytes the socket no longer shows.
bool
waits_for_request(bool in_transaction)
{
	return *static_cast<volatile std::uint32_t *>(my_wait_event_info) == WAIT_EVENT_CLIENT_READ &&
		   IsTransactionOrTransactionBlock() == in_transaction && whereToSendOutput == DestRemote &&
		   !owes_ready_for_query() && !client_socket::has_unread();
}

// Will PostgreSQL end it for a reason of its own, and tell the client? (A cancel that came too
// late stays pending until the next command, and ends nothing.)
bool
is_ending()
{
	return ProcDiePending || IdleSessionTimeoutPending || ClientConnectionLost ||
		   compat::transaction_timeout_pending();
}

bool
is_protected(const Request &request, bool in_transaction)
{
	return (own_protection::now() & request.protect &
			(in_transaction ? protections_in_transaction : protections_while_idle)) != 0;
}

// Does all hold that the request asks for, at this instant, but that nothing has arrived since?
bool
may_end(const Request &request, Timestamp idle_since, bool in_transaction)
{
	if (!own_entry::is_open() || proc_exit_inprogress || is_ending())
		return false;
	if (idle_since == never || idle_since > request.idle_before ||
		!waits_for_request(in_transaction) || is_protected(request, in_transaction))
		return false;
	// Without an attendant to hand the connection to, its end could cut short what the client was
	// sent.
	return attendant_status::takes_more() || !client_socket::has_unreceived();
}

bool
agree(RegistryEntry &entry)
{
	const bool in_transaction = ends_open_transaction(entry.request.reason);
	const Timestamp now = GetCurrentTimestamp();
	const Timestamp since = counted_since(entry, idle_since(entry, in_transaction), now);

	if (!may_end(entry.request, since, in_transaction) || !client_socket::stop_reading())
		return false;
	// The clock may have been set back.
	own_retirement::agree(entry.request, std::max(Duration{0}, now - since),
						  pgstat_track_activities || update_process_title);
	return true;
}

// It declines again if it has not worked since it declined last.
void
count_decline(RegistryEntry &entry)
{
	const Timestamp since = idle_since(entry, false);
	const bool again = since != never && since == entry.declined_idle_since;

	entry.declined_idle_since = since;
	pg_atomic_write_u32(&entry.declines, again ? pg_atomic_read_u32(&entry.declines) + 1 : 1);
	write_timestamp(entry.declined_at, GetCurrentTimestamp());
	statistics::count(statistics::Counter::sessions_declined);
}

// The request is free for the next one, and the processes that wait look again.
void
release(RegistryEntry &entry, RequestState taken)
{
	const int asker = entry.request.asker_proc;

	request_state::move(entry.request_state, taken, RequestPhase::none);
	SetLatch(&GetPGProcByNumber(asker)->procLatch);
	waiters::wake();
}

void
answer(RegistryEntry &entry, RequestState taken)
{
	const bool expired = GetCurrentTimestamp() > entry.request.expires_at;
	const bool agreed = !expired && agree(entry);

	// Being terminated, it ends as well, if in PostgreSQL's own way: the asker may wait for that.
	if (agreed || is_ending())
	{
		request_state::move(entry.request_state, taken, RequestPhase::granted);
		if (agreed)
			SetLatch(MyLatch);
		return;
	}
	if (!expired)
	{
		count_decline(entry);
		own_protection::publish_again();
	}
	release(entry, taken);
}

void
answer_request(SIGNAL_ARGS)
{
	const int saved_errno = errno;
	RegistryEntry *entry = own_entry::get();

	(void) postgres_signal_arg;
	if (entry != nullptr && !own_retirement::has_agreed())
	{
		const RequestState state = request_state::read(entry->request_state);
		if (state.phase == RequestPhase::published &&
			request_state::move(entry->request_state, state, RequestPhase::taken))
			answer(*entry, {state.number, RequestPhase::taken});
	}
	errno = saved_errno;
}

} // namespace

bool
install()
{
	struct sigaction current;

	if (sigaction(SIGUSR2, nullptr, &current) != 0 || current.sa_handler != SIG_IGN)
		return false;
	pqsignal(SIGUSR2, answer_request);
	return true;
}

} // namespace ai_cleanup::signal_handler
