// The order of things in a login: this hook, then PostgreSQL's checks of the role's limit, of
// the reserved slots and of the database's limit. A login for which there is room passes without
// reading a catalog or taking a lock, as it would in PostgreSQL at this point.
#include "server/requesters/admission.hpp"

#include "bridge/stopwatch.hpp"
#include "core/time.hpp"
#include "server/requesters/newcomer.hpp"
#include "server/requesters/reserve.hpp"
#include "server/requesters/room.hpp"
#include "server/requesters/shortage.hpp"
#include "server/session/login.hpp"
#include "server/snapshot/scope.hpp"
#include "server/state/failed_logins.hpp"
#include "server/state/line.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/seats.hpp"
#include "server/state/settings.hpp"
#include "server/state/statistics.hpp"
#include "server/state/wait_events.hpp"
#include "server/state/waiters.hpp"

namespace ai_cleanup::admission
{

namespace
{

using line::Want;
using statistics::Counter;

// The wait ends early enough for the rest of the login to fit into authentication_timeout.
constexpr int authentication_share = 2; // half of it

// The process that ends a wait wakes the next newcomer. If it is stopped amid that, it does not.
// The further back in line, the more seldom a newcomer looks by itself: those ahead of it do.
constexpr Duration look_again = second;
constexpr int places_that_look = 10;

// A newcomer's wait, which is no longer if the clock is set back meanwhile.
struct Wait
{
	Duration longest;
	Stopwatch so_far;

	// When it began and when it is to end, by the clock as it is now.
	Timestamp
	began(Timestamp now) const
	{
		return before(now, so_far.elapsed());
	}
	Timestamp
	deadline(Timestamp now) const
	{
		return after(began(now), longest);
	}
};

Duration
longest_wait()
{
	const Duration authentication = AuthenticationTimeout * second / authentication_share;
	const Duration spent = std::max<Duration>(0, GetCurrentTimestamp() - MyStartTimestamp);

	return std::min(settings::admission_timeout * millisecond, authentication - spent);
}

AdmissionState &
admission_state()
{
	return registry::shared().admission;
}

// Takes a seat if there is one, by every limit, for this newcomer and all before it in line.
bool
take_seat(const Newcomer &newcomer, const Shortage &shortage)
{
	if (shortage.want() != Want::nothing || !seats::take(newcomer.slot_limit - shortage.before))
		return false;
	// Of two that took a seat at the same moment, at least one now sees the other.
	const bool too_many_of_role =
		newcomer.role_limit >= 0 && seats::taken_by_role(newcomer.role) > newcomer.role_limit;
	const bool too_many_in_database =
		newcomer.database_limit >= 0 &&
		seats::taken_in_database(newcomer.database) > newcomer.database_limit;
	if (!too_many_of_role && !too_many_in_database)
		return true;
	seats::give_back();
	return false;
}

// Until when this newcomer may wait in line, as things are; `now` if it may not. With
// ai_cleanup.max_sessions, as long as the slots beyond it suffice for all that wait; otherwise the
// superusers' reserve is all the room there is.
Timestamp
may_wait_until(const room::Prospect &prospect, Timestamp began, Timestamp now)
{
	if (!settings::has_line())
		return reserve::may_wait_until(prospect, began, now);
	const int room = MaxConnections - compat::reserved_slots();
	return seats::taken() + line::length() <= room ? never : now;
}

// Until the latch is set, or then. A client that hangs up meanwhile gives up its place.
void
wait_until(Timestamp now, Timestamp then)
{
	const int lost = WaitEventSetCanReportClosed() ? WL_SOCKET_CLOSED : 0;
	const int events = WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | lost;

	if ((WaitLatchOrSocket(MyLatch, events, MyProcPort->sock,
						   TimestampDifferenceMilliseconds(now, then), wait_events::admission) &
		 WL_SOCKET_CLOSED) != 0)
	{
		ClientConnectionLost = true;
		InterruptPending = true;
	}
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
}

// Those that are not ripe yet, and those that are yet to come, take that long; and what was set may
// have changed since.
void
note_too_few_ripe(Timestamp next, Timestamp now)
{
	const Duration least = std::min(look_again, settings::ripe_for_login * millisecond);

	write_timestamp(admission_state().unripe_until, std::min(next, after(now, least)));
}

// With a line its first newcomer asks sessions to end, for all of it, unless the one before it has
// just seen that too few are ripe. Without a line, each of the few that wait asks for itself.
room::Prospect
ask_if_first(const Newcomer &newcomer, const Shortage &shortage, Timestamp now)
{
	const bool for_slot = settings::has_line() && shortage.want() == Want::slot;
	const line::Scope scope{shortage.want(), newcomer.role, newcomer.database};
	pg_atomic_uint64 &unripe_until = admission_state().unripe_until;

	if (settings::has_line())
	{
		const int before = for_slot ? shortage.before : line::before_me(scope);
		if (before > 0)
			return {.next = after(now, look_again * std::max(1, before / places_that_look))};
	}
	if (for_slot && holds(unripe_until, look_again, now))
		return {.next = read_timestamp(unripe_until)};
	room::Prospect prospect =
		room::ask_sessions(newcomer, shortage_of, for_slot ? line::behind_me(scope) : 0);
	if (for_slot && prospect.too_few_ripe)
		note_too_few_ripe(prospect.next, now);
	prospect.next = std::min(prospect.next, after(now, look_again));
	return prospect;
}

// True as soon as it has a seat; false if there is none in time, or no room to wait for one.
bool
try_until_deadline(const Newcomer &newcomer, const Wait &wait, bool &waited)
{
	for (;;)
	{
		const Shortage shortage = shortage_of(newcomer);
		if (take_seat(newcomer, shortage))
			return true;
		const Timestamp now = GetCurrentTimestamp();
		// Lost to one that came at the same moment: it is looked for anew.
		const Want want = shortage.want() == Want::nothing ? Want::slot : shortage.want();
		line::change(want);
		const room::Prospect prospect = ask_if_first(newcomer, shortage, now);
		const Timestamp latest =
			std::min(wait.deadline(now), may_wait_until(prospect, wait.began(now), now));
		if (now >= latest)
			return false;
		waited = true;
		wait_until(now, std::min(latest, prospect.next));
	}
}

// Joins the line and waits in it. True if it has a seat in the end.
bool
wait_in_line(const Newcomer &newcomer)
{
	const Wait wait{.longest = longest_wait(), .so_far = {}};
	bool found = false;
	bool waited = false;

	if (!settings::has_line() && reserve::is_hopeless(GetCurrentTimestamp()))
	{
		statistics::count(Counter::logins_refused);
		return false;
	}
	scope::reload();
	line::join(Want::slot);
	PG_ENSURE_ERROR_CLEANUP(line::leave_on_exit, Datum{0});
	{
		found = try_until_deadline(newcomer, wait, waited);
	}
	PG_END_ENSURE_ERROR_CLEANUP(line::leave_on_exit, Datum{0});
	line::leave();

	if (waited)
		statistics::count_wait(wait.so_far.elapsed());
	if (!found)
		statistics::count(Counter::logins_refused);
	return found;
}

// Without max_sessions PostgreSQL's own checks say why. They know nothing of it.
void
refuse_beyond_max_sessions(const Newcomer &newcomer)
{
	if (!settings::has_line() || shortage_of(newcomer).want() != Want::slot)
		return;
	ereport(
		FATAL,
		(errcode(ERRCODE_TOO_MANY_CONNECTIONS), errmsg("sorry, too many clients already"),
		 errdetail("ai_cleanup.max_sessions is %d, and there was no room for this session within "
				   "ai_cleanup.admission_timeout, or none to wait in.",
				   settings::max_sessions)));
}

// What it would take for a slot to be free behind one that has the last.
Shortage
behind_superuser(const Newcomer &)
{
	return {.slots = reserve::has_free_slot() ? 0 : 1};
}

// A superuser is let in at once. Only where it takes the very last slot of the server, so that
// no login could follow it, it waits for an idle session that is ripe, or will be in time.
void
wait_with_last_slot(const Newcomer &newcomer)
{
	const Wait wait{.longest = longest_wait(), .so_far = {}};
	bool waited = false;

	if (settings::effective_headroom() == 0 || reserve::has_free_slot())
		return;
	reserve::close();
	scope::reload();
	waiters::while_subscribed([&] {
		while (wait.so_far.elapsed() < wait.longest && !reserve::has_free_slot())
		{
			const room::Prospect prospect = room::ask_sessions(newcomer, behind_superuser, 0);
			const Timestamp now = GetCurrentTimestamp();
			const Timestamp deadline = wait.deadline(now);
			if (!prospect.on_its_way && prospect.ripe_at > deadline)
				break;
			waited = true;
			wait_until(now, std::min({deadline, prospect.next, after(now, look_again)}));
		}
	});
	if (waited)
		statistics::count_wait(wait.so_far.elapsed());
}

} // namespace

void
admit(Port &port)
{
	Newcomer newcomer{};

	if (!settings::enabled)
		return;
	failed_logins::recognise(port);
	if (!seats::may_be_limited() && line::length() == 0 &&
		seats::take(settings::slot_limit(compat::reserved_slots())))
	{
		login::pass_reserve();
		return;
	}
	if (!look_up(port, newcomer))
		return;
	own_entry::announce_login(newcomer.role, newcomer.database);
	if (newcomer.superuser)
	{
		seats::take_anyway();
		wait_with_last_slot(newcomer);
		return;
	}

	const bool has_slot = seats::taken() < settings::slot_limit(compat::reserved_slots());
	if (line::length() > 0 || !take_seat(newcomer, shortage_of(newcomer)))
	{
		if (!wait_in_line(newcomer))
		{
			refuse_beyond_max_sessions(newcomer);
			return;
		}
		login::let_in(settings::has_line() && !has_slot ? Counter::logins_served
														: Counter::logins_rescued);
	}
	login::pass_reserve();
}

} // namespace ai_cleanup::admission
