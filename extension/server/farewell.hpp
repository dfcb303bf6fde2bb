// The way out of a retired session: what its client and the log are told.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::farewell
{

// Registers this session's farewell. For own_session.cpp.
void prepare();

} // namespace ai_cleanup::farewell
