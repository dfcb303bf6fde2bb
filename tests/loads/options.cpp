// The command line of loads: names, defaults, ranges.
#include "options.hpp"

#include <functional>
#include <map>
#include <set>

namespace loads
{

namespace
{

using storm::number;
using storm::yes_or_no;

Mode
mode_named(const std::string &text)
{
	const std::map<std::string, Mode> modes = {
		{"visits", Mode::visits}, {"leak", Mode::leak}, {"pools", Mode::pools}};
	const auto found = modes.find(text);
	if (found == modes.end())
		throw BadOption("there is no load \"" + text + "\"");
	return found->second;
}

} // namespace

std::string
usage()
{
	return "usage: loads visits|leak|pools --host DIRECTORY --dbname NAME --user NAME [--port "
		   "5432]\n"
		   "             [--seconds 6] [--request-ms 5] [--pause-ms 0] [--retry-ms 20] [--sql "
		   "TEXT]\n"
		   "  visits  --clients 10, each of which logs in, makes --requests 10 of --request-ms "
		   "with\n"
		   "          --pause-ms after each (and --first-pause-ms 0 before the first), and logs "
		   "out;\n"
		   "          again and again. One that is refused or thrown out tries again after\n"
		   "          --retry-ms; at most --rounds 0 times, if that is not 0\n"
		   "  leak    --count 100 sessions, --clients 1 at the same instant and the next ones\n"
		   "          --every-ms 0 later, each with --requests 10 and then forgotten; at the end "
		   "of\n"
		   "          --seconds it looks which of them are left\n"
		   "  pools   --pools 1 of at most --size 10 sessions, and --clients 10 for each that take "
		   "a\n"
		   "          session, make a request, give it back, and pause for --pause-ms; with\n"
		   "          --refill yes a pool is full from the start and replaces at once what it "
		   "loses\n";
}

Options
read_options(int argc, char **argv)
{
	if (argc < 2)
		throw BadOption("a load is missing");

	Options options;
	std::string option;
	std::string value;
	const auto whole = [&](long least, long most) { return number(option, value, least, most); };
	const auto small = [&](long least, long most) { return static_cast<int>(whole(least, most)); };
	const auto length = [&] { return Milliseconds(whole(0, 3600000)); };

	options.mode = mode_named(argv[1]);
	const std::map<std::string, std::function<void()>> readers = {
		{"--host", [&] { options.address.host = value; }},
		{"--port", [&] { options.address.port = small(1, 65535); }},
		{"--dbname", [&] { options.address.dbname = value; }},
		{"--user", [&] { options.address.user = value; }},
		{"--sql", [&] { options.sql = value; }},
		{"--clients", [&] { options.clients = small(1, 5000); }},
		{"--requests", [&] { options.requests = small(0, 1000000); }},
		{"--rounds", [&] { options.rounds = small(0, 1000000); }},
		{"--pools", [&] { options.pools = small(1, 100); }},
		{"--size", [&] { options.size = small(1, 1000); }},
		{"--count", [&] { options.count = whole(1, 1000000); }},
		{"--refill", [&] { options.refill = yes_or_no(option, value); }},
		{"--request-ms", [&] { options.request = length(); }},
		{"--pause-ms", [&] { options.pause = length(); }},
		{"--first-pause-ms", [&] { options.first_pause = length(); }},
		{"--every-ms", [&] { options.every = length(); }},
		{"--retry-ms", [&] { options.retry = length(); }},
		{"--seconds", [&] { options.seconds = std::chrono::seconds(whole(1, 86400)); }},
	};
	std::set<std::string> given;
	for (int i = 2; i < argc; i += 2)
	{
		option = argv[i];
		if (i + 1 == argc)
			throw BadOption(option + " has no value");
		value = argv[i + 1];
		const auto reader = readers.find(option);
		if (reader == readers.end())
			throw BadOption("unknown option " + option);
		reader->second();
		given.insert(option);
	}

	for (const std::string name : {"--host", "--dbname", "--user"})
		if (given.count(name) == 0)
			throw BadOption(name + " is missing");
	if (options.mode == Mode::leak && given.count("--clients") == 0)
		options.clients = 1;
	return options;
}

} // namespace loads
