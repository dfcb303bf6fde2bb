// Defines the settings, checks what people write into them, and publishes those that others
// must know of a session.
#include "settings.hpp"

#include "bridge/guard.hpp"
#include "core/session.hpp"
#include "own_session.hpp"

namespace ai_cleanup::settings
{

int admission_timeout = default_admission_timeout;
int connection_budget = default_connection_budget;
char *databases = nullptr;
bool enabled = default_enabled;
int idle_timeout = default_idle_timeout;
int wait_timeout = default_wait_timeout;

namespace
{

int headroom = default_headroom;

constexpr int least_default_headroom = 3;
constexpr int default_headroom_share = 5; // one slot in so many

bool
check_databases(char **value, void **, GucSource)
{
	Failure failure;
	const std::string_view text = *value;

	if (attempt([text] { PatternList list(text); }, failure))
		return true;
	GUC_check_errdetail("%s", failure.message.data());
	GUC_check_errhint("List database names or patterns with * and ?, separated by commas; "
					  "put a name with other characters in double quotes.");
	return false;
}

// Assign hooks are not told where a value comes from, check hooks are. What comes from the
// configuration file or the command line counts as inherited: the worker knows it as well,
// and sooner, for an idle session does not reload before its next command.
bool
note_source(int *, void **extra, GucSource source)
{
	auto *is_inherited = static_cast<bool *>(compat::setting_extra(sizeof(bool)));

	if (is_inherited == nullptr)
		return false;
	*is_inherited = source <= PGC_S_ARGV;
	*extra = is_inherited;
	return true;
}

int
published(int value, void *extra)
{
	const bool is_inherited = extra == nullptr || *static_cast<bool *>(extra);
	return is_inherited ? inherited : value;
}

void
assign_connection_budget(int value, void *extra)
{
	own_session::publish_connection_budget(published(value, extra));
}

void
assign_idle_timeout(int value, void *extra)
{
	own_session::publish_idle_timeout(published(value, extra));
}

} // namespace

int
effective_headroom()
{
	if (headroom != default_headroom)
		return headroom;
	// On the tiniest servers no more than half, or nobody could stay.
	return std::min(std::max(least_default_headroom, MaxConnections / default_headroom_share),
					MaxConnections / 2);
}

void
define()
{
	DefineCustomIntVariable("ai_cleanup.admission_timeout",
							"Longest time that a login waits for an idle session to make way.",
							"0 never waits.", &admission_timeout, default_admission_timeout,
							min_admission_timeout, max_admission_timeout, PGC_SIGHUP, GUC_UNIT_MS,
							nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.connection_budget",
		"Sessions that a database may have before its longest idle ones are ended.",
		"0 turns the budget off.", &connection_budget, default_connection_budget,
		min_connection_budget, max_connection_budget, PGC_SUSET, 0, note_source,
		assign_connection_budget, nullptr);
	DefineCustomStringVariable(
		"ai_cleanup.databases", "Databases whose sessions the automatic parts may end.",
		"A comma-separated list of names and of patterns with * and ?.", &databases,
		default_databases, PGC_SIGHUP, GUC_LIST_INPUT, check_databases, nullptr, nullptr);
	DefineCustomBoolVariable("ai_cleanup.enabled", "Ends idle sessions automatically.",
							 "Off, only calls of ai_cleanup() end sessions.", &enabled,
							 default_enabled, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.headroom", "Connection slots that are kept free by ending idle sessions.",
		"-1 stands for the larger of 3 and a fifth of max_connections; 0 keeps none.", &headroom,
		default_headroom, min_headroom, max_headroom, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.idle_timeout", "Ends a session that has been idle for longer than this.",
		"0 turns the limit off.", &idle_timeout, default_idle_timeout, min_idle_timeout,
		max_idle_timeout, PGC_SUSET, GUC_UNIT_MS, note_source, assign_idle_timeout, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.wait_timeout",
		"Longest time that ai_cleanup() waits for the sessions it ends to be gone.",
		"0 does not wait.", &wait_timeout, default_wait_timeout, min_wait_timeout, max_wait_timeout,
		PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("ai_cleanup");
}

} // namespace ai_cleanup::settings
