// The same questions in the same order as pg_signal_backend in storage/ipc/signalfuncs.c,
// which asks them alike in PostgreSQL 15 to 18.
#include "server/snapshot/permission.hpp"

namespace ai_cleanup
{

Permission
permission_to_signal(Oid role)
{
	if ((!OidIsValid(role) || superuser_arg(role)) && !superuser())
		return Permission::superusers_only;
	if (!has_privs_of_role(GetUserId(), role) &&
		!has_privs_of_role(GetUserId(), ROLE_PG_SIGNAL_BACKEND))
		return Permission::other_role;
	return Permission::granted;
}

// HAS_PGSTAT_PERMISSIONS in utils/adt/pgstatfuncs.c.
bool
may_see_details(Oid role)
{
	return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS) ||
		   has_privs_of_role(GetUserId(), role);
}

} // namespace ai_cleanup
