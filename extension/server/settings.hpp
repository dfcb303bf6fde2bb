// The settings, each with its bounds. The README's table is checked against these.
#pragma once

#include "bridge/prelude.hpp"
#include "core/pattern_list.hpp"

namespace ai_cleanup::settings
{

// Sorted by name; times in milliseconds.
extern int admission_timeout;
extern int connection_budget;
extern char *databases;
extern bool enabled;
extern int idle_timeout;
extern int wait_timeout;

constexpr int most_sessions = 262143; // the most that max_connections can be

constexpr int default_admission_timeout = 1000;
constexpr int min_admission_timeout = 0; // no login waits
constexpr int max_admission_timeout = 60 * 1000;
constexpr int default_connection_budget = 0; // off
constexpr int min_connection_budget = 0;
constexpr int max_connection_budget = most_sessions;
constexpr const char *default_databases = "*";
constexpr bool default_enabled = true;
constexpr int default_headroom = -1; // the larger of 3 and a fifth of max_connections
constexpr int min_headroom = -1;
constexpr int max_headroom = most_sessions;
constexpr int default_idle_timeout = 10 * 60 * 1000;
constexpr int min_idle_timeout = 0; // off
constexpr int max_idle_timeout = INT_MAX;
constexpr int default_wait_timeout = 5 * 1000;
constexpr int min_wait_timeout = 0; // do not wait
constexpr int max_wait_timeout = INT_MAX;

// The free slots to keep: ai_cleanup.headroom, its default worked out.
int effective_headroom();

// For _PG_init.
void define();

} // namespace ai_cleanup::settings
