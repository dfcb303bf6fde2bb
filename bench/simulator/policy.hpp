// What is tried: the settings of one server. The list of policies is in main.cpp.
#pragma once

#include <string>

#include "agenda.hpp"

namespace simulator
{

struct Policy
{
	std::string name;
	bool library = true; // false is PostgreSQL alone
	int headroom = -1;   // -1 is a fifth of the slots, at least 3
	Duration ripe_for_login = 5 * second;
	Duration ripe_for_headroom = 60 * second;
	Duration admission_timeout = 6 * second;
	int line = 0; // slots more, to wait in: those beyond max_sessions

	// What is not settled, or was before.
	bool rests = true;   // from endings that bring no relief
	bool learns = false; // to spare sessions that pause as long as one that was thrown out
};

} // namespace simulator
