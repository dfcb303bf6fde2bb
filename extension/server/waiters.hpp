// Processes that wait for sessions to end. Joined by SQL calls, woken by sessions that
// leave or decline.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::waiters
{

// From here to leave(), this process's latch is set whenever a session ends or declines.
void join();
void leave();

// Sets the latch of everyone who waits. Async-signal-safe, and safe in a process that has
// given up its slot already.
void wake();

} // namespace ai_cleanup::waiters
