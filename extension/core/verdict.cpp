// The reasons' texts. Each follows "reason: " in the log and in what a client is told, and what
// it names last (a setting, a call) may be told more of there.
#include "verdict.hpp"

#include "postgres_free.hpp"

namespace ai_cleanup
{

std::string_view
text(Reason reason)
{
	switch (reason)
	{
	case Reason::called:
		return "ai_cleanup() was called";
	case Reason::forced:
		return "ai_cleanup(force => true) was called";
	case Reason::idle_timeout:
		return "idle for longer than ai_cleanup.idle_timeout";
	case Reason::idle_in_transaction:
		return "idle in a transaction for longer than ai_cleanup.idle_in_transaction_timeout";
	case Reason::idle_blocker:
		return "idle in a transaction that another session waits for, for longer than "
			   "ai_cleanup.idle_blocker_timeout";
	case Reason::over_budget:
		return "its database has more sessions than ai_cleanup.connection_budget";
	case Reason::headroom:
		return "the server has fewer free slots than ai_cleanup.headroom";
	case Reason::admission:
		return "a login needed its slot";
	case Reason::idle_lock:
		return "idle with a lock that another session waits for, for longer than "
			   "ai_cleanup.idle_blocker_timeout";
	case Reason::own_session:
		return "the caller's own session";
	case Reason::other_database:
		return "connected to another database";
	case Reason::not_target:
		return "its database is not in ai_cleanup.databases";
	case Reason::disabled:
		return "ai_cleanup.enabled is off";
	case Reason::exempt:
		return "ai_cleanup.exempt is on for it";
	case Reason::exempt_application:
		return "its application is in ai_cleanup.exempt_applications";
	case Reason::exempt_role:
		return "its role is in ai_cleanup.exempt_roles";
	case Reason::superuser:
		return "belongs to a superuser";
	case Reason::other_role:
		return "belongs to a role that the caller may not signal";
	case Reason::busy:
		return "executing";
	case Reason::in_transaction:
		return "in a transaction";
	case Reason::backs_up:
		return "protected: it runs a base backup";
	case Reason::has_cursor:
		return "protected: it has a cursor WITH HOLD";
	case Reason::listens:
		return "protected: it listens for notifications";
	case Reason::holds_lock:
		return "protected: it holds a session-level lock";
	case Reason::replicates:
		return "protected: it has a temporary replication slot or a replication origin";
	case Reason::exported_snapshot:
		return "protected: its transaction has exported a snapshot";
	case Reason::has_temp_table:
		return "protected: it has temporary tables";
	case Reason::timeout_off:
		return "protected: it has set idle_in_transaction_session_timeout to 0 for itself";
	case Reason::not_retirable:
		return "another library handles its SIGUSR2";
	case Reason::idle_too_short:
		return "not idle for long enough";
	case Reason::no_limit:
		return "no limit on idleness is set for it";
	case Reason::already_asked:
		return "already asked, not answered yet";
	case Reason::declined_lately:
		return "declined a moment ago";
	}
	return "unknown";
}

} // namespace ai_cleanup
