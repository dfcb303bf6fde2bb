// Whatever is in a schema depends on it, so pg_depend says whether it is empty; that is how
// PostgreSQL itself empties it (catalog/namespace.c). It can be asked for the last time just before
// the commit, and after that come the drops of ON COMMIT DROP: these are watched one by one.
#include "server/session/temporary_objects.hpp"

namespace ai_cleanup::temporary_objects
{

namespace
{

bool changes = false;  // in this transaction, perhaps
bool now_any = false;  // as of the last commit
bool then_any = false; // once this transaction has committed
bool watching = false;
std::size_t left = 0; // at most so many, while drops are watched
object_access_hook_type next_object_access = nullptr;

Oid
own_schema()
{
	Oid schema = InvalidOid;
	Oid toast_schema = InvalidOid;

	GetTempNamespaceState(&schema, &toast_schema);
	return schema;
}

// How many objects of the schema there are, but for this one, up to `enough`. With SnapshotSelf,
// since the last command's own work counts. Never waits for a lock: rather too many than that.
std::size_t
count_objects(Oid schema, Oid relation, std::size_t enough)
{
	std::array<ScanKeyData, 2> keys{};
	std::size_t count = 0;

	if (!ConditionalLockRelationOid(DependRelationId, AccessShareLock))
		return enough;
	ScanKeyInit(keys.data(), Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(NamespaceRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(schema));
	Relation depend = table_open(DependRelationId, NoLock);
	SysScanDesc scan = systable_beginscan(depend, DependReferenceIndexId, true, SnapshotSelf,
										  keys.size(), keys.data());
	for (HeapTuple tuple = systable_getnext(scan); HeapTupleIsValid(tuple) && count < enough;
		 tuple = systable_getnext(scan))
	{
		const auto *row = reinterpret_cast<Form_pg_depend>(GETSTRUCT(tuple));
		count += row->classid != RelationRelationId || row->objid != relation;
	}
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return count;
}

// Each drop is one object less at most; only the one that may be the last is worth a look.
void
watch_drop(ObjectAccessType access, Oid catalog, Oid object, int column, void *argument)
{
	if (next_object_access != nullptr)
		next_object_access(access, catalog, object, column, argument);
	if (access == OAT_DROP && catalog == RelationRelationId && column == 0 &&
		(left == 0 || --left == 0))
		then_any = count_objects(own_schema(), object, 1) > 0;
}

void
watch_drops()
{
	next_object_access = object_access_hook;
	object_access_hook = watch_drop;
	watching = true;
}

void
stop_watching()
{
	if (!watching)
		return;
	object_access_hook = next_object_access;
	watching = false;
}

} // namespace

void
may_change()
{
	changes = true;
}

void
on_transaction_event(XactEvent event)
{
	if (!changes)
		return;
	if (event == XACT_EVENT_PRE_COMMIT)
	{
		const Oid schema = own_schema();
		left = OidIsValid(schema) ? count_objects(schema, InvalidOid, SIZE_MAX) : 0;
		then_any = left > 0;
		if (then_any)
			watch_drops();
		return;
	}
	stop_watching();
	if (event == XACT_EVENT_COMMIT)
		now_any = then_any;
	changes = false;
}

bool
any()
{
	return now_any;
}

} // namespace ai_cleanup::temporary_objects
