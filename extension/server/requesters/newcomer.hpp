// A session that logs in, as far as limits on connections go.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup
{

struct Newcomer
{
	NameData name; // of its role
	Oid role;
	Oid database;
	bool superuser;
	int slot_limit;     // so many seats may be taken at most, its own among them
	int role_limit;     // -1: none
	int database_limit; // -1: none
};

// Looks the newcomer up in the shared catalogs, by the names it gave. False if its login is
// hopeless: no such role or database, one that allows none, no CONNECT privilege. Waits for no
// lock, since PostgreSQL would not wait for it here, while authentication_timeout runs: if what
// would have to be read is locked, this is false, too.
bool look_up(const Port &port, Newcomer &newcomer);

} // namespace ai_cleanup
