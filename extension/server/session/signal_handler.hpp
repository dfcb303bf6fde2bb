// The session's side of a retirement: the handler of SIGUSR2 that looks at a request and answers
// it.
#pragma once

namespace ai_cleanup::signal_handler
{

// Installs the handler in this session. False, and nothing done, if SIGUSR2 has one already.
bool install();

} // namespace ai_cleanup::signal_handler
