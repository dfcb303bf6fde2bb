// The background worker: ends what has been idle for too long, in every target database.
#pragma once

namespace ai_cleanup::worker
{

// For _PG_init.
void register_worker();

} // namespace ai_cleanup::worker
