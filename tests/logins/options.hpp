// The command line of logins. main.cpp reads it once; all others get the result.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "storm/arguments.hpp"
#include "storm/wire.hpp"

namespace logins
{

enum class Mode
{
	one_by_one, // one login after the other
	burst,      // many at the same instant, in rounds
	knock,      // again and again, until standard input ends
	crowd,      // many clients of all kinds, for a while
};

struct Options
{
	Mode mode = Mode::one_by_one;
	storm::Address address;
	std::string superuser;            // the role that looks from outside (burst, crowd)
	std::string outside = "postgres"; // the database from which it looks
	long count = 100;
	int clients = 20;
	int rounds = 1;
	int fill = 0;
	int settled_at = 0;
	bool close = false;
	bool query = false;
	std::chrono::milliseconds retry{0};
	std::chrono::milliseconds pause{0};
	std::chrono::seconds seconds{10};
	std::uint32_t seed = 1;
};

using storm::BadOption;

std::string usage();

// Throws BadOption with a sentence that names the option.
Options read_options(int argc, char **argv);

} // namespace logins
