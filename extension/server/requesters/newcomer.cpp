// Asks what InitPostgres will ask (utils/init/postinit.c, utils/init/miscinit.c), ahead of it:
// a transaction is open by now, but MyDatabaseId is not set, so only shared catalogs can be read.
#include "server/requesters/newcomer.hpp"

#include "server/state/settings.hpp"

namespace ai_cleanup
{

namespace
{

// What is read below, each with the indexes that PostgreSQL reads it by.
constexpr std::array<Oid, 2> role_catalogs{AuthIdRelationId, AuthIdRolnameIndexId};
constexpr std::array<Oid, 2> database_catalogs{DatabaseRelationId, DatabaseNameIndexId};
constexpr std::array<Oid, 7> privilege_catalogs{
	DatabaseRelationId, DatabaseOidIndexId,    AuthIdRelationId,     AuthIdOidIndexId,
	AuthMemRelationId,  AuthMemMemRoleIndexId, AuthMemRoleMemIndexId};

// Calls `read` with these catalogs locked, without ever waiting. False if one of them
// cannot be locked at once.
template <typename Read>
bool
read_unless_locked(std::span<const Oid> catalogs, Read read)
{
	std::size_t locked = 0;
	bool result = false;

	while (locked < catalogs.size() &&
		   ConditionalLockRelationOid(catalogs[locked], AccessShareLock))
		locked++;
	if (locked == catalogs.size())
		result = read();
	while (locked > 0)
		UnlockRelationOid(catalogs[--locked], AccessShareLock);
	return result;
}

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

bool
may_connect(const Newcomer &newcomer)
{
	const bool may = newcomer.superuser || compat::may_connect(newcomer.database, newcomer.role);

	compat::forget_memberships();
	return may;
}

} // namespace

bool
look_up(const Port &port, Newcomer &newcomer)
{
	return read_unless_locked(role_catalogs,
							  [&] { return look_up_role(port.user_name, newcomer); }) &&
		   read_unless_locked(database_catalogs,
							  [&] { return look_up_database(port.database_name, newcomer); }) &&
		   read_unless_locked(privilege_catalogs, [&] {
			   newcomer.slot_limit = settings::slot_limit(compat::reserved_slots(newcomer.role));
			   return may_connect(newcomer);
		   });
}

} // namespace ai_cleanup
