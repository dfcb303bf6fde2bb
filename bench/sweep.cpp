// What a look at all sessions costs the policy, without a server: sweep() on made-up sessions, up
// to 100,000 of them, in the situations that ask most of it. Built and run by bench/sweep.
#include "core/sweep.hpp"

#include <functional>
#include <vector>

#include <benchmark/benchmark.h>

#include "tests/unit/sessions.hpp"

namespace ai_cleanup
{

namespace
{

constexpr Limits no_need{
	.enabled = true, .idle_timeout_ms = 600'000, .connection_budget = 0, .headroom = 0};

void
measure(benchmark::State &state, const Limits &limits,
		const std::function<Session(Dice &, std::uint64_t)> &make)
{
	const auto count = static_cast<std::size_t>(state.range(0));
	Dice dice(1);
	std::vector<Session> sessions;
	std::vector<Verdict> verdicts(count);
	std::vector<std::uint32_t> scratch(count);

	for (std::uint64_t id = 1; id <= count; id++)
		sessions.push_back(make(dice, id));
	Limits scaled = limits;
	if (limits.headroom != 0)
		scaled.headroom = static_cast<std::int32_t>(count / 2);
	for ([[maybe_unused]] auto _ : state)
	{
		Relief relief;
		benchmark::DoNotOptimize(sweep(sessions, scaled, 0, noon, verdicts, scratch, relief));
		benchmark::ClobberMemory();
	}
	state.SetComplexityN(state.range(0));
}

Session
resting(Dice &dice, std::uint64_t id)
{
	return idle_for(id, dice.between(second, 599 * second));
}

// No session is past a limit, and none has to make way: what most sweeps find.
void
nothing_to_do(benchmark::State &state)
{
	measure(state, no_need, resting);
}

void
all_past_their_limit(benchmark::State &state)
{
	measure(state, no_need, [](Dice &dice, std::uint64_t id) {
		return idle_for(id, dice.between(600 * second, 6000 * second));
	});
}

// Half of all sessions have to make way: the longest idle ones.
void
half_of_them_for_headroom(benchmark::State &state)
{
	Limits limits = no_need;
	limits.headroom = 1;
	measure(state, limits, resting);
}

// A thousand databases, and nearly every one over its budget.
void
many_budgets(benchmark::State &state)
{
	Limits limits = no_need;
	limits.connection_budget = 1;
	measure(state, limits, [](Dice &dice, std::uint64_t id) {
		Session session = resting(dice, id);
		session.database = shop + static_cast<std::uint32_t>(dice.below(1000));
		return session;
	});
}

// Sessions in all states, and every kind of need.
void
everything_at_once(benchmark::State &state)
{
	measure(state,
			{.enabled = true, .idle_timeout_ms = 1000, .connection_budget = 5, .headroom = 1},
			[](Dice &dice, std::uint64_t id) { return random_session(dice, id, noon); });
}

void
sizes(benchmark::internal::Benchmark *bench)
{
	for (const std::int64_t count : {1'000, 5'000, 10'000, 20'000, 50'000, 100'000})
		bench->Arg(count);
	bench->Unit(benchmark::kMicrosecond)->Complexity();
}

BENCHMARK(nothing_to_do)->Apply(sizes);
BENCHMARK(all_past_their_limit)->Apply(sizes);
BENCHMARK(half_of_them_for_headroom)->Apply(sizes);
BENCHMARK(many_budgets)->Apply(sizes);
BENCHMARK(everything_at_once)->Apply(sizes);

} // namespace

} // namespace ai_cleanup

BENCHMARK_MAIN();
