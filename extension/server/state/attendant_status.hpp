// What sessions and views know of the attendant, the process that holds the connections of sessions
// that have ended.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::attendant_status
{

// Is it there, with room for another connection? Async-signal-safe.
bool takes_more();

// How many it holds.
std::uint32_t held();

// Of the attendant.
void set(bool takes_more, std::uint32_t held);

} // namespace ai_cleanup::attendant_status
