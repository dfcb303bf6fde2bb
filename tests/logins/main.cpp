// logins: real logins, spoken to the server message by message, and what came of each. Run by the
// test suite, which judges what it reports.
#include <cstdio>

#include <sys/resource.h>

#include "modes.hpp"

namespace logins
{

namespace
{

enum Exit
{
	done = 0,
	bad_options = 2,
	no_report = 3
};

// A thousand clients that close nothing need as many descriptors.
void
allow_many_files()
{
	rlimit files{};
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max == RLIM_INFINITY ? 10240 : files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

Tally
run(const Options &options)
{
	switch (options.mode)
	{
	case Mode::one_by_one:
		return one_by_one(options);
	case Mode::burst:
		return burst(options);
	case Mode::knock:
		return knock(options);
	case Mode::crowd:
		return crowd(options);
	}
	return {};
}

} // namespace

} // namespace logins

int
main(int argc, char **argv)
{
	using namespace logins;

	try
	{
		const Options options = read_options(argc, argv);
		allow_many_files();
		run(options).print();
		return done;
	}
	catch (const BadOption &problem)
	{
		std::fprintf(stderr, "logins: %s\n%s", problem.what(), usage().c_str());
		return bad_options;
	}
	catch (const std::exception &failure)
	{
		print_line("failure", failure.what());
		return no_report;
	}
}
