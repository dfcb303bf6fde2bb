// The background worker: ends what has been idle for too long, in every target database.
#pragma once

#include "bridge/prelude.hpp"
#include "core/time.hpp"

namespace ai_cleanup::worker
{

// For _PG_init.
void register_worker();

// Wakes it, from any session.
void wake();

// A session may come to be due at `due`: wakes the worker if it means to sleep longer.
void wake_if_due_before(Timestamp due);

} // namespace ai_cleanup::worker
