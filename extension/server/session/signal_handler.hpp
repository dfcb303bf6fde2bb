// The session's side of a retirement: the SIGUSR2 handler that looks at a request and
// answers it.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::signal_handler
{

// Installs the handler in this session. False, and nothing done, if SIGUSR2 has one already.
bool install();

// Has this session agreed to end itself?
bool agreed();

// What it agreed to, and how long it had been idle then. Only after agreed().
const Request &request();
Duration idle_age();

// Is it certain that its client has had the answer to everything it asked?
bool is_sure();

} // namespace ai_cleanup::signal_handler
