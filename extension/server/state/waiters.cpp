// One flag for each process in shared memory, so that waking needs no lock and no list.
#include "server/state/waiters.hpp"

#include "server/state/registry.hpp"

namespace ai_cleanup::waiters
{

namespace
{

void
set_mine(std::uint32_t value)
{
	pg_atomic_write_u32(&registry::waiters()[compat::my_proc_index()], value);
	pg_memory_barrier();
}

} // namespace

void
subscribe()
{
	set_mine(1);
}

void
unsubscribe()
{
	set_mine(0);
}

void
unsubscribe_on_exit(int, Datum)
{
	unsubscribe();
}

void
wake()
{
	std::span<pg_atomic_uint32> flags = registry::waiters();

	pg_memory_barrier();
	for (std::size_t proc = 0; proc < flags.size(); proc++)
	{
		if (pg_atomic_read_u32(&flags[proc]) != 0)
			SetLatch(&GetPGProcByNumber(proc)->procLatch);
	}
}

} // namespace ai_cleanup::waiters
