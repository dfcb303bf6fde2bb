// Processes that wait for sessions to end. Joined by SQL calls, woken by sessions that
// leave or decline.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::waiters
{

// From here to leave(), this process's latch is set whenever a session ends or declines.
void join();
void leave();
void leave_on_exit(int code, Datum arg);

// Joined while `work` runs, and not longer, even if it ends with FATAL. Nothing with a
// destructor may be alive in the caller.
template <typename Work>
void
joined(Work &&work)
{
	join();
	PG_ENSURE_ERROR_CLEANUP(leave_on_exit, Datum{0});
	{
		work();
	}
	PG_END_ENSURE_ERROR_CLEANUP(leave_on_exit, Datum{0});
	leave();
}

// Sets the latch of everyone who waits. Async-signal-safe, and safe in a process that has
// given up its slot already.
void wake();

} // namespace ai_cleanup::waiters
