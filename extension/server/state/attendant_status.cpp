// Two numbers of the attendant's.
#include "server/state/attendant_status.hpp"

namespace ai_cleanup::attendant_status
{

namespace
{

AttendantStatus &
status()
{
	return registry::shared().attendant;
}

} // namespace

bool
takes_more()
{
	return pg_atomic_read_u32(&status().takes_more) != 0;
}

std::uint32_t
held()
{
	return pg_atomic_read_u32(&status().held);
}

void
set(bool takes_more, std::uint32_t held)
{
	pg_atomic_write_u32(&status().takes_more, takes_more ? 1 : 0);
	pg_atomic_write_u32(&status().held, held);
}

} // namespace ai_cleanup::attendant_status
