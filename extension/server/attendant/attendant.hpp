// The attendant: a background worker that answers the clients of sessions that have ended.
#pragma once

namespace ai_cleanup::attendant
{

// For _PG_init, and for the symbol that the postmaster starts.
void register_attendant();

} // namespace ai_cleanup::attendant
