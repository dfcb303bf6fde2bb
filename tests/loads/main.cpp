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
#include "storm/program.hpp"

#include "modes.hpp"

namespace loads
{

namespace
{

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

	return storm::run_program("loads", usage, [&] { run(read_options(argc, argv)).print(); });
}
