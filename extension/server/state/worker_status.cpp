// Plain atomics: a worker that misses a wake-up finds what it was about when it looks, and a
// session that finds no worker need not wake one.
#include "server/state/worker_status.hpp"

namespace ai_cleanup::worker_status
{

namespace
{

WorkerStatus &
status()
{
	return registry::shared().worker;
}

// Another worker may have been started meanwhile.
void
end(int, Datum)
{
	auto mine = static_cast<std::uint32_t>(compat::my_proc_index());

	pg_atomic_compare_exchange_u32(&status().proc, &mine, no_proc);
}

} // namespace

void
begin()
{
	pg_atomic_write_u32(&status().proc, static_cast<std::uint32_t>(compat::my_proc_index()));
	before_shmem_exit(end, 0);
}

void
set_wakes_at(Timestamp wakes_at)
{
	write_timestamp(status().wakes_at, wakes_at);
	pg_memory_barrier();
}

void
set_headroom_rests_until(Timestamp until)
{
	write_timestamp(status().headroom_rests_until, until);
}

Timestamp
headroom_rests_until()
{
	return read_timestamp(status().headroom_rests_until);
}

void
set_headroom_met(bool met)
{
	pg_atomic_write_u32(&status().headroom_met, met ? 1 : 0);
}

bool
headroom_met()
{
	return pg_atomic_read_u32(&status().headroom_met) != 0;
}

void
wake()
{
	const std::uint32_t proc = pg_atomic_read_u32(&status().proc);
	if (proc != no_proc)
		SetLatch(&GetPGProcByNumber(proc)->procLatch);
}

void
wake_if_due_before(Timestamp due)
{
	pg_memory_barrier(); // what makes the session due is published before we look
	if (due < read_timestamp(status().wakes_at))
		wake();
}

} // namespace ai_cleanup::worker_status
