// Processes that wait for sessions to end: each subscribes, and its latch is set by every session
// that ends or declines.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::waiters
{

// Between these two, this process is woken.
void subscribe();
void unsubscribe();
void unsubscribe_on_exit(int code, Datum arg);

// Subscribed while `work` runs, and not longer, even if it ends with FATAL. Nothing with a
// destructor may be alive in the caller.
template <typename Work>
void
while_subscribed(Work &&work)
{
	subscribe();
	PG_ENSURE_ERROR_CLEANUP(unsubscribe_on_exit, Datum{0});
	{
		work();
	}
	PG_END_ENSURE_ERROR_CLEANUP(unsubscribe_on_exit, Datum{0});
	unsubscribe();
}

// Wakes all subscribers. Async-signal-safe, and safe in a process that has
// given up its slot already.
void wake();

} // namespace ai_cleanup::waiters
