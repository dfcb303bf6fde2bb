// Writes requests and sends signals, always counted in as one of the session's signallers: as
// long as that holds, a session found live does not exit, and its pid is its own.
#include "server/requesters/retirement.hpp"

#include <csignal>

#include "server/state/statistics.hpp"

namespace ai_cleanup::retirement
{

namespace
{

bool
is_live(RegistryEntry &entry, std::uint64_t session)
{
	return registry::occupant(entry) == Occupant{session, Phase::open};
}

void
count_in(RegistryEntry &entry)
{
	pg_atomic_fetch_add_u32(&entry.signallers, 1); // a barrier as well
}

void
count_out(RegistryEntry &entry)
{
	pg_atomic_fetch_sub_u32(&entry.signallers, 1);
}

// May the request that is there be replaced? Unseen and expired, of a session that is stopped,
// perhaps; or made in what is the future again, since the clock was set back.
bool
is_stale(const Request &request)
{
	const Timestamp now = GetCurrentTimestamp();
	return request.expires_at < now || request.asked_at > after(now, clock_tolerance);
}

// Takes the request for writing, if it is free or stale. `state` says which is ours, or which is
// on its way.
bool
claim(RegistryEntry &entry, RequestState &state)
{
	for (;;)
	{
		const RequestState found = request_state::read(entry.request_state);
		const bool free = found.phase == RequestPhase::none ||
						  (found.phase == RequestPhase::published && is_stale(entry.request));
		state = free ? RequestState{found.number + 1, RequestPhase::writing} : found;
		if (!free)
			return false;
		if (request_state::move(entry.request_state, found, RequestPhase::writing))
			return true;
	}
}

// A session waits for its signallers for a while only, since one of them may be stopped: so it
// looks again right before it sends.
void
signal_if_live(RegistryEntry &entry, std::uint64_t session, int process, int signal)
{
	if (is_live(entry, session))
		kill(process, signal);
}

// The journal names the first asker.
void
name_asker(RegistryEntry &entry, const Request &request)
{
	pg_atomic_uint32 &phase = entry.termination_phase;

	if (!request_state::move_termination(phase, TerminationPhase::none, TerminationPhase::writing))
		return;
	entry.termination = request;
	request_state::move_termination(phase, TerminationPhase::writing, TerminationPhase::published);
}

} // namespace

bool
ask(const Session &session, const Request &request, Asked &asked)
{
	RegistryEntry &entry = registry::entries()[session.slot];
	asked = {session.slot, session.id, 0};

	count_in(entry);
	const bool live = is_live(entry, session.id);
	RequestState state{};
	if (live && claim(entry, state))
	{
		entry.request = request;
		request_state::move(entry.request_state, state, RequestPhase::published);
		signal_if_live(entry, session.id, entry.pid, SIGUSR2);
	}
	count_out(entry);
	asked.number = state.number;
	return live;
}

bool
terminate(const Session &session, const Request &request, Asked &asked)
{
	RegistryEntry &entry = registry::entries()[session.slot];
	asked = {session.slot, session.id, 0};

	count_in(entry);
	const bool live = is_live(entry, session.id);
	if (live)
	{
		name_asker(entry, request);
		// Its whole process group, as pg_signal_backend in storage/ipc/signalfuncs.c.
#ifdef HAVE_SETSID
		signal_if_live(entry, session.id, -entry.pid, SIGTERM);
#else
		signal_if_live(entry, session.id, entry.pid, SIGTERM);
#endif
	}
	count_out(entry);
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
	if (asked.number == 0)
		return Outcome::pending;
	const RequestState state = request_state::read(entry.request_state);
	const bool answered = state.number > asked.number ||
						  (state.number == asked.number && state.phase == RequestPhase::none);
	return answered ? Outcome::declined : Outcome::pending;
}

} // namespace ai_cleanup::retirement
