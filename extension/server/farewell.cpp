// A retired session leaves by end-of-file, when PostgreSQL tells the client nothing more; so
// the client hears from us why. Never blocks: a client that does not read gets no farewell.
#include "farewell.hpp"

#include "answer.hpp"
#include "client_socket.hpp"
#include "own_session.hpp"
#include "statistics.hpp"

namespace ai_cleanup::farewell
{

namespace
{

ProcessUtility_hook_type next_process_utility = nullptr;

using Text = std::array<char, 64>;
using Line = std::array<char, 256>;

// Which limit, or whose call.
void
describe_cause(Line &line)
{
	const Request &request = answer::request();
	const auto limit = static_cast<long long>(request.limit);
	Text length;

	switch (request.reason)
	{
	case Reason::idle_timeout:
		snprintf(line.data(), line.size(), "ai_cleanup.idle_timeout is %s",
				 format_setting(request.limit, length));
		break;
	case Reason::over_budget:
		snprintf(line.data(), line.size(), "ai_cleanup.connection_budget is %lld", limit);
		break;
	case Reason::headroom:
		snprintf(line.data(), line.size(), "ai_cleanup.headroom is %lld", limit);
		break;
	case Reason::admission:
		snprintf(line.data(), line.size(), "a new login needed its connection slot");
		break;
	default:
		snprintf(line.data(), line.size(), "ai_cleanup() was called by process %d",
				 request.asker_pid);
		break;
	}
}

// Nothing can have been committed without the client having seen the ReadyForQuery that
// followed: it was idle when it agreed, and is again, or has committed nothing since.
bool
nothing_unanswered()
{
	const volatile PgBackendStatus *status = MyBEEntry;

	return !own_session::has_committed() || (status != nullptr && status->st_state == STATE_IDLE);
}

void
send_field(StringInfo message, char field, const char *text)
{
	pq_sendbyte(message, field);
	pq_send_ascii_string(message, text);
}

void
tell_client(const char *idle, const char *cause)
{
	const bool safe = nothing_unanswered();
	Line detail;
	StringInfoData message;

	snprintf(detail.data(), detail.size(), "The session had been idle for %s; %s.", idle, cause);

	initStringInfo(&message);
	send_field(&message, PG_DIAG_SEVERITY, "FATAL");
	send_field(&message, PG_DIAG_SEVERITY_NONLOCALIZED, "FATAL");
	send_field(&message, PG_DIAG_SQLSTATE,
			   unpack_sql_state(safe ? ERRCODE_IDLE_SESSION_TIMEOUT
									 : ERRCODE_T_R_STATEMENT_COMPLETION_UNKNOWN));
	send_field(&message, PG_DIAG_MESSAGE_PRIMARY, "ai_cleanup retired this idle connection");
	send_field(&message, PG_DIAG_MESSAGE_DETAIL, detail.data());
	send_field(&message, PG_DIAG_MESSAGE_HINT,
			   safe ? "Connect again, as a connection pool does by itself; nothing after the "
					  "last completed command was committed."
					: "Connect again; the last command may have been committed, so look "
					  "before you repeat it.");
	pq_sendbyte(&message, '\0');

	pq_putmessage_noblock('E', message.data, message.len);
	pq_flush_if_writable();
}

void
log_retirement(const char *idle, const char *cause)
{
	const Request &request = answer::request();
	const char *role = NameStr(request.asker_role);
	const bool tcp = MyProcPort->remote_port != nullptr && MyProcPort->remote_port[0] != '\0';

	ereport(LOG,
			(errmsg("ai_cleanup retired session %d: database \"%s\", role \"%s\", "
					"application \"%s\", client %s%s%s, idle for %s, %s%s%s%s",
					MyProcPid, MyProcPort->database_name, MyProcPort->user_name,
					application_name == nullptr ? "" : application_name, MyProcPort->remote_host,
					tcp ? ":" : "", tcp ? MyProcPort->remote_port : "", idle, cause,
					role[0] == '\0' ? "" : " (role \"", role, role[0] == '\0' ? "" : "\")"),
			 errhidestmt(true), errhidecontext(true)));
}

// A before_shmem_exit callback: the socket, the log and the statistics still work.
void
say_farewell(int, Datum)
{
	if (!answer::agreed())
		return;

	// It may have ended otherwise after all. Then PostgreSQL has told the client so, unless
	// that went the way of all it wrote since the socket was cut off.
	if (!client_socket::reconnect_for_farewell() && whereToSendOutput != DestNone)
		return;

	Text idle;
	Line cause;
	format_elapsed(answer::idle_age(), idle);
	describe_cause(cause);
	tell_client(idle.data(), cause.data());
	log_retirement(idle.data(), cause.data());
	statistics::count(statistics::Counter::sessions_retired);

	// Not a client that went away, as the end-of-file made pgstat believe.
	pgStatSessionEndCause = DISCONNECT_KILLED;
}

// Would this statement leave the client owing more, which it can no longer send?
bool
wants_more(Node *statement)
{
	if (IsA(statement, TransactionStmt))
	{
		const TransactionStmtKind kind = castNode(TransactionStmt, statement)->kind;
		return kind == TRANS_STMT_BEGIN || kind == TRANS_STMT_START;
	}
	if (IsA(statement, CopyStmt))
	{
		const CopyStmt *copy = castNode(CopyStmt, statement);
		return copy->is_from && copy->filename == nullptr;
	}
	return false;
}

// The last request of a retired session is served, unless it only begins something: that
// is refused before it begins, by leaving the way end-of-file would have made it leave.
void
process_utility(PlannedStmt *statement, const char *query, bool read_only_tree,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment *environment,
				DestReceiver *dest, QueryCompletion *completion)
{
	if (unlikely(client_socket::serves_last_request()) && wants_more(statement->utilityStmt))
	{
		whereToSendOutput = DestNone;
		proc_exit(0);
	}
	if (next_process_utility != nullptr)
		next_process_utility(statement, query, read_only_tree, context, params, environment, dest,
							 completion);
	else
		standard_ProcessUtility(statement, query, read_only_tree, context, params, environment,
								dest, completion);
}

} // namespace

void
install_hook()
{
	next_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
}

void
prepare()
{
	before_shmem_exit(say_farewell, 0);
}

} // namespace ai_cleanup::farewell
