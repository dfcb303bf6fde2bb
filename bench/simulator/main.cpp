// Tries policies on the book of loads, in virtual time: the library's own decisions, made over a
// server that is only as real as they can see. For each load and policy it prints harm and work;
// what holds here is then tried on real servers, by bench/loads.
//
// Usage: bench/simulate [LOADS [POLICIES]]     regular expressions; all take seconds
#include <cstdio>
#include <exception>
#include <regex>
#include <vector>

#include "loads.hpp"

namespace simulator
{

namespace
{

Policy
ripe(const char *name, double login, double headroom)
{
	Policy policy{.name = name};
	policy.admission_timeout = second;
	policy.ripe_for_login = static_cast<Duration>(login * second);
	policy.ripe_for_headroom = static_cast<Duration>(headroom * second);
	policy.superusers_wait = true;
	return policy;
}

Policy
with(Policy policy, const char *name, void (*change)(Policy &))
{
	policy.name = name;
	change(policy);
	return policy;
}

std::vector<Policy>
all_policies()
{
	const Policy one = ripe("ripe 1 s", 1, 1);
	const Policy careful = ripe("ripe 1 s, headroom 5 s", 1, 5);
	const Policy stay =
		with(careful, "the same, unused stay", [](Policy &policy) { policy.unused_stay = true; });
	return {
		{.name = "PostgreSQL alone", .library = false, .admits = false},
		{.name = "1.1: nothing spared"},
		ripe("ripe 0.5 s", 0.5, 0.5),
		one,
		ripe("ripe 2 s", 2, 2),
		ripe("ripe 5 s", 5, 5),
		with(one, "ripe 1 s, no wait for superusers",
			 [](Policy &policy) { policy.superusers_wait = false; }),
		ripe("ripe 1 s, headroom 2 s", 1, 2),
		careful,
		ripe("ripe 1 s, headroom 10 s", 1, 10),
		ripe("ripe 1 s, headroom 60 s", 1, 60),
		with(careful, "the same, backs off", [](Policy &policy) { policy.backs_off = true; }),
		stay,
		with(stay, "the same, backs off", [](Policy &policy) { policy.backs_off = true; }),
		with(careful, "ripe 1 s, no headroom", [](Policy &policy) { policy.headroom = 0; }),
		with(careful, "the same, waits for 2 s",
			 [](Policy &policy) { policy.admission_timeout = 2 * second; }),
		with(careful, "with a line of 550",
			 [](Policy &policy) {
				 policy.line = 550;
				 policy.admission_timeout = 10 * second;
			 }),
		with({.name = "", .library = false, .admits = false}, "PostgreSQL alone, 550 slots more",
			 [](Policy &) {}),
	};
}

void
print_row(const Load &load, const Policy &policy, double work_alone, const World &run)
{
	const Books &books = run.books;
	const auto work = static_cast<double>(books.*load.work);
	std::printf("| %-34s | %7.0f | %5.2f | %6ld | %6ld | %6ld | %6ld | %6ld | %6.0f |\n",
				policy.name.c_str(), work, work_alone > 0 ? work / work_alone : 1.0, books.refused,
				books.out_before_first, books.out_between, books.delayed, books.lost_at_rest,
				static_cast<double>(books.longest_login) / millisecond);
}

void
try_all(const Load &load, const std::regex &which)
{
	std::printf("\n**%s** (`%s`, %d slots, %d s)\n\n", load.words, load.name, load.slots,
				load.seconds);
	std::printf("| policy | work | x alone | refused | out before first | out between | delayed |"
				" ended at rest | longest login, ms |\n"
				"| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
	double work_alone = 0;
	for (const Policy &policy : all_policies())
	{
		const bool more = policy.name == "PostgreSQL alone, 550 slots more";
		if (!std::regex_search(policy.name, which) && policy.name != "PostgreSQL alone")
			continue;
		World world(policy, load.slots + (more ? 550 : 0));
		load.begin(world);
		world.run_for(load.seconds * second);
		if (policy.name == "PostgreSQL alone")
			work_alone = static_cast<double>(world.books.*load.work);
		print_row(load, policy, work_alone, world);
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
		const std::regex policies(argc > 2 ? argv[2] : ".");
		for (const Load &load : book_of_loads())
			if (std::regex_search(load.name, loads))
				try_all(load, policies);
		return 0;
	}
	catch (const std::exception &problem)
	{
		std::fprintf(stderr, "simulate: %s\n", problem.what());
		return 1;
	}
}
