// Why was my session ended? explain() says it, to the client, the log and the journal alike.
//
// A retired session ends by end-of-file, when PostgreSQL tells the client nothing more; so the
// client hears from us why. The session writes the message to the client down, and gives it to the
// attendant; it never waits for the client itself.
#include "server/session/last_message.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include "core/verdict.hpp"
#include "server/session/client_socket.hpp"
#include "server/session/own_retirement.hpp"
#include "server/state/client_address.hpp"
#include "server/state/hand_over.hpp"
#include "server/state/journal.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/settings.hpp"
#include "server/state/statistics.hpp"

namespace ai_cleanup::last_message
{

namespace
{

using own_retirement::Stage;

using Text = std::array<char, 96>;
using Line = std::array<char, 512>;

Letter letter{};

// Where the limit comes from: this session knows it of its own value, the worker of the file's.
Origin
origin_of_limit(OwnSetting setting, Duration unit)
{
	const Request &request = own_retirement::request();
	const int own = own_entry::published(setting);

	return own != inherited && own * unit == request.limit ? settings::origin(setting)
														   : request.limit_origin;
}

// ", which is 10min (database setting)"
void
add_limit(Text &more, OwnSetting setting, Duration unit)
{
	const Duration limit = own_retirement::request().limit;
	Text value;

	if (unit == millisecond)
		format_setting(limit, value);
	else
		snprintf(value.data(), value.size(), "%lld", static_cast<long long>(limit));
	snprintf(more.data(), more.size(), ", which is %s (%s)", value.data(),
			 settings::text(origin_of_limit(setting, unit)));
}

// What the reason's text leaves open: what the limit is, or whose call it was.
void
add_particulars(Text &more)
{
	const Request &request = own_retirement::request();

	switch (request.reason)
	{
	case Reason::idle_timeout:
		add_limit(more, OwnSetting::idle_timeout, millisecond);
		break;
	case Reason::idle_in_transaction:
		add_limit(more, OwnSetting::idle_in_transaction_timeout, millisecond);
		break;
	case Reason::idle_blocker:
	case Reason::idle_lock:
		add_limit(more, OwnSetting::idle_blocker_timeout, millisecond);
		break;
	case Reason::over_budget:
		add_limit(more, OwnSetting::connection_budget, 1);
		break;
	case Reason::headroom:
		snprintf(more.data(), more.size(), ", which is %lld",
				 static_cast<long long>(request.limit));
		break;
	case Reason::called:
		snprintf(more.data(), more.size(), " by process %d", request.asker_pid);
		break;
	default:
		more[0] = '\0';
		break;
	}
}

// "idle for 612 s; reason: idle for longer than ai_cleanup.idle_timeout, which is 10min (database
// setting)", with the text that the journal shows, too.
void
explain(Line &line)
{
	const Reason reason = own_retirement::request().reason;
	Text idle;
	Text more;

	format_elapsed(own_retirement::idle_age(), idle);
	add_particulars(more);
	snprintf(line.data(), line.size(), "%s for %s; reason: %s%s",
			 ends_open_transaction(reason) ? "idle in a transaction" : "idle", idle.data(),
			 text(reason).data(), more.data());
}

void
send_field(StringInfo message, char field, const char *text)
{
	pq_sendbyte(message, field);
	pq_send_ascii_string(message, text);
}

// What the client has to know: can it simply do again what it did?
struct Advice
{
	int sqlstate;
	const char *hint;
};

Advice
advice()
{
	if (ends_open_transaction(own_retirement::request().reason))
		return {ERRCODE_IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
				"Connect again, and repeat the transaction: nothing of it was committed."};
	if (!own_retirement::is_sure())
		return {ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN,
				"Connect again; the last command may have been committed, so look before you "
				"repeat it."};
	return {ERRCODE_IDLE_SESSION_TIMEOUT,
			"Connect again, as a connection pool does by itself; nothing after the last "
			"completed command was committed."};
}

// Through PostgreSQL's own layer, which encrypts it where the connection is encrypted.
void
write_letter(const char *explanation)
{
	const Advice told = advice();
	Line detail;
	StringInfoData message;

	snprintf(detail.data(), detail.size(), "The session had been %s.", explanation);

	initStringInfo(&message);
	send_field(&message, PG_DIAG_SEVERITY, "FATAL");
	send_field(&message, PG_DIAG_SEVERITY_NONLOCALIZED, "FATAL");
	send_field(&message, PG_DIAG_SQLSTATE, unpack_sql_state(told.sqlstate));
	send_field(&message, PG_DIAG_MESSAGE_PRIMARY, "ai_cleanup retired this idle connection");
	send_field(&message, PG_DIAG_MESSAGE_DETAIL, detail.data());
	send_field(&message, PG_DIAG_MESSAGE_HINT, told.hint);
	pq_sendbyte(&message, '\0');

	if (!client_socket::begin_letter())
		return;
	pq_putmessage_noblock('E', message.data, message.len);
	pq_flush_if_writable();
	secure_close(MyProcPort); // TLS has a goodbye of its own, which must come after it
	letter.length = static_cast<std::uint16_t>(client_socket::end_letter(letter.bytes));
}

void
log_retirement(const char *explanation)
{
	const Request &request = own_retirement::request();
	const char *role = NameStr(request.asker_role);
	const bool tcp = MyProcPort->remote_port != nullptr && MyProcPort->remote_port[0] != '\0';

	ereport(LOG,
			(errmsg("ai_cleanup retired session %d: database \"%s\", role \"%s\", "
					"application \"%s\", client %s%s%s, %s%s%s%s",
					MyProcPid, MyProcPort->database_name, MyProcPort->user_name,
					application_name == nullptr ? "" : application_name, MyProcPort->remote_host,
					tcp ? ":" : "", tcp ? MyProcPort->remote_port : "", explanation,
					role[0] == '\0' ? "" : " (role \"", role, role[0] == '\0' ? "" : "\")"),
			 errhidestmt(true), errhidecontext(true)));
}

void
note_ending(const Request &request, Duration idle_for, journal::Outcome outcome)
{
	const RegistryEntry &entry = *own_entry::get();
	journal::Ending ending{.ended_at = GetCurrentTimestamp(),
						   .idle_for = idle_for,
						   .pid = MyProcPid,
						   .role = entry.role,
						   .asker_pid = request.asker_pid,
						   .reason = request.reason,
						   .outcome = outcome,
						   .database = entry.database_name,
						   .role_name = entry.role_name,
						   .application = {},
						   .asker_role = request.asker_role,
						   .client = client_address(MyProcPort->raddr)};

	if (application_name != nullptr)
		namestrcpy(&ending.application, application_name);
	journal::note(ending);
}

// Was it asked to end whatever it does? Then this is why it ends.
void
note_termination()
{
	RegistryEntry *entry = own_entry::get();

	if (entry == nullptr ||
		request_state::read_termination(entry->termination_phase) != TerminationPhase::published)
		return;
	const Request &request = entry->termination;
	const Duration idle_for =
		request.idle_before == never ? -1 : request.asked_at - request.idle_before;
	note_ending(request, idle_for, journal::Outcome::terminated);
}

// A before_shmem_exit callback: the log and the statistics still work.
void
write_last_message(int, Datum)
{
	if (!own_retirement::has_agreed())
	{
		note_termination();
		return;
	}

	Line explanation;
	whereToSendOutput = DestNone; // nothing goes to the client by another way
	explain(explanation);
	write_letter(explanation.data());
	log_retirement(explanation.data());
	note_ending(own_retirement::request(), own_retirement::idle_age(), journal::Outcome::retired);
	statistics::count(statistics::Counter::sessions_retired);
	if (ends_for_need(own_retirement::request().reason) &&
		MyBEEntry->st_activity_start_timestamp == 0)
		statistics::count(statistics::Counter::retired_unused);

	// Not a client that went away, as the end-of-file made pgstat believe.
	pgStatSessionEndCause = DISCONNECT_KILLED;
	own_retirement::move(Stage::agreed, Stage::told);
}

// Where there is no attendant the client is told at once, or never: nothing waits for it. What it
// has asked in between is read and dropped, so that no reset overtakes the answer.
void
send_at_once(int sock)
{
	constexpr int most_reads = 64;
	std::array<char, 8192> dump;

	(void) send(sock, letter.bytes.data(), letter.length, MSG_DONTWAIT);
	shutdown(sock, SHUT_WR);
	for (int i = 0; i < most_reads && recv(sock, dump.data(), dump.size(), MSG_DONTWAIT) > 0; i++)
		;
}

// An on_proc_exit callback, after the slot is free: a client that is told can connect again.
void
hand_client_over(int, Datum)
{
	if (!own_retirement::has_agreed())
		return;
	own_retirement::move(own_retirement::stage(), Stage::parted);
	const int sock = client_socket::take();
	letter.at_once = settings::tell_client == settings::at_once;
	if (!hand_over::give(sock, letter))
		send_at_once(sock);
	close(sock);
}

} // namespace

void
prepare()
{
	before_shmem_exit(write_last_message, 0);
	on_proc_exit(hand_client_over, 0);
}

} // namespace ai_cleanup::last_message
