// The command line of storm. main.cpp reads it once; all others get the result.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "arguments.hpp"
#include "wire.hpp"
#include "work.hpp"

namespace storm
{

enum class Cleaner
{
	ai_cleanup, // the product: each session decides itself
	sql,        // the control: read pg_stat_activity, then terminate by pid
};

struct Options
{
	Address address;
	Kind kind = Kind::statement;
	Cleaner cleaner = Cleaner::ai_cleanup;
	bool attendant = true; // there is one, which answers for sessions that have ended
	int clients = 8;
	long retirements = 5000;
	std::chrono::seconds max_seconds{120};
	std::uint32_t seed = 1;
	std::chrono::milliseconds interval{10};
	std::chrono::milliseconds pause_max{4};
};

const char *name_of(Cleaner cleaner);
std::string usage();

// Throws BadOption with a sentence that names the option.
Options read_options(int argc, char **argv);

} // namespace storm
