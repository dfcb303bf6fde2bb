// The settings, each with its bounds. The README's table is checked against these.
#pragma once

#include "bridge/prelude.hpp"
#include "core/pattern_list.hpp"

namespace ai_cleanup::settings
{

// Sorted by name; times in milliseconds.
extern char *databases;
extern bool enabled;
extern int idle_timeout;
extern int wait_timeout;

constexpr const char *default_databases = "*";
constexpr bool default_enabled = true;
constexpr int default_idle_timeout = 10 * 60 * 1000;
constexpr int min_idle_timeout = 0; // off
constexpr int max_idle_timeout = INT_MAX;
constexpr int default_wait_timeout = 5 * 1000;
constexpr int min_wait_timeout = 0; // do not wait
constexpr int max_wait_timeout = INT_MAX;

// For _PG_init.
void define();

} // namespace ai_cleanup::settings
