// Reads the registry, and PostgreSQL's own status entries in place: pg_stat_activity's copy
// of them would be made once in a transaction, and with all their texts.
#include "snapshot.hpp"

#include "own_session.hpp"
#include "registry.hpp"

namespace ai_cleanup
{

namespace
{

struct Status
{
	int pid;
	BackendState state;
	Timestamp state_since;
	Timestamp transaction_since; // 0 without a transaction
};

// A writer holds an entry for some instructions only, unless it was stopped amid them.
constexpr int status_tries = 1000;

// By the protocol of utils/backend_status.h. False if the entry never held still.
bool
read_status(int index, Status &status)
{
	const volatile PgBackendStatus *entry = compat::status_array() + index;

	for (int i = 0; i < status_tries; i++)
	{
		int before_count = 0;
		int after_count = 0;

		pgstat_begin_read_activity(entry, before_count);
		status.pid = entry->st_procpid;
		status.state = entry->st_state;
		status.state_since = entry->st_state_start_timestamp;
		status.transaction_since = entry->st_xact_start_timestamp;
		pgstat_end_read_activity(entry, after_count);
		if (pgstat_read_activity_complete(before_count, after_count))
			return true;
	}
	return false;
}

// With track_activities off, a session's transaction and its last end are all that shows.
void
set_untracked_activity(Session &session, RegistryEntry &entry)
{
	const bool in_transaction = compat::has_transaction(session.slot);
	session.activity = in_transaction ? Activity::in_transaction : Activity::idle;
	session.idle_since = read_timestamp(entry.idle_since);
}

void
set_activity(Session &session, RegistryEntry &entry)
{
	Status status;

	session.activity = Activity::busy;
	session.idle_since = never;
	if (!read_status(entry.status_index, status) || status.pid != session.pid)
		return;
	switch (status.state)
	{
	case STATE_IDLE:
		// Idle with a transaction: after a Describe that no Sync has followed yet.
		session.activity =
			status.transaction_since == 0 ? Activity::idle : Activity::in_transaction;
		session.idle_since = status.state_since;
		break;
	case STATE_IDLEINTRANSACTION:
	case STATE_IDLEINTRANSACTION_ABORTED:
		session.activity = Activity::in_transaction;
		break;
	case STATE_DISABLED:
		set_untracked_activity(session, entry);
		break;
	default:
		break;
	}
}

Timestamp
asked_until(RegistryEntry &entry)
{
	const RequestPhase phase = request_phase(entry);

	pg_read_barrier();
	if (phase == RequestPhase::none)
		return long_ago;
	// Agreed, and on its way out: nothing is left to ask.
	return phase == RequestPhase::taken ? never : entry.request.expires_at;
}

bool
read_entry(std::uint32_t slot, Session &session)
{
	RegistryEntry &entry = registry::entries()[slot];
	const Occupant occupant = registry::occupant(entry);

	if (occupant.phase != Phase::open)
		return false;
	session = Session{
		.id = occupant.id,
		.slot = slot,
		.database = pg_atomic_read_u32(&registry::databases()[slot]),
		.role = entry.role,
		.pid = entry.pid,
		.activity = Activity::busy,
		.permission = Permission::granted,
		.own = &entry == own_session::entry(),
		.retirable = entry.retirable,
		.target = true,
		.idle_since = never,
		.asked_until = asked_until(entry),
		.declined_at = read_timestamp(entry.declined_at),
		.idle_timeout_ms = static_cast<std::int32_t>(pg_atomic_read_u32(&entry.idle_timeout_ms)),
	};
	set_activity(session, entry);
	return registry::occupant(entry) == occupant;
}

} // namespace

std::span<Session>
take_snapshot()
{
	const std::size_t slots = registry::entries().size();
	auto *sessions = static_cast<Session *>(palloc(slots * sizeof(Session)));
	std::size_t count = 0;

	for (std::uint32_t slot = 0; slot < slots; slot++)
	{
		if (read_entry(slot, sessions[count]))
			count++;
	}
	return {sessions, count};
}

} // namespace ai_cleanup
