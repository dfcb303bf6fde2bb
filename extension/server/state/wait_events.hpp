// What our processes wait for, as pg_stat_activity shows it: by name on PostgreSQL 17 and
// later, as "Extension" before.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::wait_events
{

// Set by define(), inherited by every process.
extern std::uint32_t admission;
extern std::uint32_t attendant;
extern std::uint32_t call;
extern std::uint32_t worker;

// At the server's start, for it may raise.
void define();

} // namespace ai_cleanup::wait_events
