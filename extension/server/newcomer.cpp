// Asks what InitPostgres will ask (utils/init/postinit.c, utils/init/miscinit.c), ahead of it:
// a transaction is open by now, but MyDatabaseId is not set, so only shared catalogs can be read.
#include "newcomer.hpp"

namespace ai_cleanup
{

namespace
{

bool
look_up_role(const char *name, Newcomer &newcomer)
{
	HeapTuple tuple = SearchSysCache1(AUTHNAME, CStringGetDatum(name));
	if (!HeapTupleIsValid(tuple))
		return false;

	const auto *role = reinterpret_cast<Form_pg_authid>(GETSTRUCT(tuple));
	const bool can_login = role->rolcanlogin;
	newcomer.name = role->rolname;
	newcomer.role = role->oid;
	newcomer.superuser = role->rolsuper;
	newcomer.role_limit = role->rolconnlimit;
	ReleaseSysCache(tuple);
	return can_login;
}

// By name, so without a cache; and without the index where the shared catalogs' indexes are
// not known yet, which is so until one login after a start has succeeded (GetDatabaseTuple).
bool
look_up_database(const char *name, Newcomer &newcomer)
{
	bool allows = false;
	ScanKeyData key;

	ScanKeyInit(&key, Anum_pg_database_datname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum(name));
	Relation databases = table_open(DatabaseRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(databases, DatabaseNameIndexId,
										  criticalSharedRelcachesBuilt, nullptr, 1, &key);
	HeapTuple tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		const auto *database = reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple));
		newcomer.database = database->oid;
		newcomer.database_limit = database->datconnlimit;
		// Below -1: half dropped (DATCONNLIMIT_INVALID_DB).
		allows = database->datallowconn && newcomer.database_limit >= -1;
	}
	systable_endscan(scan);
	table_close(databases, AccessShareLock);
	return allows;
}

} // namespace

bool
look_up(const Port &port, Newcomer &newcomer)
{
	return look_up_role(port.user_name, newcomer) && look_up_database(port.database_name, newcomer);
}

} // namespace ai_cleanup
