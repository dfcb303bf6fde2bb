// The settings, each with its bounds. The table in docs/settings.md is checked against these.
#pragma once

#include "bridge/prelude.hpp"
#include "core/policy.hpp"
#include "server/state/registry.hpp"

namespace ai_cleanup::settings
{

// When is the client of a session that has ended told so?
enum When : int
{
	when_it_asks,
	at_once,
};

// Sorted by name; times in milliseconds.
extern int admission_timeout;
extern int connection_budget;
extern char *databases;
extern bool enabled;
extern bool evict_exempt;
extern bool exempt;
extern char *exempt_applications;
extern char *exempt_roles;
extern int headroom; // as it is written: see effective_headroom()
extern int hold_timeout;
extern int idle_blocker_timeout;
extern int idle_in_transaction_timeout;
extern int idle_timeout;
extern int journal_size;
extern int max_sessions;
extern Protections protect; // ai_cleanup.protect, read
extern int ripe_for_headroom;
extern int ripe_for_login;
extern int tell_client; // When
extern int wait_timeout;

constexpr int most_sessions = 262143; // the most that max_connections can be

constexpr int default_admission_timeout = 6 * 1000;
constexpr int min_admission_timeout = 0; // no login waits
constexpr int max_admission_timeout = 60 * 1000;
constexpr int default_connection_budget = 0; // off
constexpr int min_connection_budget = 0;
constexpr int max_connection_budget = most_sessions;
constexpr const char *default_databases = "*";
constexpr bool default_enabled = true;
constexpr bool default_evict_exempt = false;
constexpr bool default_exempt = false;
constexpr const char *default_exempt_applications =
	"psql, pg_dump*, pg_restore, vacuumdb, reindexdb, clusterdb, pg_amcheck, "
	"pgAdmin*, DBeaver*, DataGrip*, TablePlus*, Postico*";
constexpr const char *default_exempt_roles = "";
constexpr int default_headroom = -1; // the larger of 3 and a fifth of max_connections
constexpr int min_headroom = -1;
constexpr int max_headroom = most_sessions;
constexpr int default_hold_timeout = 0; // without end
constexpr int min_hold_timeout = 0;
constexpr int max_hold_timeout = INT_MAX;
constexpr int default_idle_blocker_timeout = 0; // off
constexpr int min_idle_blocker_timeout = 0;
constexpr int max_idle_blocker_timeout = INT_MAX;
constexpr int default_idle_in_transaction_timeout = 0; // off
constexpr int min_idle_in_transaction_timeout = 0;
constexpr int max_idle_in_transaction_timeout = INT_MAX;
constexpr int default_idle_timeout = 0; // off
constexpr int min_idle_timeout = 0;
constexpr int max_idle_timeout = INT_MAX;
constexpr int default_journal_size = 1024;
constexpr int min_journal_size = 0; // no journal
constexpr int max_journal_size = 1024 * 1024;
constexpr int default_max_sessions = 0; // off: as many as there are slots
constexpr int min_max_sessions = 0;
constexpr int max_max_sessions = most_sessions;
constexpr int default_ripe_for_headroom = 60 * 1000;
constexpr int min_ripe_for_headroom = 0; // any idle session
constexpr int max_ripe_for_headroom = INT_MAX;
constexpr int default_ripe_for_login = 5 * 1000;
constexpr int min_ripe_for_login = 0; // any idle session
constexpr int max_ripe_for_login = INT_MAX;
constexpr const char *default_protect =
	"backup, cursor, listen, lock, replication, snapshot, temp_table, timeout_off";
constexpr int default_tell_client = when_it_asks;
constexpr int default_wait_timeout = 5 * 1000;
constexpr int min_wait_timeout = 0; // do not wait
constexpr int max_wait_timeout = INT_MAX;

// How many sessions the server is to have at most: ai_cleanup.max_sessions, or max_connections.
int slots();

// Is there room to wait for a session of those, in slots that may not become one?
bool has_line();

// How many seats may be taken by a role from which so many slots are reserved.
int slot_limit(int reserved);

// The free slots to keep: ai_cleanup.headroom, its default worked out.
int effective_headroom();

// All that the policy must know of the settings in force in this process.
Limits limits();

// Where this process's value of a setting comes from, and what people call that.
Origin origin(OwnSetting which);
void set_origin(OwnSetting which, Origin from);
const char *text(Origin origin);

} // namespace ai_cleanup::settings
