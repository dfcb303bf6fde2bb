// The order of things in a login: this hook, then PostgreSQL's checks of the role's limit, of
// the reserved slots and of the database's limit. All newcomers measure the same levels, so
// they share one another's requests: what is asked for one helps all.
#include "admission.hpp"

#include "bridge/guard.hpp"
#include "core/victims.hpp"
#include "newcomer.hpp"
#include "own_session.hpp"
#include "registry.hpp"
#include "retirement.hpp"
#include "scope.hpp"
#include "settings.hpp"
#include "shortage.hpp"
#include "snapshot.hpp"
#include "statistics.hpp"
#include "wait_events.hpp"
#include "waiters.hpp"
#include "worker.hpp"

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
constexpr Duration crowded_grace = 100 * millisecond;
constexpr Duration closed_time = 10 * second;

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

// One look at who could make way.
struct Look
{
	std::span<Session> sessions;
	std::span<std::uint32_t> among;
	Limits limits;
	Timestamp now;
};

Look
look_around()
{
	const std::span<Session> sessions = take_snapshot().sessions;

	scope::mark(sessions);
	return {.sessions = sessions,
			.among = {static_cast<std::uint32_t *>(palloc(sessions.size() * sizeof(std::uint32_t))),
					  sessions.size()},
			.limits = settings::limits(),
			.now = GetCurrentTimestamp()};
}

void
ask_one(Session &session, const Newcomer &newcomer, Timestamp now)
{
	const Request request{.idle_before = session.idle_since,
						  .asked_at = now,
						  .expires_at = after(now, retirement::least_request_life),
						  .limit = 0,
						  .limit_origin = Origin::unknown,
						  .reason = Reason::admission,
						  .protect = settings::protect,
						  .asker_pid = MyProcPid,
						  .asker_proc = compat::my_proc_index(),
						  .asker_role = newcomer.name};
	retirement::Asked asked;

	retirement::ask(session, request, asked);
	// It is on its way for the checks that follow, too.
	session.asked_at = now;
	session.asked_until = request.expires_at;
}

// How many newcomers in scope wait as I do, and came later. Where not all can be let in, the
// youngest are turned away, and make way by that.
template <typename InScope>
int
younger_who_wait(InScope in_scope)
{
	int younger = 0;

	for (RegistryEntry &entry : registry::entries())
	{
		const Occupant occupant = registry::occupant(entry);
		younger += occupant.phase == Phase::login && occupant.id > own_session::id() &&
				   pg_atomic_read_u32(&entry.waits_for_room) != 0 && in_scope(entry);
	}
	return younger;
}

// Asks as many of the sessions in scope as it takes; nobody, if even that would be of no use.
// True if there is hope.
template <typename InScope>
bool
make_go(const Newcomer &newcomer, const Look &look, Lack lack, InScope in_scope)
{
	const int need = lack.total - lack.leaving;
	std::size_t count = 0;

	if (need <= 0)
		return true;
	for (std::uint32_t i = 0; i < look.sessions.size(); i++)
	{
		if (in_scope(look.sessions[i]))
			look.among[count++] = i;
	}
	const Victims victims = guarded([&] {
		return choose_victims(look.sessions, look.limits, look.now,
							  {.sessions = static_cast<std::size_t>(need),
							   .urgency = Urgency::login_waits,
							   .takes_exempt = look.limits.evict_exempt},
							  look.among.first(count));
	});
	const int going = static_cast<int>(victims.chosen + victims.on_the_way);
	if (going + younger_who_wait(in_scope) < need)
		return false;
	for (const std::uint32_t i : look.among.first(victims.chosen))
		ask_one(look.sessions[i], newcomer, look.now);
	return true;
}

// True if room is on its way; false if nobody can make any: all are busy, or spared.
bool
make_room(const Newcomer &newcomer, const Shortage &shortage)
{
	const Look look = look_around();

	// The narrow needs first: who makes way for them makes way for the wide one as well.
	const bool hope = make_go(newcomer, look, shortage.role,
							  [&](const auto &who) { return who.role == newcomer.role; }) &&
					  make_go(newcomer, look, shortage.database,
							  [&](const auto &who) { return who.database == newcomer.database; }) &&
					  make_go(newcomer, look, shortage.slots, [](const auto &) { return true; });

	pfree(look.among.data());
	pfree(look.sessions.data());
	return hope;
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
leave_desk(int, Datum)
{
	std::uint32_t mine = me();

	pg_atomic_compare_exchange_u32(&desk().waiting, &mine, no_proc);
}

// True as soon as there is room; false if none can be made, or not in time. With no slot left
// behind it, a newcomer is in the way of superusers: then it waits for a moment only. A superuser
// is not, for it keeps its slot in any case; nor does it wait for a busy session.
bool
wait_for_room(const Newcomer &newcomer, Timestamp start, Timestamp deadline, bool &waited)
{
	const Timestamp grace = std::min(deadline, after(start, crowded_grace));

	for (;;)
	{
		const Shortage shortage = measure(newcomer);
		if (shortage.none())
			return true;
		const Timestamp now = GetCurrentTimestamp();
		const bool in_the_way = !newcomer.superuser && !compat::has_free_slots(free_behind_waiter);
		if (now >= (in_the_way ? grace : deadline) ||
			(!make_room(newcomer, shortage) && (newcomer.superuser || !may_wait_for_busy())))
			return false;

		waited = true;
		WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
				  TimestampDifferenceMilliseconds(now, std::min(deadline, after(now, look_again))),
				  wait_events::admission);
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
	const Duration longest =
		std::min(settings::admission_timeout * millisecond, authentication_left);
	bool found = false;
	bool waited = false;

	scope::reload();
	own_session::wait_for_room(true);
	PG_ENSURE_ERROR_CLEANUP(leave_desk, Datum{0});
	{
		waiters::joined(
			[&] { found = wait_for_room(newcomer, start, after(start, longest), waited); });
	}
	PG_END_ENSURE_ERROR_CLEANUP(leave_desk, Datum{0});
	leave_desk(0, 0);
	own_session::wait_for_room(false);

	if (waited)
		statistics::count_wait(GetCurrentTimestamp() - start);
	if (!newcomer.superuser)
		statistics::count(found ? Counter::logins_rescued : Counter::logins_refused);
	return found;
}

// There is room, or it is made.
bool
has_room(const Newcomer &newcomer)
{
	const bool room =
		measure(newcomer).none() ||
		(compat::may_connect(newcomer.database, newcomer.role) && find_room(newcomer));

	compat::forget_memberships();
	return room;
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
	// Nothing but headroom makes room for superusers, so the worker hears of it early.
	if (newcomer.superuser && !compat::has_free_slots(settings::effective_headroom()))
		worker::wake();
	if (!has_room(newcomer) || newcomer.superuser)
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
