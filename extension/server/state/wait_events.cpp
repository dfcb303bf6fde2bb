// Registers the wait events once, not in the middle of a login.
#include "server/state/wait_events.hpp"

namespace ai_cleanup::wait_events
{

std::uint32_t admission = PG_WAIT_EXTENSION;
std::uint32_t attendant = PG_WAIT_EXTENSION;
std::uint32_t call = PG_WAIT_EXTENSION;
std::uint32_t worker = PG_WAIT_EXTENSION;

void
define()
{
	admission = compat::wait_event("AiCleanupAdmission");
	attendant = compat::wait_event("AiCleanupAttendant");
	call = compat::wait_event("AiCleanupCall");
	worker = compat::wait_event("AiCleanupWorker");
}

} // namespace ai_cleanup::wait_events
