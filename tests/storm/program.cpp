// The frame around a program of clients.
#include "program.hpp"

#include <cstdio>

#include <sys/resource.h>

#include "arguments.hpp"

namespace storm
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

} // namespace

int
run_program(const std::string &name, const std::function<std::string()> &usage,
			const std::function<void()> &run)
{
	allow_many_files();
	try
	{
		run();
		return done;
	}
	catch (const BadOption &problem)
	{
		std::fprintf(stderr, "%s: %s\n%s", name.c_str(), problem.what(), usage().c_str());
		return bad_options;
	}
	catch (const std::exception &failure)
	{
		std::printf("failure: %s\n", failure.what());
		return no_report;
	}
}

} // namespace storm
