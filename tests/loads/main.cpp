// loads: clients as they are at work, and as they leak, against a real server; and what came of
// it, seen from their side. Run by bench/loads, and by tests that judge what it reports.
//
//   build/tests/loads visits --clients 60 --requests 10 --pause-ms 200 --seconds 6
//       --host /tmp/socket --port 5432 --dbname work --user dev
//
// It prints lines of "name: value". Work: `visits` (whole ones), `requests`. Harm: `refused`
// (logins), `out_before_first`, `out_between`, `out_in_request` (sessions ended before the first
// request, between two, in one), with `out_idle_…_ms`, how long these had been idle, and `said`,
// what they were told. Waiting: `login_…_ms` until let in, `first_answer_…_ms` until the first
// request was answered as well, which is what counts behind a pool that lets every client in at
// once.
#include <cstdio>

#include <sys/resource.h>

#include "modes.hpp"

namespace loads
{

namespace
{

enum Exit
{
	done = 0,
	bad_options = 2,
	no_report = 3
};

// A thousand clients need as many descriptors.
void
allow_many_files()
{
	rlimit files{};
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max == RLIM_INFINITY ? 10240 : files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

Books
run(const Options &options)
{
	switch (options.mode)
	{
	case Mode::visits:
		return visits(options);
	case Mode::leak:
		return leak(options);
	case Mode::pools:
		return pools(options);
	}
	return {};
}

} // namespace

} // namespace loads

int
main(int argc, char **argv)
{
	using namespace loads;

	try
	{
		const Options options = read_options(argc, argv);
		allow_many_files();
		run(options).print();
		return done;
	}
	catch (const BadOption &problem)
	{
		std::fprintf(stderr, "loads: %s\n%s", problem.what(), usage().c_str());
		return bad_options;
	}
	catch (const std::exception &failure)
	{
		std::printf("failure: %s\n", failure.what());
		return no_report;
	}
}
