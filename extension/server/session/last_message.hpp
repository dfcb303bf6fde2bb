// The way out of a retired session: the message to its client, the log line, the journal.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::last_message
{

// Registers this session's farewell. To be called before what gives the slot free is registered:
// the last callback registered is the first one called.
void prepare();

} // namespace ai_cleanup::last_message
