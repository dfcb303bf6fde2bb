// The reasons' texts. Called by whoever shows a verdict.
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
	case Reason::over_budget:
		return "its database has more sessions than ai_cleanup.connection_budget";
	case Reason::headroom:
		return "the server has fewer free slots than ai_cleanup.headroom";
	case Reason::admission:
		return "a login needed its slot";
	case Reason::own_session:
		return "the caller's own session";
	case Reason::other_database:
		return "connected to another database";
	case Reason::not_target:
		return "its database is not in ai_cleanup.databases";
	case Reason::disabled:
		return "ai_cleanup.enabled is off";
	case Reason::superuser:
		return "belongs to a superuser";
	case Reason::other_role:
		return "belongs to a role that the caller may not signal";
	case Reason::busy:
		return "executing";
	case Reason::in_transaction:
		return "in a transaction";
	case Reason::not_retirable:
		return "another library handles its SIGUSR2";
	case Reason::idle_too_short:
		return "not idle for long enough";
	case Reason::no_limit:
		return "ai_cleanup.idle_timeout is off for it";
	case Reason::already_asked:
		return "already asked, not answered yet";
	case Reason::declined_lately:
		return "declined a moment ago";
	}
	return "unknown";
}

} // namespace ai_cleanup
