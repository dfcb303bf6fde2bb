// The command line of loads. main.cpp reads it once; all others get the result.
#pragma once

#include <chrono>
#include <string>

#include "storm/arguments.hpp"
#include "storm/wire.hpp"

namespace loads
{

using Milliseconds = std::chrono::milliseconds;

enum class Mode
{
	visits, // log in, some requests with a pause after each, log out; again and again
	leak,   // log in, some requests, and never again a word
	pools,  // callers that share the sessions of pools
};

struct Options
{
	Mode mode = Mode::visits;
	storm::Address address;
	std::string sql; // the request; if empty, one that takes `request`
	int clients = 10;
	int requests = 10;
	int rounds = 0; // visits that each client tries; 0 is no limit
	int pools = 1;
	int size = 10;
	long count = 100;
	bool refill = false;
	Milliseconds request{5};
	Milliseconds pause{0};
	Milliseconds first_pause{0};
	Milliseconds every{0};
	Milliseconds retry{20};
	std::chrono::seconds seconds{6};
};

using storm::BadOption;

std::string usage();

// Throws BadOption with a sentence that names the option.
Options read_options(int argc, char **argv);

} // namespace loads
