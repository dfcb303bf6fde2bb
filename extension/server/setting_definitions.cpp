// Defines the settings, checks what people write into them, and publishes those that others
// must know of a session.
#include "server/setting_definitions.hpp"

#include "bridge/guard.hpp"
#include "core/pattern_list.hpp"
#include "core/session.hpp"
#include "server/session/tell_worker.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/settings.hpp"

namespace ai_cleanup::settings
{

namespace
{

char *protect_text = nullptr;

constexpr std::array<config_enum_entry, 3> moments_to_tell{{
	{"when_it_asks", when_it_asks, false},
	{"at_once", at_once, false},
	{nullptr, 0, false},
}};
constexpr const config_enum_entry *tell_client_choices = moments_to_tell.data();

bool
check_pattern_list(char **value, void **, GucSource)
{
	Failure failure;
	const std::string_view text = *value;

	if (attempt([text] { PatternList list(text); }, failure))
		return true;
	GUC_check_errdetail("%s", failure.message.data());
	GUC_check_errhint("List names or patterns with * and ?, separated by commas; "
					  "put a name with other characters in double quotes.");
	return false;
}

// The bit of one of protection_names; 0 if it is none of them.
Protections
protection_named(std::string_view name)
{
	for (std::size_t i = 0; i < protection_names.size(); i++)
	{
		if (protection_names[i] == name)
			return static_cast<Protections>(1 << i);
	}
	return 0;
}

bool
check_protect(char **value, void **extra, GucSource)
{
	char *text = pstrdup(*value);
	List *names = NIL;
	Protections protections = 0;

	if (!SplitIdentifierString(text, ',', &names))
	{
		GUC_check_errdetail("The list is not well formed.");
		return false;
	}
	for (int i = 0; i < list_length(names); i++)
	{
		const auto *name = static_cast<const char *>(list_nth(names, i));
		const Protections protection = protection_named(name);
		if (protection == 0)
		{
			GUC_check_errdetail("There is no protection \"%s\".", name);
			GUC_check_errhint("List any of %s; an empty list protects no session.",
							  default_protect);
			return false;
		}
		protections |= protection;
	}
	list_free(names);
	pfree(text);

	auto *found = static_cast<Protections *>(compat::setting_extra(sizeof(Protections)));
	if (found == nullptr)
		return false;
	*found = protections;
	*extra = found;
	return true;
}

void
assign_protect(const char *, void *extra)
{
	protect = *static_cast<Protections *>(extra);
}

Origin
origin_of(GucSource source)
{
	switch (source)
	{
	case PGC_S_FILE:
		return Origin::configuration_file;
	case PGC_S_ENV_VAR:
	case PGC_S_ARGV:
		return Origin::command_line;
	case PGC_S_GLOBAL:
		return Origin::all_roles;
	case PGC_S_DATABASE:
		return Origin::database;
	case PGC_S_USER:
		return Origin::role;
	case PGC_S_DATABASE_USER:
		return Origin::role_in_database;
	case PGC_S_CLIENT:
		return Origin::connection;
	case PGC_S_OVERRIDE:
	case PGC_S_INTERACTIVE:
	case PGC_S_TEST:
	case PGC_S_SESSION:
		return Origin::session;
	default:
		return Origin::built_in;
	}
}

// Assign hooks are not told where a value comes from, check hooks are.
bool
note_origin(void **extra, GucSource source)
{
	auto *noted = static_cast<Origin *>(compat::setting_extra(sizeof(Origin)));

	if (noted == nullptr)
		return false;
	*noted = origin_of(source);
	*extra = noted;
	return true;
}

bool
note_origin_of_number(int *, void **extra, GucSource source)
{
	return note_origin(extra, source);
}

bool
note_origin_of_switch(bool *, void **extra, GucSource source)
{
	return note_origin(extra, source);
}

// What comes from the configuration file or the command line counts as inherited: the worker
// knows it as well, and sooner, for an idle session does not reload before its next command.
void
assign(OwnSetting which, int value, void *extra)
{
	const Origin from = extra == nullptr ? Origin::built_in : *static_cast<Origin *>(extra);

	set_origin(which, from);
	own_entry::publish(which, from < Origin::all_roles ? inherited : value);
	tell_worker::of_limits();
	tell_worker::of_need();
}

template <OwnSetting which>
void
assign_number(int value, void *extra)
{
	assign(which, value, extra);
}

void
assign_exempt(bool value, void *extra)
{
	assign(OwnSetting::exempt, value ? 1 : 0, extra);
}

} // namespace

void
define()
{
	DefineCustomIntVariable(
		"ai_cleanup.admission_timeout", "Longest time that a login waits for room.",
		"0 never waits.", &admission_timeout, default_admission_timeout, min_admission_timeout,
		max_admission_timeout, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.connection_budget",
		"Sessions that a database may have before its longest idle ones are ended.",
		"0 turns the budget off.", &connection_budget, default_connection_budget,
		min_connection_budget, max_connection_budget, PGC_SUSET, 0, note_origin_of_number,
		assign_number<OwnSetting::connection_budget>, nullptr);
	DefineCustomStringVariable(
		"ai_cleanup.databases", "Databases whose sessions the automatic parts may end.",
		"A comma-separated list of names and of patterns with * and ?.", &databases,
		default_databases, PGC_SIGHUP, GUC_LIST_INPUT, check_pattern_list, nullptr, nullptr);
	DefineCustomBoolVariable("ai_cleanup.enabled", "Ends idle sessions automatically.",
							 "Off, only calls of ai_cleanup() end sessions.", &enabled,
							 default_enabled, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
	DefineCustomBoolVariable(
		"ai_cleanup.evict_exempt", "Lets exempt sessions make way for headroom and for logins.",
		"They go after all others, and never for a limit or a budget.", &evict_exempt,
		default_evict_exempt, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
	DefineCustomBoolVariable("ai_cleanup.exempt", "Exempts a session from the automatic limits.",
							 "Made for ALTER ROLE and ALTER DATABASE.", &exempt, default_exempt,
							 PGC_SUSET, 0, note_origin_of_switch, assign_exempt, nullptr);
	DefineCustomStringVariable(
		"ai_cleanup.exempt_applications",
		"Applications whose sessions are exempt from the automatic limits.",
		"A comma-separated list of application names and of patterns with * and ?.",
		&exempt_applications, default_exempt_applications, PGC_SIGHUP, GUC_LIST_INPUT,
		check_pattern_list, nullptr, nullptr);
	DefineCustomStringVariable(
		"ai_cleanup.exempt_roles", "Roles whose sessions are exempt from the automatic limits.",
		"A comma-separated list of names and of patterns with * and ?.", &exempt_roles,
		default_exempt_roles, PGC_SIGHUP, GUC_LIST_INPUT, check_pattern_list, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.headroom", "Connection slots that are kept free by ending idle sessions.",
		"-1 stands for the larger of 3 and a fifth of max_connections; 0 keeps none.", &headroom,
		default_headroom, min_headroom, max_headroom, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.hold_timeout",
		"Longest time that the connection of an ended session is held for its client to ask.",
		"0 holds it for as long as the client does.", &hold_timeout, default_hold_timeout,
		min_hold_timeout, max_hold_timeout, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.idle_blocker_timeout",
		"Ends a session that is idle, in a transaction or with a lock of its own, while another "
		"waits for its locks for longer than this.",
		"0 turns the limit off.", &idle_blocker_timeout, default_idle_blocker_timeout,
		min_idle_blocker_timeout, max_idle_blocker_timeout, PGC_SUSET, GUC_UNIT_MS,
		note_origin_of_number, assign_number<OwnSetting::idle_blocker_timeout>, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.idle_in_transaction_timeout",
		"Ends a session that has been idle in a transaction for longer than this.",
		"0 turns the limit off.", &idle_in_transaction_timeout, default_idle_in_transaction_timeout,
		min_idle_in_transaction_timeout, max_idle_in_transaction_timeout, PGC_SUSET, GUC_UNIT_MS,
		note_origin_of_number, assign_number<OwnSetting::idle_in_transaction_timeout>, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.idle_timeout", "Ends a session that has been idle for longer than this.",
		"0 turns the limit off.", &idle_timeout, default_idle_timeout, min_idle_timeout,
		max_idle_timeout, PGC_SUSET, GUC_UNIT_MS, note_origin_of_number,
		assign_number<OwnSetting::idle_timeout>, nullptr);
	DefineCustomIntVariable("ai_cleanup.journal_size",
							"Endings of sessions that the journal remembers.", "0 keeps none.",
							&journal_size, default_journal_size, min_journal_size, max_journal_size,
							PGC_POSTMASTER, 0, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.max_sessions", "Sessions that there may be at once; other logins wait in line.",
		"The slots of max_connections beyond it are room to wait in. 0 turns the line off.",
		&max_sessions, default_max_sessions, min_max_sessions, max_max_sessions, PGC_SIGHUP, 0,
		nullptr, nullptr, nullptr);
	DefineCustomStringVariable(
		"ai_cleanup.protect", "What protects an idle session from everything but force.",
		"A comma-separated list; empty protects no session.", &protect_text, default_protect,
		PGC_SIGHUP, GUC_LIST_INPUT, check_protect, assign_protect, nullptr);
	DefineCustomIntVariable("ai_cleanup.ripe_for_headroom",
							"Least idle time of a session that is ended for headroom or a budget.",
							"A session that has been idle for less may be pausing at work.",
							&ripe_for_headroom, default_ripe_for_headroom, min_ripe_for_headroom,
							max_ripe_for_headroom, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr,
							nullptr);
	DefineCustomIntVariable("ai_cleanup.ripe_for_login",
							"Least idle time of a session that is ended to let a login in.",
							"A session that has been idle for less may be pausing at work.",
							&ripe_for_login, default_ripe_for_login, min_ripe_for_login,
							max_ripe_for_login, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr, nullptr);
	DefineCustomEnumVariable(
		"ai_cleanup.tell_client", "When the client of an ended session is told.",
		"at_once is for clients that listen to their idle connections.", &tell_client,
		default_tell_client, tell_client_choices, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	DefineCustomIntVariable(
		"ai_cleanup.wait_timeout",
		"Longest time that ai_cleanup() waits for the sessions it ends to be gone.",
		"0 does not wait.", &wait_timeout, default_wait_timeout, min_wait_timeout, max_wait_timeout,
		PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("ai_cleanup");
}

} // namespace ai_cleanup::settings
