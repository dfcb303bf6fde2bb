// The way out of a retired session: what its client and the log are told.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::farewell
{

// Registers this session's farewell. For own_session.cpp, before what gives the slot free: the
// last callback registered is the first one called.
void prepare();

} // namespace ai_cleanup::farewell
