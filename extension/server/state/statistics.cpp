// Atomic counters in shared memory: no lock, and none lost.
#include "server/state/statistics.hpp"

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
	Statistics &shared = registry::shared().statistics;
	pg_atomic_fetch_add_u64(&shared.waits[bucket], 1);
	std::uint64_t longest = pg_atomic_read_u64(&shared.longest_wait);
	while (
		static_cast<Duration>(longest) < length &&
		!compat::compare_exchange(shared.longest_wait, longest, static_cast<std::uint64_t>(length)))
		;
}

Totals
totals()
{
	Statistics &shared = registry::shared().statistics;
	Totals totals{};

	totals.since = read_timestamp(shared.since);
	for (std::size_t i = 0; i < counter_count; i++)
		totals.counters[i] = pg_atomic_read_u64(&shared.counters[i]);
	for (std::size_t i = 0; i < wait_bucket_count; i++)
		totals.waits[i] = pg_atomic_read_u64(&shared.waits[i]);
	totals.longest_wait = static_cast<Duration>(pg_atomic_read_u64(&shared.longest_wait));
	return totals;
}

void
restore(const Totals &totals)
{
	Statistics &shared = registry::shared().statistics;

	write_timestamp(shared.since, totals.since);
	for (std::size_t i = 0; i < counter_count; i++)
		pg_atomic_write_u64(&shared.counters[i], totals.counters[i]);
	for (std::size_t i = 0; i < wait_bucket_count; i++)
		pg_atomic_write_u64(&shared.waits[i], totals.waits[i]);
	pg_atomic_write_u64(&shared.longest_wait, static_cast<std::uint64_t>(totals.longest_wait));
}

void
reset()
{
	restore({.since = GetCurrentTimestamp(), .counters = {}, .waits = {}, .longest_wait = 0});
}

} // namespace ai_cleanup::statistics
