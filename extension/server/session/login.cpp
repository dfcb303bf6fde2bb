// Plain facts of this process, kept from the authentication hook to the first commit.
#include "server/session/login.hpp"

#include "server/state/failed_logins.hpp"
#include "server/state/seats.hpp"

namespace ai_cleanup::login
{

namespace
{

using statistics::Counter;

compat::Reserve saved_reserve;
bool reserve_is_passed = false;

bool has_waited = false;
Counter waited_as{};

} // namespace

void
pass_reserve()
{
	saved_reserve = compat::pass_reserve();
	reserve_is_passed = true;
}

void
let_in(Counter counter)
{
	failed_logins::let_in();
	has_waited = true;
	waited_as = counter;
}

// Catalogs can be read, and PostgreSQL has just read these rows itself, so they are in the caches.
void
note_limits()
{
	bool limited = false;

	if (seats::may_be_limited() || superuser_arg(MyProc->roleId))
		return;
	if (HeapTuple role = SearchSysCache1(AUTHNAME, CStringGetDatum(MyProcPort->user_name));
		HeapTupleIsValid(role))
	{
		limited = reinterpret_cast<Form_pg_authid>(GETSTRUCT(role))->rolconnlimit >= 0;
		ReleaseSysCache(role);
	}
	if (HeapTuple database = SearchSysCache1(DATABASEOID, ObjectIdGetDatum(MyDatabaseId));
		HeapTupleIsValid(database))
	{
		limited |= reinterpret_cast<Form_pg_database>(GETSTRUCT(database))->datconnlimit >= 0;
		ReleaseSysCache(database);
	}
	if (limited)
		seats::note_limit();
}

void
succeeded()
{
	failed_logins::got_in();
	if (has_waited)
		statistics::count(waited_as);
	has_waited = false;
	if (!reserve_is_passed)
		return;
	compat::restore_reserve(saved_reserve);
	reserve_is_passed = false;
}

void
ended()
{
	failed_logins::note_end();
}

} // namespace ai_cleanup::login
