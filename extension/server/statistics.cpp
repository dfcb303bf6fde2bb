// Atomic counters in shared memory: no lock, and none lost.
#include "statistics.hpp"

namespace ai_cleanup::statistics
{

namespace
{

pg_atomic_uint64 &
cell(Counter counter)
{
	return registry::shared().statistics.counters[static_cast<std::size_t>(counter)];
}

} // namespace

void
count(Counter counter)
{
	pg_atomic_fetch_add_u64(&cell(counter), 1);
}

void
count_wait(Duration length)
{
	const auto bucket = static_cast<std::size_t>(
		std::lower_bound(wait_bounds.begin(), wait_bounds.end(), length) - wait_bounds.begin());

	count(Counter::logins_waited);
	pg_atomic_fetch_add_u64(&registry::shared().statistics.waits[bucket], 1);
}

std::uint64_t
value(Counter counter)
{
	return pg_atomic_read_u64(&cell(counter));
}

std::uint64_t
waits_in(std::size_t bucket)
{
	return pg_atomic_read_u64(&registry::shared().statistics.waits[bucket]);
}

} // namespace ai_cleanup::statistics
