// Journal and counters over a clean restart, in a file of the data directory, as
// pg_stat_statements keeps its own.
#pragma once

namespace ai_cleanup::saved_state
{

// In the postmaster, once shared memory is laid out anew: reads what was saved and removes the
// file. One that is torn, or of another version, is ignored with a LOG line.
void load();

// In the postmaster: saves when the server shuts down.
void save_at_exit();

} // namespace ai_cleanup::saved_state
