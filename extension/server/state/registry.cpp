// Lays the registry out in shared memory and packs an entry's occupant into one value.
#include "server/state/registry.hpp"

#include "core/session.hpp"

namespace ai_cleanup::registry
{

namespace
{

constexpr const char *shared_name = "ai_cleanup";
constexpr int phase_bits = 3;

// Databases are counted so many at a time: a number that the compiler knows, so that it uses the
// processor's vectors at PostgreSQL's own -O2.
constexpr int count_stride = 16;
constexpr int count_block = 4 * count_stride;

// Set in the postmaster and inherited by fork.
Registry *head = nullptr;
RegistryEntry *first_entry = nullptr;
Oid *first_database = nullptr;
pg_atomic_uint64 *first_ticket = nullptr;
pg_atomic_uint32 *first_waiter = nullptr;

Size
entries_size()
{
	return MAXALIGN(mul_size(MaxConnections, sizeof(RegistryEntry)));
}

// As many as there are slots, filled up to whole blocks with slots that nobody has.
int
database_count()
{
	return (MaxConnections + count_block - 1) / count_block * count_block;
}

Size
databases_size()
{
	return MAXALIGN(mul_size(static_cast<Size>(database_count()), sizeof(Oid)));
}

Size
tickets_size()
{
	return MAXALIGN(mul_size(MaxConnections, sizeof(pg_atomic_uint64)));
}

Size
waiters_size()
{
	return MAXALIGN(mul_size(MaxBackends, sizeof(pg_atomic_uint32)));
}

Size
whole_size()
{
	Size size = MAXALIGN(sizeof(Registry));
	size = add_size(size, entries_size());
	size = add_size(size, databases_size());
	size = add_size(size, tickets_size());
	return add_size(size, waiters_size());
}

std::uint64_t
packed(Occupant occupant)
{
	return occupant.id << phase_bits | static_cast<std::uint64_t>(occupant.phase);
}

Occupant
unpacked(std::uint64_t value)
{
	return {value >> phase_bits, static_cast<Phase>(value & ((1 << phase_bits) - 1))};
}

void
clear(RegistryEntry &entry)
{
	pg_atomic_init_u64(&entry.occupant, packed({0, Phase::none}));
	for (pg_atomic_uint32 &own : entry.own_settings)
		pg_atomic_init_u32(&own, static_cast<std::uint32_t>(inherited));
	pg_atomic_init_u32(&entry.protections, 0);
	pg_atomic_init_u64(&entry.idle_since, 0);
	pg_atomic_init_u64(&entry.ahead, 0);
	pg_atomic_init_u64(&entry.ahead_seen_at, 0);
	pg_atomic_init_u32(&entry.signallers, 0);
	pg_atomic_init_u32(&entry.request_state, 0);
	pg_atomic_init_u32(&entry.declines, 0);
	pg_atomic_init_u32(&entry.has_seat, 0);
	pg_atomic_init_u64(&entry.waits_since, 0);
	pg_atomic_init_u32(&entry.termination_phase, 0);
	pg_atomic_init_u64(&entry.declined_at, static_cast<std::uint64_t>(long_ago));
}

void
clear(AdmissionState &state)
{
	pg_atomic_init_u32(&state.seats_taken, 0);
	pg_atomic_init_u32(&state.has_limits, 0);
	pg_atomic_init_u32(&state.waiting, 0);
	pg_atomic_init_u64(&state.last_ticket, 0);
	pg_atomic_init_u64(&state.closed_until, static_cast<std::uint64_t>(long_ago));
	pg_atomic_init_u64(&state.silent_until, static_cast<std::uint64_t>(long_ago));
	pg_atomic_init_u64(&state.unripe_until, static_cast<std::uint64_t>(long_ago));
	pg_atomic_init_u32(&state.next_failed, 0);
	for (FailedLogin &failed : state.failed_logins)
	{
		pg_atomic_init_u64(&failed.fingerprint, 0);
		pg_atomic_init_u64(&failed.until, static_cast<std::uint64_t>(long_ago));
	}
}

void
clear(Statistics &statistics)
{
	pg_atomic_init_u64(&statistics.since, static_cast<std::uint64_t>(GetCurrentTimestamp()));
	for (pg_atomic_uint64 &counter : statistics.counters)
		pg_atomic_init_u64(&counter, 0);
	for (pg_atomic_uint64 &bucket : statistics.waits)
		pg_atomic_init_u64(&bucket, 0);
	pg_atomic_init_u64(&statistics.longest_wait, 0);
}

} // namespace

void
request_memory()
{
	RequestAddinShmemSpace(whole_size());
}

void
lay_out()
{
	bool found = false;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	char *memory = static_cast<char *>(ShmemInitStruct(shared_name, whole_size(), &found));
	head = reinterpret_cast<Registry *>(memory);
	memory += MAXALIGN(sizeof(Registry));
	first_entry = reinterpret_cast<RegistryEntry *>(memory);
	memory += entries_size();
	first_database = reinterpret_cast<Oid *>(memory);
	memory += databases_size();
	first_ticket = reinterpret_cast<pg_atomic_uint64 *>(memory);
	memory += tickets_size();
	first_waiter = reinterpret_cast<pg_atomic_uint32 *>(memory);

	if (!found)
	{
		pg_atomic_init_u64(&head->last_id, 0);
		pg_atomic_init_u32(&head->worker.proc, no_proc);
		pg_atomic_init_u64(&head->worker.wakes_at, static_cast<std::uint64_t>(long_ago));
		pg_atomic_init_u64(&head->worker.headroom_rests_until,
						   static_cast<std::uint64_t>(long_ago));
		pg_atomic_init_u32(&head->worker.headroom_met, 1);
		clear(head->admission);
		clear(head->statistics);
		pg_atomic_init_u32(&head->attendant.takes_more, 0);
		pg_atomic_init_u32(&head->attendant.held, 0);
		for (RegistryEntry &entry : entries())
			clear(entry);
		std::fill_n(first_database, database_count(), InvalidOid);
		for (pg_atomic_uint64 &ticket : tickets())
			pg_atomic_init_u64(&ticket, 0);
		for (pg_atomic_uint32 &waiter : waiters())
			pg_atomic_init_u32(&waiter, 0);
	}
	LWLockRelease(AddinShmemInitLock);
}

bool
is_there()
{
	return head != nullptr;
}

Registry &
shared()
{
	return *head;
}

std::span<RegistryEntry>
entries()
{
	return {first_entry, static_cast<std::size_t>(MaxConnections)};
}

void
set_database(int slot, Oid database)
{
	*static_cast<volatile Oid *>(&first_database[slot]) = database;
}

// Plain reads, which the compiler can do many at a time: an aligned Oid is never seen half
// written, and a count is of one moment or the next anyway.
int
count_sessions(Oid database)
{
	int count = 0;

	pg_read_barrier();
	for (const Oid *slots = first_database; slots < first_database + database_count();
		 slots += count_block)
	{
		for (int i = 0; i < count_stride; i++)
			count += (slots[i] == database) + (slots[count_stride + i] == database) +
					 (slots[2 * count_stride + i] == database) +
					 (slots[3 * count_stride + i] == database);
	}
	return OidIsValid(database) ? count : database_count() - count;
}

std::span<pg_atomic_uint64>
tickets()
{
	return {first_ticket, static_cast<std::size_t>(MaxConnections)};
}

std::span<pg_atomic_uint32>
waiters()
{
	return {first_waiter, static_cast<std::size_t>(MaxBackends)};
}

Occupant
occupant(RegistryEntry &entry)
{
	const Occupant result = unpacked(pg_atomic_read_u64(&entry.occupant));
	pg_read_barrier();
	return result;
}

// The process that had the slot before may be about to say that it is gone.
void
occupy(RegistryEntry &entry, std::uint64_t id)
{
	std::uint64_t found = pg_atomic_read_u64(&entry.occupant);

	do
		Assert(may_follow(unpacked(found).phase, Phase::login));
	while (!compat::compare_exchange(entry.occupant, found, packed({id, Phase::login})));
}

bool
move(RegistryEntry &entry, Occupant from, Phase to)
{
	std::uint64_t expected = packed(from);

	Assert(may_follow(from.phase, to));
	return compat::compare_exchange(entry.occupant, expected, packed({from.id, to}));
}

} // namespace ai_cleanup::registry
