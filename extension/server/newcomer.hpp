// Who logs in, as far as PostgreSQL's limits on connections go. Used by admission.cpp.
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
	int role_limit; // -1: none
	int database_limit;
};

// Looks the newcomer up in the shared catalogs, by the names it gave. False if its login is
// hopeless: no such role or database, or one that allows none.
bool look_up(const Port &port, Newcomer &newcomer);

} // namespace ai_cleanup
