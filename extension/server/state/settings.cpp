// The values in force in this process, and what follows from them.
#include "server/state/settings.hpp"

namespace ai_cleanup::settings
{

int admission_timeout = default_admission_timeout;
int connection_budget = default_connection_budget;
char *databases = nullptr;
bool enabled = default_enabled;
bool evict_exempt = default_evict_exempt;
bool exempt = default_exempt;
char *exempt_applications = nullptr;
char *exempt_roles = nullptr;
int headroom = default_headroom;
int hold_timeout = default_hold_timeout;
int idle_blocker_timeout = default_idle_blocker_timeout;
int idle_in_transaction_timeout = default_idle_in_transaction_timeout;
int idle_timeout = default_idle_timeout;
int journal_size = default_journal_size;
int max_sessions = default_max_sessions;
Protections protect = all_protections;
int ripe_for_headroom = default_ripe_for_headroom;
int ripe_for_login = default_ripe_for_login;
int tell_client = default_tell_client;
int wait_timeout = default_wait_timeout;

namespace
{

std::array<Origin, own_setting_count> origins{};

constexpr int least_default_headroom = 3;
constexpr int default_headroom_share = 5; // one slot in so many

} // namespace

int
slots()
{
	return has_line() ? max_sessions : MaxConnections;
}

bool
has_line()
{
	return max_sessions > 0 && max_sessions < MaxConnections - compat::reserved_slots();
}

int
slot_limit(int reserved)
{
	const int all = MaxConnections - reserved;
	return has_line() ? std::min(max_sessions, all) : all;
}

int
effective_headroom()
{
	if (headroom != default_headroom)
		return headroom;
	// On the tiniest servers no more than half, or no session could stay.
	return std::min(std::max(least_default_headroom, slots() / default_headroom_share),
					slots() / 2);
}

Limits
limits()
{
	return {.enabled = enabled,
			.idle_timeout_ms = idle_timeout,
			.connection_budget = connection_budget,
			.headroom = effective_headroom(),
			.idle_in_transaction_timeout_ms = idle_in_transaction_timeout,
			.idle_blocker_timeout_ms = idle_blocker_timeout,
			.ripe_for_headroom_ms = ripe_for_headroom,
			.ripe_for_login_ms = ripe_for_login,
			.protect = protect,
			.evict_exempt = evict_exempt};
}

void
set_origin(OwnSetting which, Origin from)
{
	origins[static_cast<std::size_t>(which)] = from;
}

Origin
origin(OwnSetting which)
{
	return origins[static_cast<std::size_t>(which)];
}

const char *
text(Origin origin)
{
	switch (origin)
	{
	case Origin::built_in:
		return "default";
	case Origin::configuration_file:
		return "configuration file";
	case Origin::command_line:
		return "command line";
	case Origin::all_roles:
		return "setting of all roles";
	case Origin::database:
		return "database setting";
	case Origin::role:
		return "role setting";
	case Origin::role_in_database:
		return "setting of the role in this database";
	case Origin::connection:
		return "connection option";
	case Origin::session:
		return "set in the session";
	case Origin::unknown:
		break;
	}
	return "another session's setting";
}

} // namespace ai_cleanup::settings
