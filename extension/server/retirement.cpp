// Writes requests and sends signals, always with the registry's lock held shared: as long as
// it is, a session found live cannot leave, and its pid is its own.
#include "retirement.hpp"

#include <csignal>

#include "statistics.hpp"

namespace ai_cleanup::retirement
{

namespace
{

bool
is_live(RegistryEntry &entry, std::uint64_t session)
{
	return registry::occupant(entry) == Occupant{session, Phase::open};
}

// Takes the request for writing: if it is free, or if what is there has expired unseen (its
// session is stopped, perhaps).
bool
claim(RegistryEntry &entry)
{
	if (move_phase(entry.request_phase, RequestPhase::none, RequestPhase::writing))
		return true;
	return read_phase(entry.request_phase) == RequestPhase::published &&
		   entry.request.expires_at < GetCurrentTimestamp() &&
		   move_phase(entry.request_phase, RequestPhase::published, RequestPhase::writing);
}

// Who asks first is the one whom the journal names.
void
leave_word(RegistryEntry &entry, const Request &request)
{
	if (!move_phase(entry.termination_phase, RequestPhase::none, RequestPhase::writing))
		return;
	entry.termination = request;
	write_phase(entry.termination_phase, RequestPhase::published);
}

} // namespace

bool
ask(const Session &session, const Request &request, Asked &asked)
{
	RegistryEntry &entry = registry::entries()[session.slot];
	asked = {session.slot, session.id, 0};

	LWLockAcquire(registry::lock(), LW_SHARED);
	const bool live = is_live(entry, session.id);
	if (live && claim(entry))
	{
		entry.request = request;
		asked.number = pg_atomic_add_fetch_u32(&entry.asked, 1);
		write_phase(entry.request_phase, RequestPhase::published);
		kill(entry.pid, SIGUSR2);
	}
	else
	{
		// One that is still being written gets the next number.
		const bool writing = read_phase(entry.request_phase) == RequestPhase::writing;
		asked.number = pg_atomic_read_u32(&entry.asked) + (writing ? 1 : 0);
	}
	LWLockRelease(registry::lock());
	return live;
}

bool
terminate(const Session &session, const Request &request, Asked &asked)
{
	RegistryEntry &entry = registry::entries()[session.slot];
	asked = {session.slot, session.id, 0};

	LWLockAcquire(registry::lock(), LW_SHARED);
	const bool live = is_live(entry, session.id);
	if (live)
	{
		leave_word(entry, request);
		// Its whole process group, as pg_signal_backend in storage/ipc/signalfuncs.c.
#ifdef HAVE_SETSID
		kill(-entry.pid, SIGTERM);
#else
		kill(entry.pid, SIGTERM);
#endif
	}
	LWLockRelease(registry::lock());
	if (live)
		statistics::count(statistics::Counter::sessions_terminated);
	return live;
}

Outcome
outcome(const Asked &asked)
{
	RegistryEntry &entry = registry::entries()[asked.slot];
	const Occupant occupant = registry::occupant(entry);

	if (occupant.id != asked.session || occupant.phase == Phase::gone)
		return Outcome::ended;
	if (asked.number != 0 && pg_atomic_read_u32(&entry.answered) >= asked.number)
		return Outcome::declined;
	return Outcome::pending;
}

} // namespace ai_cleanup::retirement
