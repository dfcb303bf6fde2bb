// The command line of logins: names, defaults, ranges.
#include "options.hpp"

#include <functional>
#include <map>
#include <set>

namespace logins
{

namespace
{

using storm::number;
using storm::yes_or_no;

Mode
mode_named(const std::string &text)
{
	const std::map<std::string, Mode> modes = {{"one-by-one", Mode::one_by_one},
											   {"burst", Mode::burst},
											   {"knock", Mode::knock},
											   {"crowd", Mode::crowd}};
	const auto found = modes.find(text);
	if (found == modes.end())
		throw BadOption("there is no mode \"" + text + "\"");
	return found->second;
}

} // namespace

std::string
usage()
{
	return "usage: logins one-by-one|burst|knock|crowd --host DIRECTORY --dbname NAME --user NAME\n"
		   "              [--port 5432] [--query no] [--pause-ms 0] [--retry-ms 0]\n"
		   "  one-by-one  --count 100 logins, each left open or (--close yes) closed\n"
		   "  burst       --clients 20 logins at the same instant, left open, --rounds 1 times, "
		   "each\n"
		   "              as soon as --superuser NAME counts --settled-at N sessions or fewer;\n"
		   "              after --fill 0 logins one by one, --pause-ms after one another\n"
		   "  knock       --clients 20 that log in again and again, until standard input ends\n"
		   "  crowd       --clients 20 that leak, work and visit, for --seconds 10, with --seed "
		   "1;\n"
		   "              --superuser NAME watches from the database --outside postgres\n"
		   "exit status: 0 it was done and the report says what came of it, 2 bad options,\n"
		   "             3 the environment failed\n";
}

Options
read_options(int argc, char **argv)
{
	Options options;
	if (argc < 2)
		throw BadOption("which mode?");
	options.mode = mode_named(argv[1]);

	std::string option;
	std::string value;
	const auto whole = [&](long least, long most) { return number(option, value, least, most); };
	const std::map<std::string, std::function<void()>> readers = {
		{"--host", [&] { options.address.host = value; }},
		{"--port", [&] { options.address.port = static_cast<int>(whole(1, 65535)); }},
		{"--dbname", [&] { options.address.dbname = value; }},
		{"--user", [&] { options.address.user = value; }},
		{"--superuser", [&] { options.superuser = value; }},
		{"--outside", [&] { options.outside = value; }},
		{"--count", [&] { options.count = whole(1, 1000000); }},
		{"--clients", [&] { options.clients = static_cast<int>(whole(1, 1000)); }},
		{"--rounds", [&] { options.rounds = static_cast<int>(whole(1, 100000)); }},
		{"--fill", [&] { options.fill = static_cast<int>(whole(0, 1000)); }},
		{"--settled-at", [&] { options.settled_at = static_cast<int>(whole(1, 100000)); }},
		{"--close", [&] { options.close = yes_or_no(option, value); }},
		{"--query", [&] { options.query = yes_or_no(option, value); }},
		{"--retry-ms", [&] { options.retry = std::chrono::milliseconds(whole(0, 600000)); }},
		{"--pause-ms", [&] { options.pause = std::chrono::milliseconds(whole(0, 60000)); }},
		{"--seconds", [&] { options.seconds = std::chrono::seconds(whole(1, 86400)); }},
		{"--seed", [&] { options.seed = static_cast<std::uint32_t>(whole(0, 1L << 31)); }},
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

	std::set<std::string> needed = {"--host", "--dbname", "--user"};
	if (options.mode == Mode::burst)
		needed.insert({"--superuser", "--settled-at"});
	if (options.mode == Mode::crowd)
		needed.insert("--superuser");
	for (const std::string &name : needed)
		if (given.count(name) == 0)
			throw BadOption(name + " is missing");
	return options;
}

} // namespace logins
