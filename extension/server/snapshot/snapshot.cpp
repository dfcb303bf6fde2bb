// Reads the registry, and PostgreSQL's own status entries in place: pg_stat_activity's copy
// of them would be made once in a transaction, and with all their texts.
#include "server/snapshot/snapshot.hpp"

#include "server/snapshot/protection.hpp"
#include "server/state/own_entry.hpp"
#include "server/state/registry.hpp"

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

// Calls `copy` on PostgreSQL's status entry until it was not written meanwhile, by the protocol of
// utils/backend_status.h. False if the entry never held still.
template <typename Copy>
bool
read_status_entry(int index, Copy copy)
{
	const volatile PgBackendStatus *entry = compat::status_array() + index;

	for (int i = 0; i < status_tries; i++)
	{
		int before_count = 0;
		int after_count = 0;

		pgstat_begin_read_activity(entry, before_count);
		copy(*entry);
		pgstat_end_read_activity(entry, after_count);
		if (pgstat_read_activity_complete(before_count, after_count))
			return true;
	}
	return false;
}

void
copy_status(const volatile PgBackendStatus &entry, Status &status)
{
	status.pid = entry.st_procpid;
	status.state = entry.st_state;
	status.state_since = entry.st_state_start_timestamp;
	status.transaction_since = entry.st_xact_start_timestamp;
}

void
copy_application(const volatile PgBackendStatus &entry, std::span<char, NAMEDATALEN> name)
{
	memcpy(name.data(), entry.st_appname, name.size());
	name.back() = '\0';
}

void
copy_details(const volatile PgBackendStatus &entry, Details &details)
{
	details.state = entry.st_state;
	// NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): copied whole, as PostgreSQL does
	details.client = const_cast<const PgBackendStatus &>(entry).st_clientaddr;
	copy_application(entry, details.application);
}

bool
read_status(int index, Status &status, Details *details)
{
	return read_status_entry(index, [&](const volatile PgBackendStatus &entry) {
		copy_status(entry, status);
		if (details != nullptr)
			copy_details(entry, *details);
	});
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
set_activity(Session &session, RegistryEntry &entry, Details *details)
{
	Status status;

	session.activity = Activity::busy;
	session.idle_since = never;
	if (!read_status(entry.status_index, status, details) || status.pid != session.pid)
		return;
	switch (status.state)
	{
	case STATE_IDLE:
		// Idle with a transaction: after a Describe that no Sync has followed yet.
		if (status.transaction_since != 0)
		{
			session.activity = Activity::in_transaction;
			break;
		}
		session.activity = Activity::idle;
		session.idle_since = status.state_since;
		break;
	case STATE_IDLEINTRANSACTION:
	case STATE_IDLEINTRANSACTION_ABORTED:
		session.activity = Activity::in_transaction;
		session.idle_since = status.state_since;
		break;
	case STATE_DISABLED:
		set_untracked_activity(session, entry);
		break;
	default:
		break;
	}
}

// Moments that lie in the future, since the clock was set back, are past all the same: of a
// decline the rest is over, and what was asked counts as expired.
void
forget_future(Session &session, Timestamp now)
{
	const Timestamp latest = after(now, clock_tolerance);

	if (session.declined_at > latest)
		session.declines = 0;
	if (session.asked_at > latest && !session.agreed)
		session.asked_at = session.asked_until = long_ago;
}

void
set_request(Session &session, RegistryEntry &entry)
{
	switch (request_state::read(entry.request_state).phase)
	{
	case RequestPhase::published:
		session.asked_at = entry.request.asked_at;
		session.asked_until = entry.request.expires_at;
		break;
	case RequestPhase::taken: // it will have answered in a moment
	case RequestPhase::granted:
		session.asked_at = entry.request.asked_at;
		session.asked_until = never;
		session.agreed = true;
		break;
	case RequestPhase::none:
	case RequestPhase::writing:
		break;
	}
}

bool
read_entry(std::uint32_t slot, Occupant occupant, Timestamp now, Session &session, Details *details)
{
	RegistryEntry &entry = registry::entries()[slot];

	session = Session{
		.id = occupant.id,
		.slot = slot,
		.database = entry.database,
		.role = entry.role,
		.pid = entry.pid,
		.activity = Activity::busy,
		.permission = Permission::granted,
		.own = &entry == own_entry::get(),
		.retirable = entry.retirable,
		.target = true,
		.opened_at = entry.opened_at,
		.idle_since = never,
		.asked_at = long_ago,
		.asked_until = long_ago,
		.declined_at = read_timestamp(entry.declined_at),
		.declines = pg_atomic_read_u32(&entry.declines),
		.idle_timeout_ms = own_setting(entry, OwnSetting::idle_timeout),
		.connection_budget = own_setting(entry, OwnSetting::connection_budget),
		.idle_in_transaction_timeout_ms =
			own_setting(entry, OwnSetting::idle_in_transaction_timeout),
		.idle_blocker_timeout_ms = own_setting(entry, OwnSetting::idle_blocker_timeout),
	};
	set_request(session, entry);
	forget_future(session, now);
	set_activity(session, entry, details);
	session.idle_since = counted_since(entry, session.idle_since, now);
	if (session.activity != Activity::busy)
		session.protections = protection::of(slot, session.pid, session.activity);
	pg_read_barrier();
	return registry::occupant(entry) == occupant;
}

} // namespace

// The words of pg_stat_get_activity in utils/adt/pgstatfuncs.c.
const char *
state_text(BackendState state)
{
	switch (state)
	{
	case STATE_IDLE:
		return "idle";
	case STATE_RUNNING:
		return "active";
	case STATE_IDLEINTRANSACTION:
		return "idle in transaction";
	case STATE_FASTPATH:
		return "fastpath function call";
	case STATE_IDLEINTRANSACTION_ABORTED:
		return "idle in transaction (aborted)";
	case STATE_DISABLED:
		return "disabled";
	default:
		return "";
	}
}

Duration
idle_age(const Session &session, Timestamp now)
{
	return session.idle_since == never ? -1 : std::max(Duration{0}, now - session.idle_since);
}

bool
read_application(const Session &session, std::span<char, NAMEDATALEN> name)
{
	int pid = 0;

	return read_status_entry(registry::entries()[session.slot].status_index,
							 [&](const volatile PgBackendStatus &entry) {
								 pid = entry.st_procpid;
								 copy_application(entry, name);
							 }) &&
		   pid == session.pid;
}

Snapshot
take_snapshot(With with)
{
	const std::size_t slots = registry::entries().size();
	auto *sessions = static_cast<Session *>(palloc(slots * sizeof(Session)));
	auto *details =
		with == With::facts ? nullptr : static_cast<Details *>(palloc0(slots * sizeof(Details)));
	const Timestamp now = GetCurrentTimestamp();
	std::size_t count = 0;
	std::size_t exiting = 0;

	for (std::uint32_t slot = 0; slot < slots; slot++)
	{
		const Occupant occupant = registry::occupant(registry::entries()[slot]);
		if (occupant.phase == Phase::exiting)
			exiting++;
		else if (occupant.phase == Phase::open &&
				 read_entry(slot, occupant, now, sessions[count],
							details == nullptr ? nullptr : details + count))
			count++;
	}
	return {{sessions, count}, {details, details == nullptr ? 0 : count}, exiting};
}

} // namespace ai_cleanup
