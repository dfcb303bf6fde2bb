// A ring. Each place has a sequence number: odd while it is written, and otherwise twice the
// number of the ending that is in it. Readers look at it before and after.
#include "server/state/journal.hpp"

#include "server/state/settings.hpp"

namespace ai_cleanup::journal
{

namespace
{

constexpr const char *shared_name = "ai_cleanup journal";

struct Place
{
	pg_atomic_uint64 sequence;
	Ending ending;
};

struct Ring
{
	pg_atomic_uint64 last; // number of the last ending; they count from 1
};

Ring *ring = nullptr;
Place *first_place = nullptr;

Size
whole_size()
{
	const auto places = static_cast<Size>(settings::journal_size);
	return add_size(MAXALIGN(sizeof(Ring)), mul_size(places, sizeof(Place)));
}

Place &
place_of(std::uint64_t number)
{
	return first_place[(number - 1) % capacity()];
}

bool
copy_out(std::uint64_t number, Ending &ending)
{
	Place &place = place_of(number);

	if (pg_atomic_read_u64(&place.sequence) != 2 * number)
		return false;
	pg_read_barrier();
	ending = place.ending;
	pg_read_barrier();
	return pg_atomic_read_u64(&place.sequence) == 2 * number;
}

} // namespace

void
request_memory()
{
	RequestAddinShmemSpace(whole_size());
}

bool
lay_out()
{
	bool found = false;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	char *memory = static_cast<char *>(ShmemInitStruct(shared_name, whole_size(), &found));
	ring = reinterpret_cast<Ring *>(memory);
	first_place = reinterpret_cast<Place *>(memory + MAXALIGN(sizeof(Ring)));
	if (!found)
	{
		pg_atomic_init_u64(&ring->last, 0);
		for (std::size_t i = 0; i < capacity(); i++)
			pg_atomic_init_u64(&first_place[i].sequence, 0);
	}
	LWLockRelease(AddinShmemInitLock);
	return !found;
}

void
note(const Ending &ending)
{
	if (capacity() == 0)
		return;
	const std::uint64_t number = pg_atomic_add_fetch_u64(&ring->last, 1);
	Place &place = place_of(number);
	std::uint64_t sequence = pg_atomic_read_u64(&place.sequence);

	// A process was stopped while writing here, and the ring has been round since: one of the
	// two is not written down.
	if (sequence % 2 != 0 || sequence > 2 * number ||
		!compat::compare_exchange(place.sequence, sequence, 2 * number - 1))
		return;
	place.ending = ending;
	pg_write_barrier();
	pg_atomic_write_u64(&place.sequence, 2 * number);
}

std::size_t
capacity()
{
	return static_cast<std::size_t>(settings::journal_size);
}

std::size_t
read(std::span<Ending> endings)
{
	const std::uint64_t last = pg_atomic_read_u64(&ring->last);
	const std::uint64_t first = last > capacity() ? last - capacity() + 1 : 1;
	std::size_t count = 0;

	for (std::uint64_t number = first; number <= last; number++)
		count += copy_out(number, endings[count]) ? 1 : 0;
	return count;
}

} // namespace ai_cleanup::journal
