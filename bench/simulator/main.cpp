// Tries policies on the book of loads, in virtual time: the library's own decisions, made over a
// server that is only as real as they can see. For each load and policy it prints harm and work;
// what holds here is then tried on real servers, by bench/loads.
//
// Usage: bench/simulate [LOADS [POLICIES]]     regular expressions; all take seconds
#include <algorithm>
#include <cstdio>
#include <exception>
#include <regex>
#include <vector>

#include "loads.hpp"

namespace simulator
{

namespace
{

constexpr const char *alone = "PostgreSQL alone";
constexpr const char *alone_with_more = "PostgreSQL alone, 550 slots more";

Policy
with_line(Policy policy)
{
	policy.line = 550;
	policy.admission_timeout = 10 * second;
	return policy;
}

// As shipped until something was found that pauses for 3 s.
Policy
hasty(const char *name, Duration ripe_for_login = second, Duration waits = 2 * second)
{
	return {.name = name, .ripe_for_login = ripe_for_login, .admission_timeout = waits};
}

Policy
with(Policy policy, void (*change)(Policy &policy))
{
	change(policy);
	return policy;
}

std::vector<Policy>
all_policies()
{
	return {
		{.name = alone, .library = false},
		{.name = "1.1: nothing spared",
		 .ripe_for_login = 0,
		 .ripe_for_headroom = 0,
		 .admission_timeout = second,
		 .rests = false},
		{.name = "default: 5 s, headroom 60 s"},
		hasty("ripe 1 s, waits 2 s, headroom 60 s"),
		hasty("ripe 0.5 s", second / 2),
		hasty("ripe 2 s, waits 3 s", 2 * second, 3 * second),
		with(hasty("headroom 5 s"), [](Policy &policy) { policy.ripe_for_headroom = 5 * second; }),
		with(hasty("headroom 5 s, no rest"),
			 [](Policy &policy) {
				 policy.ripe_for_headroom = 5 * second;
				 policy.rests = false;
			 }),
		with(hasty("headroom 20 s"),
			 [](Policy &policy) { policy.ripe_for_headroom = 20 * second; }),
		with(hasty("no headroom"), [](Policy &policy) { policy.headroom = 0; }),
		with(hasty("ripe 1 s, learns"), [](Policy &policy) { policy.learns = true; }),
		with_line(hasty("line of 550, ripe 1 s")),
		with_line({.name = "line of 550, ripe 5 s"}),
		{.name = alone_with_more, .library = false},
	};
}

// What a policy has come to in the whole book.
struct Summary
{
	long thrown_out = 0;
	int loads_less_work = 0;
	int loads_more_refused = 0;
	double least_work = 1000;
	long leaks_refused = 0;
	long lost_by_pools = 0;
};

void
print_row(const Policy &policy, const Load &load, const World &run, double ratio)
{
	const Books &books = run.books;
	std::printf("| %-32s | %6ld | %6.2f | %6ld | %5ld | %6ld | %4ld | %6ld | %6.0f |\n",
				policy.name.c_str(), books.*load.work, ratio, books.refused, books.out_before_first,
				books.out_between, books.delayed, books.lost_at_rest,
				static_cast<double>(books.longest_login) / millisecond);
}

void
add_up(Summary &summary, const Load &load, const Books &books, const Books &of_alone, double ratio)
{
	const bool leak = load.work == &Books::logins;
	summary.thrown_out += books.thrown_out();
	summary.loads_less_work += ratio < 0.95;
	summary.loads_more_refused += books.refused > of_alone.refused + of_alone.refused / 50;
	summary.least_work = std::min(summary.least_work, ratio);
	summary.leaks_refused += leak ? books.refused : 0;
	summary.lost_by_pools += load.work == &Books::requests ? books.lost_at_rest : 0;
}

void
try_all(const Load &load, const std::vector<Policy> &policies, std::vector<Summary> &summaries)
{
	std::printf("\n**%s** (`%s`, %d slots, %d s)\n\n", load.words, load.name, load.slots,
				load.seconds);
	std::printf("| policy | work | x alone | refused | out before first | out between | delayed |"
				" ended at rest | longest login, ms |\n"
				"| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
	Books of_alone;
	for (std::size_t i = 0; i < policies.size(); i++)
	{
		World world(policies[i], load.slots + (policies[i].name == alone_with_more ? 550 : 0));
		load.begin(world);
		world.run_for(load.seconds * second);
		if (i == 0)
			of_alone = world.books;
		const double ratio = static_cast<double>(world.books.*load.work) /
							 static_cast<double>(std::max(of_alone.*load.work, 1L));
		print_row(policies[i], load, world, ratio);
		add_up(summaries[i], load, world.books, of_alone, ratio);
	}
}

void
print_summaries(const std::vector<Policy> &policies, const std::vector<Summary> &summaries)
{
	std::printf(
		"\n**All loads**\n\n"
		"| policy | thrown out | least work, x alone | loads with less than 0.95 of the work |"
		" loads with more refused | refused in leaks | ended at rest in pools |\n"
		"| --- | --- | --- | --- | --- | --- | --- |\n");
	for (std::size_t i = 0; i < policies.size(); i++)
	{
		const Summary &of = summaries[i];
		std::printf("| %-32s | %6ld | %5.2f | %d | %d | %6ld | %6ld |\n", policies[i].name.c_str(),
					of.thrown_out, of.least_work, of.loads_less_work, of.loads_more_refused,
					of.leaks_refused, of.lost_by_pools);
	}
}

} // namespace

} // namespace simulator

int
main(int argc, char **argv)
{
	using namespace simulator;

	try
	{
		const std::regex loads(argc > 1 ? argv[1] : ".");
		const std::regex which(argc > 2 ? argv[2] : ".");
		std::vector<Policy> policies = all_policies(); // the first one is what others are held to
		policies.erase(std::remove_if(policies.begin() + 1, policies.end(),
									  [&](const Policy &policy) {
										  return !std::regex_search(policy.name, which);
									  }),
					   policies.end());
		std::vector<Summary> summaries(policies.size());
		for (const Load &load : book_of_loads())
			if (std::regex_search(load.name, loads))
				try_all(load, policies, summaries);
		print_summaries(policies, summaries);
		return 0;
	}
	catch (const std::exception &problem)
	{
		std::fprintf(stderr, "simulate: %s\n", problem.what());
		return 1;
	}
}
