// One counter for the server, and a flag in each entry to count those of a role or a database by.
#include "server/state/seats.hpp"

#include "server/state/own_entry.hpp"

namespace ai_cleanup::seats
{

namespace
{

bool mine = false;

AdmissionState &
admission_state()
{
	return registry::shared().admission;
}

template <typename Belongs>
int
count_taken(Belongs belongs)
{
	int count = 0;

	for (RegistryEntry &entry : registry::entries())
	{
		const Phase phase = registry::occupant(entry).phase;
		count += has_process(phase) && pg_atomic_read_u32(&entry.has_seat) != 0 && belongs(entry);
	}
	return count;
}

// The only way from one to the other. The entry is not this process's any more when its slot is
// free.
void
set_mine(bool to)
{
	Assert(mine != to);
	mine = to;
	if (RegistryEntry *entry = own_entry::get(); entry != nullptr)
		pg_atomic_write_u32(&entry->has_seat, to ? 1 : 0);
	pg_memory_barrier(); // before others of a role or a database are counted
}

} // namespace

int
taken()
{
	return static_cast<int>(pg_atomic_read_u32(&admission_state().seats_taken));
}

int
taken_by_role(Oid role)
{
	return count_taken([&](const RegistryEntry &entry) { return entry.role == role; });
}

int
taken_in_database(Oid database)
{
	return count_taken([&](const RegistryEntry &entry) { return entry.database == database; });
}

bool
take(int limit)
{
	std::uint32_t count = pg_atomic_read_u32(&admission_state().seats_taken);

	while (static_cast<int>(count) < limit)
	{
		if (pg_atomic_compare_exchange_u32(&admission_state().seats_taken, &count, count + 1))
		{
			set_mine(true);
			return true;
		}
	}
	return false;
}

void
take_anyway()
{
	if (mine)
		return;
	pg_atomic_fetch_add_u32(&admission_state().seats_taken, 1);
	set_mine(true);
}

void
give_back()
{
	if (!mine)
		return;
	set_mine(false);
	pg_atomic_fetch_sub_u32(&admission_state().seats_taken, 1);
}

void
note_limit()
{
	pg_atomic_write_u32(&admission_state().has_limits, 1);
	pg_memory_barrier();
}

bool
may_be_limited()
{
	return pg_atomic_read_u32(&admission_state().has_limits) != 0;
}

} // namespace ai_cleanup::seats
