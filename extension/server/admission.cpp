// The order of things in a login: this hook, then PostgreSQL's checks of the role's limit, of
// the reserved slots and of the database's limit. A newcomer holds a slot already while it is
// here, so all three are questions of level, the same for everybody who waits: are at least
// so many slots free, has the role at most so many sessions, counting those who log in? Hence
// newcomers share one another's requests: what is asked for one helps all.
#include "admission.hpp"

#include "bridge/guard.hpp"
#include "core/victims.hpp"
#include "newcomer.hpp"
#include "own_session.hpp"
#include "registry.hpp"
#include "retirement.hpp"
#include "settings.hpp"
#include "snapshot.hpp"
#include "statistics.hpp"
#include "targets.hpp"
#include "waiters.hpp"

namespace ai_cleanup::admission
{

namespace
{

using statistics::Counter;

// The wait ends early enough for the rest of the login to fit into authentication_timeout.
constexpr int authentication_share = 2; // half of it

// A session that ends wakes those who wait; one that falls idle, or that is stopped and gives
// no answer, does not, so they look again after this.
constexpr Duration look_again = 10 * millisecond;

// Behind whoever waits for a busy session, this many slots stay free for superusers and for
// those who only come and are refused. When more of them come, nobody waits for a while.
constexpr int free_behind_waiter = 1;
constexpr Duration closed_time = 10 * second;

// How many sessions have to go, for each of PostgreSQL's checks to pass.
struct Shortage
{
	int slots = 0;
	int role = 0;
	int database = 0;

	bool
	none() const
	{
		return slots <= 0 && role <= 0 && database <= 0;
	}
};

compat::Reserve saved_reserve;
bool reserve_is_passed = false;

AdmissionDesk &
desk()
{
	return registry::shared().admission;
}

std::uint32_t
me()
{
	return static_cast<std::uint32_t>(compat::my_proc_index());
}

// All that are in, log in, or are on their way out and still counted: the level that
// PostgreSQL's checks will see, and those who come to them at the same time.
int
count_of_role(Oid role)
{
	int count = 0;
	for (RegistryEntry &entry : registry::entries())
	{
		const Phase phase = registry::occupant(entry).phase;
		count += phase >= Phase::login && phase <= Phase::leaving && entry.role == role;
	}
	return count;
}

int
count_of_database(Oid database)
{
	int count = 0;
	for (RegistryEntry &entry : registry::entries())
	{
		const Phase phase = registry::occupant(entry).phase;
		count += phase >= Phase::login && phase <= Phase::leaving && entry.database == database;
	}
	return count;
}

// A superuser passes all three checks.
Shortage
measure(const Newcomer &newcomer)
{
	Shortage shortage;

	if (newcomer.superuser)
		return shortage;
	const int reserved = compat::reserved_slots(newcomer.role);
	shortage.slots = reserved - compat::free_slots(reserved);
	if (newcomer.role_limit >= 0)
		shortage.role = count_of_role(newcomer.role) - newcomer.role_limit;
	if (newcomer.database_limit >= 0)
		shortage.database = count_of_database(newcomer.database) - newcomer.database_limit;
	return shortage;
}

struct Room
{
	Snapshot snapshot;
	Limits limits;
	Timestamp now;
	Timestamp deadline;
	std::span<std::uint32_t> among;
};

// Asks as many of the sessions in scope as it takes. How many are on their way then.
template <typename InScope>
std::size_t
ask(const Room &room, int need, InScope in_scope)
{
	const std::span<Session> sessions = room.snapshot.sessions;
	std::size_t count = 0;

	if (need <= 0)
		return 0;
	for (std::uint32_t i = 0; i < sessions.size(); i++)
	{
		if (in_scope(sessions[i]))
			room.among[count++] = i;
	}
	const Victims victims = guarded([&] {
		return choose_victims(sessions, room.limits, room.now, Urgency::login_waits,
							  static_cast<std::size_t>(need), room.among.first(count));
	});
	for (const std::uint32_t i : room.among.first(victims.chosen))
	{
		Session &session = sessions[i];
		const Request request{.idle_before = session.idle_since,
							  .asked_at = room.now,
							  .expires_at = room.deadline,
							  .limit = 0,
							  .reason = Reason::admission,
							  .asker_pid = MyProcPid,
							  .asker_proc = compat::my_proc_index(),
							  .asker_role = {}};
		retirement::Asked asked;
		retirement::ask(session, request, asked);
		// On its way for the checks that follow, too.
		session.asked_at = room.now;
		session.asked_until = room.deadline;
	}
	return victims.chosen + victims.on_the_way;
}

// False if nobody can make way: all are busy, or spared.
bool
make_room(const Newcomer &newcomer, const Shortage &shortage, Timestamp deadline)
{
	const Snapshot snapshot = take_snapshot();
	const std::size_t count = snapshot.sessions.size();
	const Room room{
		.snapshot = snapshot,
		.limits = {settings::enabled, settings::idle_timeout, settings::connection_budget,
				   settings::effective_headroom()},
		.now = GetCurrentTimestamp(),
		.deadline = deadline,
		.among = {static_cast<std::uint32_t *>(palloc(count * sizeof(std::uint32_t))), count}};

	for (Session &session : snapshot.sessions)
	{
		const RegistryEntry &entry = registry::entries()[session.slot];
		session.target = targets::contain(NameStr(entry.database_name));
	}

	// The narrow needs first: who makes way for them makes way for the wide one as well.
	std::size_t coming = snapshot.leaving;
	coming += ask(room, shortage.role,
				  [&](const Session &session) { return session.role == newcomer.role; });
	coming += ask(room, shortage.database,
				  [&](const Session &session) { return session.database == newcomer.database; });
	coming += ask(room, shortage.slots - static_cast<int>(snapshot.leaving),
				  [](const Session &) { return true; });

	pfree(room.among.data());
	pfree(snapshot.sessions.data());
	return coming > 0;
}

// With all sessions busy, one newcomer on the server may wait for one of them to end.
bool
may_wait_for_busy()
{
	std::uint32_t nobody = no_proc;

	if (!compat::has_free_slots(free_behind_waiter) ||
		GetCurrentTimestamp() < read_timestamp(desk().closed_until))
		return false;
	return pg_atomic_read_u32(&desk().waiting) == me() ||
		   pg_atomic_compare_exchange_u32(&desk().waiting, &nobody, me());
}

// Whoever comes by and finds that a waiter leaves too little behind it sends it on.
void
relieve_waiter()
{
	const std::uint32_t waiting = pg_atomic_read_u32(&desk().waiting);

	if (waiting == no_proc || waiting == me() || compat::has_free_slots(free_behind_waiter))
		return;
	write_timestamp(desk().closed_until, after(GetCurrentTimestamp(), closed_time));
	SetLatch(&GetPGProcByNumber(waiting)->procLatch);
}

void
leave_desk()
{
	std::uint32_t mine = me();

	waiters::leave();
	pg_atomic_compare_exchange_u32(&desk().waiting, &mine, no_proc);
}

void
leave_desk_on_exit(int, Datum)
{
	leave_desk();
}

// True as soon as there is room; false if none can be made, or not in time.
bool
wait_for_room(const Newcomer &newcomer, Timestamp deadline, volatile bool &waited)
{
	const std::uint32_t wait_event = compat::wait_event("AiCleanupAdmission");

	for (;;)
	{
		const Shortage shortage = measure(newcomer);
		if (shortage.none())
			return true;
		const Timestamp now = GetCurrentTimestamp();
		if (now >= deadline || (!make_room(newcomer, shortage, deadline) && !may_wait_for_busy()))
			return false;

		const Timestamp until = std::min(deadline, after(now, look_again));
		waited = true;
		WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
				  TimestampDifferenceMilliseconds(now, until), wait_event);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

bool
find_room(const Newcomer &newcomer)
{
	const Timestamp start = GetCurrentTimestamp();
	const Duration authentication_left =
		after(MyStartTimestamp, AuthenticationTimeout * second / authentication_share) - start;
	const Timestamp deadline =
		after(start, std::min(settings::admission_timeout * millisecond, authentication_left));
	volatile bool found = false;
	volatile bool waited = false;

	targets::reload();
	waiters::join();
	PG_ENSURE_ERROR_CLEANUP(leave_desk_on_exit, 0);
	{
		found = wait_for_room(newcomer, deadline, waited);
	}
	PG_END_ENSURE_ERROR_CLEANUP(leave_desk_on_exit, 0);
	leave_desk();

	if (waited)
		statistics::count_wait(GetCurrentTimestamp() - start);
	statistics::count(found ? Counter::logins_rescued : Counter::logins_refused);
	return found;
}

} // namespace

void
admit(Port &port)
{
	Newcomer newcomer{};

	if (!settings::enabled || !look_up(port, newcomer))
		return;
	own_session::announce_login(newcomer.role, newcomer.database);
	relieve_waiter();
	if (newcomer.superuser)
		return;
	if (!measure(newcomer).none() &&
		!(compat::may_connect(newcomer.database, newcomer.role) && find_room(newcomer)))
		return;

	// PostgreSQL's check for the reserved slots would pass now. Between now and then others
	// may take slots, and it would turn away one for whom there is room: whoever of them is
	// one too many finds that out here. So it counts as made, for this process alone.
	saved_reserve = compat::pass_reserve();
	reserve_is_passed = true;
}

void
done()
{
	if (!reserve_is_passed)
		return;
	compat::restore_reserve(saved_reserve);
	reserve_is_passed = false;
}

} // namespace ai_cleanup::admission
