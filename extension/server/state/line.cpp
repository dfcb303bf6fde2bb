// A place in line is one number in shared memory, by session slot: the ticket, which counts up, and
// in its last bits what its owner waits for. Finding the first means looking at all of them, which
// are close together: some microseconds for thousands.
#include "server/state/line.hpp"

#include "server/state/own_entry.hpp"

namespace ai_cleanup::line
{

namespace
{

constexpr int want_bits = 2;

std::uint64_t my_number = 0; // 0: in no line

AdmissionState &
admission_state()
{
	return registry::shared().admission;
}

pg_atomic_uint64 &
my_place()
{
	return registry::tickets()[static_cast<std::size_t>(compat::my_proc_index())];
}

// The only way from one to another.
void
move(Want to)
{
	Assert((my_number == 0) == (to == Want::nothing));
	pg_atomic_write_u64(&my_place(), my_number << want_bits | static_cast<std::uint64_t>(to));
	pg_memory_barrier(); // before this newcomer looks for room
}

bool
is_in(Ticket ticket, std::uint32_t slot, Scope scope)
{
	const RegistryEntry &entry = registry::entries()[slot];

	if (ticket.want != scope.want)
		return false;
	return scope.want == Want::role       ? entry.role == scope.role
		   : scope.want == Want::database ? entry.database == scope.database
										  : true;
}

template <typename Visit>
void
visit_all(Visit visit)
{
	const auto slots = static_cast<std::uint32_t>(registry::tickets().size());

	if (length() == 0)
		return;
	for (std::uint32_t slot = 0; slot < slots; slot++)
	{
		if (const Ticket ticket = ticket_of(slot); ticket.want != Want::nothing)
			visit(ticket, slot);
	}
}

void
wake(std::uint32_t slot)
{
	SetLatch(&GetPGProcByNumber(slot)->procLatch);
}

// The first of one line, while all of them are looked at.
struct First
{
	Scope scope;
	std::uint64_t number = UINT64_MAX;
	std::uint32_t slot = 0;

	void
	consider(Ticket ticket, std::uint32_t other)
	{
		if (ticket.number < number && is_in(ticket, other, scope))
		{
			number = ticket.number;
			slot = other;
		}
	}
};

template <typename Counts>
int
count(Scope scope, Counts counts)
{
	int result = 0;

	visit_all([&](Ticket ticket, std::uint32_t slot) {
		result += counts(ticket.number) && is_in(ticket, slot, scope);
	});
	return result;
}

} // namespace

Ticket
ticket_of(std::uint32_t slot)
{
	const std::uint64_t value = pg_atomic_read_u64(&registry::tickets()[slot]);
	return {static_cast<Want>(value & ((1U << want_bits) - 1)), value >> want_bits};
}

void
join(Want want)
{
	my_number = pg_atomic_add_fetch_u64(&admission_state().last_ticket, 1);
	write_timestamp(own_entry::get()->waits_since, GetCurrentTimestamp());
	pg_atomic_fetch_add_u32(&admission_state().waiting, 1);
	move(want);
}

void
change(Want want)
{
	const auto slot = static_cast<std::uint32_t>(compat::my_proc_index());
	const Want before = ticket_of(slot).want;

	if (before == want)
		return;
	move(want);
	const RegistryEntry &entry = *own_entry::get();
	wake_first(entry.role, entry.database, true);
}

void
leave()
{
	if (my_number == 0)
		return;
	my_number = 0;
	move(Want::nothing);
	pg_atomic_fetch_sub_u32(&admission_state().waiting, 1);
	pg_memory_barrier();
	if (const RegistryEntry *entry = own_entry::get(); entry != nullptr)
		wake_first(entry->role, entry->database, true);
}

void
leave_on_exit(int, Datum)
{
	leave();
}

int
before_me(Scope scope)
{
	return count(scope, [](std::uint64_t number) { return my_number == 0 || number < my_number; });
}

int
behind_me(Scope scope)
{
	return count(scope, [](std::uint64_t number) { return my_number != 0 && number > my_number; });
}

bool
is_first_of_all()
{
	bool first = true;

	visit_all([&](Ticket ticket, std::uint32_t) { first &= ticket.number >= my_number; });
	return first;
}

int
length()
{
	return static_cast<int>(pg_atomic_read_u32(&admission_state().waiting));
}

void
wake_first(Oid role, Oid database, bool slot_is_free)
{
	std::array<First, 3> lines{First{.scope = {Want::slot, InvalidOid, InvalidOid}},
							   First{.scope = {Want::role, role, InvalidOid}},
							   First{.scope = {Want::database, InvalidOid, database}}};

	visit_all([&](Ticket ticket, std::uint32_t slot) {
		for (First &line : lines)
			line.consider(ticket, slot);
	});
	for (const First &line : lines)
	{
		if (line.number != UINT64_MAX && (slot_is_free || line.scope.want != Want::slot))
			wake(line.slot);
	}
}

void
wake_all()
{
	visit_all([](Ticket, std::uint32_t slot) { wake(slot); });
}

} // namespace ai_cleanup::line
