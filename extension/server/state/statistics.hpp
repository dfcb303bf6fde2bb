// What was counted since the counting began. Shown by the ai_cleanup_stats view.
#pragma once

#include "server/state/registry.hpp"

namespace ai_cleanup::statistics
{

// In the order in which they are saved (saved_state.cpp): new ones come last.
enum class Counter : std::uint8_t
{
	sessions_retired,
	sessions_declined,
	sessions_terminated,
	logins_rescued, // PostgreSQL had no room for them, and they got in all the same
	logins_waited,  // had to wait for it, whatever came of it
	logins_refused, // found no room, and none could be made in time
	sweeps,
	wake_ups,
	retired_unused,     // ended for want of room before their first command
	logins_served,      // waited in line for one of ai_cleanup.max_sessions, and got in
	clients_told,       // of sessions that had ended: asked, and got the farewell
	clients_hung_up,    // went without a question
	hand_overs_refused, // connections that the attendant could not take over
};
static_assert(static_cast<std::size_t>(Counter::hand_overs_refused) + 1 == counter_count);

// The upper bounds of the histogram's buckets; the last one takes all longer waits.
constexpr std::array<Duration, wait_bucket_count - 1> wait_bounds{
	1 * millisecond,  2 * millisecond,   5 * millisecond,   10 * millisecond,  20 * millisecond,
	50 * millisecond, 100 * millisecond, 200 * millisecond, 500 * millisecond, 1 * second};

// Both are async-signal-safe.
void count(Counter counter);
void count_wait(Duration length);

// All of it at one moment.
struct Totals
{
	Timestamp since;
	std::array<std::uint64_t, counter_count> counters; // by Counter
	std::array<std::uint64_t, wait_bucket_count> waits;
	Duration longest_wait;
};

Totals totals();

// Counts on from these; from nothing, as of now.
void restore(const Totals &totals);
void reset();

} // namespace ai_cleanup::statistics
