// The decisions of a sweep for more and more sessions, in need and without. Built and run by
// bench/sweep.
#include "core/sweep.hpp"

#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

namespace ai_cleanup
{
namespace
{

constexpr Timestamp now = 800'000'000 * second;
constexpr std::uint32_t databases = 16;

// Idle, each for another length of time, in no order.
std::vector<Session>
idle_sessions(std::size_t count)
{
	std::vector<Session> sessions(count);
	std::uint64_t random = 1;

	for (std::size_t i = 0; i < count; i++)
	{
		random = random * 6364136223846793005U + 1442695040888963407U;
		Session &session = sessions[i];
		session.id = i + 1;
		session.database = static_cast<std::uint32_t>(random >> 33) % databases;
		session.activity = Activity::idle;
		session.retirable = true;
		session.target = true;
		session.idle_since = now - static_cast<Duration>(random >> 20) % (500 * second) - second;
		session.opened_at = session.idle_since;
		session.asked_at = session.asked_until = session.declined_at = long_ago;
		session.idle_timeout_ms = session.connection_budget = inherited;
	}
	return sessions;
}

void
sweep_all(benchmark::State &state, const Limits &limits)
{
	const auto count = static_cast<std::size_t>(state.range(0));
	const std::vector<Session> sessions = idle_sessions(count);
	std::vector<Verdict> verdicts(count);
	std::vector<std::uint32_t> scratch(count);

	for (auto _ : state)
		benchmark::DoNotOptimize(sweep(sessions, limits, 0, now, verdicts, scratch));
	state.SetComplexityN(state.range(0));
}

void
nothing_to_do(benchmark::State &state)
{
	sweep_all(state,
			  {.enabled = true, .idle_timeout_ms = 600'000, .connection_budget = 0, .headroom = 0});
}

// Half of all sessions are to go, for a budget of each database and for headroom.
void
half_must_go(benchmark::State &state)
{
	const auto half = static_cast<std::int32_t>(state.range(0) / 2);
	sweep_all(state, {.enabled = true,
					  .idle_timeout_ms = 600'000,
					  .connection_budget = half / static_cast<std::int32_t>(databases),
					  .headroom = half});
}

BENCHMARK(nothing_to_do)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();
BENCHMARK(half_must_go)->RangeMultiplier(10)->Range(100, 100'000)->Complexity();

} // namespace
} // namespace ai_cleanup

BENCHMARK_MAIN();
