// The command line of storm: names, defaults, ranges.
#include "options.hpp"

#include <limits>
#include <set>

namespace storm
{

namespace
{

Kind
kind_named(const std::string &text)
{
	for (Kind kind : all_kinds)
		if (text == name_of(kind))
			return kind;
	throw BadOption("--kind wants statement, transaction, copy, extended or slow, not \"" + text +
					"\"");
}

Cleaner
cleaner_named(const std::string &text)
{
	for (Cleaner cleaner : {Cleaner::ai_cleanup, Cleaner::sql})
		if (text == name_of(cleaner))
			return cleaner;
	throw BadOption("--cleaner wants ai_cleanup or sql, not \"" + text + "\"");
}

} // namespace

const char *
name_of(Cleaner cleaner)
{
	return cleaner == Cleaner::ai_cleanup ? "ai_cleanup" : "sql";
}

std::string
usage()
{
	return "usage: storm --host DIRECTORY|ADDRESS --dbname NAME --user NAME\n"
		   "             --kind statement|transaction|copy|extended|slow --cleaner ai_cleanup|sql\n"
		   "             [--attendant yes|no] [--tls no|yes]\n"
		   "             [--port 5432] [--clients 8] [--retirements 5000] [--max-seconds 120]\n"
		   "             [--seed 1] [--interval-ms 10] [--pause-max-ms 4]\n"
		   "exit status: 0 the promise held, 1 it was broken, 2 bad options,\n"
		   "             3 the environment failed or too few sessions were retired\n";
}

Options
read_options(int argc, char **argv)
{
	Options options;
	std::set<std::string> given;
	for (int i = 1; i < argc; i += 2)
	{
		const std::string option = argv[i];
		if (i + 1 == argc)
			throw BadOption(option + " has no value");
		const std::string value = argv[i + 1];

		if (option == "--host")
			options.address.host = value;
		else if (option == "--port")
			options.address.port = static_cast<int>(number(option, value, 1, 65535));
		else if (option == "--dbname")
			options.address.dbname = value;
		else if (option == "--user")
			options.address.user = value;
		else if (option == "--kind")
			options.kind = kind_named(value);
		else if (option == "--cleaner")
			options.cleaner = cleaner_named(value);
		else if (option == "--tls")
			options.address.tls = yes_or_no(option, value);
		else if (option == "--attendant")
			options.attendant = yes_or_no(option, value);
		else if (option == "--clients")
			options.clients = static_cast<int>(number(option, value, 1, 1000));
		else if (option == "--retirements")
			options.retirements = number(option, value, 1, 1000000000);
		else if (option == "--max-seconds")
			options.max_seconds = std::chrono::seconds(number(option, value, 1, 86400));
		else if (option == "--seed")
			options.seed = static_cast<std::uint32_t>(
				number(option, value, 0, std::numeric_limits<std::uint32_t>::max()));
		else if (option == "--interval-ms")
			options.interval = std::chrono::milliseconds(number(option, value, 0, 60000));
		else if (option == "--pause-max-ms")
			options.pause_max = std::chrono::milliseconds(number(option, value, 0, 60000));
		else
			throw BadOption("unknown option " + option);
		given.insert(option);
	}
	for (const char *needed : {"--host", "--dbname", "--user", "--kind", "--cleaner"})
		if (given.count(needed) == 0)
			throw BadOption(std::string(needed) + " is missing");
	return options;
}

} // namespace storm
