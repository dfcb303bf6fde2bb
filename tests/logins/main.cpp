// logins: real logins, spoken to the server message by message, and what came of each. Run by the
// test suite, which judges what it reports.
#include "storm/program.hpp"

#include "modes.hpp"

namespace logins
{

namespace
{

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

	return storm::run_program("logins", usage, [&] { run(read_options(argc, argv)).print(); });
}
