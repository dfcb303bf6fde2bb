// What is tried: the settings of one server, and the rules that are not settled yet. Used by
// server, door and worker; the list of them is in main.cpp.
#pragma once

#include <string>

#include "agenda.hpp"
#include "core/policy.hpp"

namespace simulator
{

struct Policy
{
	std::string name;
	bool library = true; // false is PostgreSQL alone
	bool admits = true;  // makes room for logins; headroom is in `limits`
	int headroom = -1;   // -1 is a fifth of the slots, at least 3
	Duration admission_timeout = second;

	Duration ripe_for_login = 0;    // so long idle may be ended for a login,
	Duration ripe_for_headroom = 0; // and so long where nobody waits
	bool unused_stay = false;       // where nobody waits, before the first request
	bool superusers_wait = false;   // who takes the last slot waits for the next to be free
	bool learns = false;            // to spare who pauses as long as somebody thrown out
	bool backs_off = false;         // from endings for headroom that bring none

	int line = 0; // slots more, to wait in
};

} // namespace simulator
