// The session registry: one entry for each session slot, in shared memory.
//
// Which process writes what: an entry's owner (own_entry.cpp) writes all of it but the request,
// which an asker (requesters/retirement.cpp) writes and the owner's signal handler
// (session/signal_handler.cpp) takes. Readers take no lock: they read `occupant` before and after,
// and use what they read only if it is still the same. A process that is about to send a session a
// signal counts itself in before it looks whether the entry is live, and out after it; a session
// that exits waits for those it finds counted, so that no signal reaches a recycled pid.
#pragma once

#include "bridge/prelude.hpp"
#include "core/protection.hpp"
#include "core/time.hpp"
#include "server/state/own_setting.hpp"
#include "server/state/phase.hpp"
#include "server/state/request.hpp"

namespace ai_cleanup
{

struct RegistryEntry
{
	pg_atomic_uint64 occupant; // Occupant

	// Written before `open`, unchanged until the next occupant.
	int pid;
	int status_index; // in PostgreSQL's backend status array
	Oid role;         // of a newcomer too, and its database: a login that cannot
	Oid database;     // succeed leaves them 0
	Timestamp opened_at;
	bool retirable;
	NameData database_name; // a database in use cannot be renamed
	NameData role_name;     // as it logged in

	pg_atomic_uint32 has_seat;    // 1: it counts as one of the server's sessions
	pg_atomic_uint64 waits_since; // Timestamp: when a newcomer took its place in line

	// By OwnSetting, std::int32_t: its own value, or `inherited`.
	std::array<pg_atomic_uint32, own_setting_count> own_settings;
	pg_atomic_uint32 protections; // Protections: those that only the session itself can see
	pg_atomic_uint64 idle_since;  // Timestamp: its last transaction's end, kept where
								  // track_activities is off

	// A moment of its own, when it fell idle or began to wait, that lay in the future when it was
	// seen, since the clock had been set back; and the moment that counts in its place.
	pg_atomic_uint64 ahead;
	pg_atomic_uint64 ahead_seen_at;

	pg_atomic_uint32 signallers;    // how many are about to send it a signal
	pg_atomic_uint32 request_state; // RequestState
	pg_atomic_uint32 declines;      // how often in a row it was not idle after all
	pg_atomic_uint64 declined_at;
	Timestamp declined_idle_since; // its own affair
	Request request;

	pg_atomic_uint32 termination_phase; // TerminationPhase
	Request termination;                // the first one
};

// What sessions need to know of the worker.
struct WorkerStatus
{
	pg_atomic_uint32 proc;                 // its index in ProcGlobal, or no_proc
	pg_atomic_uint64 wakes_at;             // Timestamp: sessions due earlier set its latch
	pg_atomic_uint64 headroom_rests_until; // Timestamp: as core/relief.hpp says
	pg_atomic_uint32 headroom_met;         // as core/sweep.hpp says
};

// What is remembered of a login that failed although room had been made for it.
struct FailedLogin
{
	pg_atomic_uint64 fingerprint;
	pg_atomic_uint64 until; // Timestamp
};
constexpr std::size_t failed_login_count = 16;

// What newcomers must know of the server as a whole.
struct AdmissionState
{
	pg_atomic_uint32 seats_taken;  // sessions, and newcomers that are let in
	pg_atomic_uint32 has_limits;   // 1: some role or database has a CONNECTION LIMIT
	pg_atomic_uint32 waiting;      // newcomers in line
	pg_atomic_uint64 last_ticket;  // the last place in line that was taken
	pg_atomic_uint64 closed_until; // Timestamp: too many come and go for anybody to wait
	pg_atomic_uint64 silent_until; // Timestamp: sessions do not answer, and no slot is free
	pg_atomic_uint64 unripe_until; // Timestamp: too few sessions are ripe for the first in line
	pg_atomic_uint32 next_failed;  // where the next failed login is remembered
	std::array<FailedLogin, failed_login_count> failed_logins;
};

// What sessions need to know of the attendant, and others want to.
struct AttendantStatus
{
	pg_atomic_uint32 takes_more; // 1: it is there, and has room for more connections
	pg_atomic_uint32 held;       // so many it has
};

// What was counted since then; statistics.cpp names them.
constexpr std::size_t counter_count = 13;
constexpr std::size_t wait_bucket_count = 11;

struct Statistics
{
	pg_atomic_uint64 since; // Timestamp
	std::array<pg_atomic_uint64, counter_count> counters;
	std::array<pg_atomic_uint64, wait_bucket_count> waits;
	pg_atomic_uint64 longest_wait; // Duration
};

constexpr std::uint32_t no_proc = UINT32_MAX;

struct Registry
{
	pg_atomic_uint64 last_id;
	WorkerStatus worker;
	AdmissionState admission;
	AttendantStatus attendant;
	Statistics statistics;
};

namespace registry
{

// For _PG_init: ask for the memory, and lay it out once it is there.
void request_memory();
void lay_out();
// Has that been done? Not where the library was not loaded at the server's start.
bool is_there();

Registry &shared();
std::span<RegistryEntry> entries();
// The database of each open session, InvalidOid where there is none: dense, for counting.
void set_database(int slot, Oid database);
// How many open sessions a database has; the whole server with InvalidOid.
int count_sessions(Oid database);
// By session slot: a newcomer's place in line, 0 where there is none (line.cpp). Dense, for
// finding the first.
std::span<pg_atomic_uint64> tickets();
// By index in ProcGlobal: 1 where that process waits for sessions to end.
std::span<pg_atomic_uint32> waiters();

Occupant occupant(RegistryEntry &entry);
// Gives the entry to a process that has just been given the slot.
void occupy(RegistryEntry &entry, std::uint64_t id);
// The next phase of the same occupant. False, and nothing done, if it is another one by now.
bool move(RegistryEntry &entry, Occupant from, Phase to);

} // namespace registry

// Timestamps and counts in PostgreSQL's unsigned atomics.
inline Timestamp
read_timestamp(pg_atomic_uint64 &value)
{
	return static_cast<Timestamp>(pg_atomic_read_u64(&value));
}

inline void
write_timestamp(pg_atomic_uint64 &value, Timestamp timestamp)
{
	pg_atomic_write_u64(&value, static_cast<std::uint64_t>(timestamp));
}

// Does what was said of a stretch of time hold, which is never longer than that? An end later than
// that from now was written before the clock was set back.
inline bool
holds(pg_atomic_uint64 &until, Duration longest, Timestamp now)
{
	const Timestamp end = read_timestamp(until);
	return now < end && end <= after(now, longest);
}

// Since when a session has been idle, or has waited, if it says since then. Where the clock has
// been set back since, what it says lies in the future: then its time counts from when that was
// first seen, by any process. Async-signal-safe.
inline Timestamp
counted_since(RegistryEntry &entry, Timestamp since, Timestamp now)
{
	if (since == never)
		return never;
	if (read_timestamp(entry.ahead) == since)
	{
		pg_read_barrier();
		const Timestamp seen_at = read_timestamp(entry.ahead_seen_at);
		if (seen_at <= after(now, clock_tolerance))
			return seen_at;
	}
	if (since <= after(now, clock_tolerance))
		return since;
	write_timestamp(entry.ahead_seen_at, now);
	pg_write_barrier();
	write_timestamp(entry.ahead, since);
	return now;
}

inline std::int32_t
own_setting(RegistryEntry &entry, OwnSetting which)
{
	return static_cast<std::int32_t>(
		pg_atomic_read_u32(&entry.own_settings[static_cast<std::size_t>(which)]));
}

} // namespace ai_cleanup
