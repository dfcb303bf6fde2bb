// What one process asks of a session: to end itself, or, with a signal that it cannot refuse, to be
// terminated. How far that is, is one atomic value, since a signal handler cannot take a lock.
#pragma once

#include "bridge/prelude.hpp"
#include "core/protection.hpp"
#include "core/time.hpp"
#include "core/verdict.hpp"
#include "server/state/own_setting.hpp"

namespace ai_cleanup
{

// Please end yourself, if you are idle and have been since `idle_before`. Of a termination it
// says which process asked for it, and why.
struct Request
{
	Timestamp idle_before;
	Timestamp asked_at;
	Timestamp expires_at;
	std::int64_t limit; // what the reason measures against: a Duration, or sessions, or slots
	Origin limit_origin;
	Reason reason;
	Protections protect; // what protects from it
	int asker_pid;
	int asker_proc;      // its index in ProcGlobal
	NameData asker_role; // empty for the worker
};

// Each with those that may follow it, and whose move that is.
enum class RequestPhase : std::uint32_t
{
	none,      // -> writing: an asker
	writing,   // -> published: that asker has filled it in
	published, // -> taken: the session looks at it; -> writing: it is stale, and another asks
	taken,     // -> none: the session declines, or it had expired; -> granted: it ends
	granted,   // the session has agreed, or was ending anyway: the last one
};

constexpr bool
may_follow(RequestPhase from, RequestPhase to)
{
	switch (to)
	{
	case RequestPhase::none:
		return from == RequestPhase::taken;
	case RequestPhase::writing:
		return from == RequestPhase::none || from == RequestPhase::published;
	case RequestPhase::published:
		return from == RequestPhase::writing;
	case RequestPhase::taken:
		return from == RequestPhase::published;
	case RequestPhase::granted:
		return from == RequestPhase::taken;
	}
	return false;
}

// Which of an occupant's requests, counted from 1, and how far it is. With 0 there was
// none.
struct RequestState
{
	std::uint32_t number;
	RequestPhase phase;
};

// Of a termination, of which the first is kept.
enum class TerminationPhase : std::uint32_t
{
	none,      // -> writing: an asker
	writing,   // -> published: that asker has filled it in
	published, // the asker is known: the last one
};

constexpr bool
may_follow(TerminationPhase from, TerminationPhase to)
{
	return static_cast<std::uint32_t>(to) == static_cast<std::uint32_t>(from) + 1;
}

namespace request_state
{

constexpr int phase_bits = 3;

constexpr std::uint32_t
packed(RequestState state)
{
	return state.number << phase_bits | static_cast<std::uint32_t>(state.phase);
}

// Of a new occupant: as if it had never been asked.
inline void
reset(pg_atomic_uint32 &state)
{
	pg_atomic_write_u32(&state, packed({0, RequestPhase::none}));
}

inline void
reset_termination(pg_atomic_uint32 &phase)
{
	pg_atomic_write_u32(&phase, static_cast<std::uint32_t>(TerminationPhase::none));
}

// What follows may be read only if the state says so.
inline RequestState
read(pg_atomic_uint32 &state)
{
	const std::uint32_t value = pg_atomic_read_u32(&state);

	pg_read_barrier();
	return {value >> phase_bits, static_cast<RequestPhase>(value & ((1U << phase_bits) - 1))};
}

// What was written before it is there when others see the new phase. False, and nothing done, if
// another process has moved it since it was read. Async-signal-safe, as all of these.
inline bool
move(pg_atomic_uint32 &state, RequestState from, RequestPhase to)
{
	Assert(may_follow(from.phase, to));
	std::uint32_t expected = packed(from);
	const std::uint32_t number = from.number + (to == RequestPhase::writing ? 1 : 0);

	return pg_atomic_compare_exchange_u32(&state, &expected, packed({number, to}));
}

inline TerminationPhase
read_termination(pg_atomic_uint32 &phase)
{
	const auto value = static_cast<TerminationPhase>(pg_atomic_read_u32(&phase));

	pg_read_barrier();
	return value;
}

inline bool
move_termination(pg_atomic_uint32 &phase, TerminationPhase from, TerminationPhase to)
{
	Assert(may_follow(from, to));
	auto expected = static_cast<std::uint32_t>(from);

	return pg_atomic_compare_exchange_u32(&phase, &expected, static_cast<std::uint32_t>(to));
}

} // namespace request_state

} // namespace ai_cleanup
