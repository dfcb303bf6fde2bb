// The attendant: a background worker that answers the clients of sessions that have ended.
#pragma once

#include "core/time.hpp"
#include "hand_over.hpp"

namespace ai_cleanup::attendant
{

// For _PG_init, and for the symbol that the postmaster starts.
void register_attendant();

// Can it take over another connection? Async-signal-safe.
bool is_there();

// Hands a connection over. False if that cannot be: then its client is still to be told.
bool hand_over(int sock, const Letter &letter);

// How many it holds.
std::uint32_t held();

} // namespace ai_cleanup::attendant
