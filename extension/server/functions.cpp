// The SQL functions: their arguments, and what is wrong with them.
#include "bridge/prelude.hpp"
#include "call.hpp"
#include "module.hpp"
#include "registry.hpp"
#include "statistics.hpp"

extern "C"
{
	PG_FUNCTION_INFO_V1(ai_cleanup_sql);
	PG_FUNCTION_INFO_V1(ai_cleanup_stats_sql);
	PG_FUNCTION_INFO_V1(ai_conn_count_sql);

	PGDLLEXPORT Datum ai_cleanup_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_cleanup_stats_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_conn_count_sql(PG_FUNCTION_ARGS);
}

namespace ai_cleanup
{

namespace
{

void
require_preloaded()
{
	if (!module::is_preloaded())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("ai_cleanup must be loaded by the server at its start"),
						errhint("Add shared_preload_libraries = 'ai_cleanup' to postgresql.conf "
								"and restart the server.")));
}

void
require_not_null(FunctionCallInfo fcinfo, int argument, const char *name, const char *hint)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("argument \"%s\" must not be null", name), errhint("%s", hint)));
}

// Errors say which database there is none of: 3D000.
Oid
database_oid(Name name)
{
	// The usual one first: its name is cached, a look-up by name reads the catalog.
	const char *current = get_database_name(MyDatabaseId);
	if (current != nullptr && strcmp(current, NameStr(*name)) == 0)
		return MyDatabaseId;

	const Oid database = get_database_oid(NameStr(*name), true);
	if (!OidIsValid(database))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_DATABASE),
						errmsg("database \"%s\" does not exist", NameStr(*name)),
						errhint("SELECT datname FROM pg_database lists the databases.")));
	return database;
}

// Months count as 30 days and days as 24 hours, as PostgreSQL compares intervals.
Duration
idle_age(const Interval &interval)
{
	const __int128 days = __int128{interval.month} * DAYS_PER_MONTH + interval.day;
	const __int128 age = days * USECS_PER_DAY + interval.time;

	if (age < 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("argument \"idle_for\" must not be negative"),
						errhint("'0' ends every idle session, '5 minutes' those idle for at "
								"least that long.")));
	return age > never ? never : static_cast<Duration>(age);
}

} // namespace

} // namespace ai_cleanup

// ai_cleanup(force boolean, database name, idle_for interval) RETURNS integer
Datum
ai_cleanup_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	require_not_null(fcinfo, 0, "force", "Use true or false.");
	require_not_null(fcinfo, 1, "database", "Leave it out for the current database.");
	require_not_null(fcinfo, 2, "idle_for", "Use '0' for every idle session.");

	const Call call{.force = PG_GETARG_BOOL(0),
					.database = database_oid(PG_GETARG_NAME(1)),
					.idle_for = idle_age(*PG_GETARG_INTERVAL_P(2))};
	PG_RETURN_INT32(carry_out(call));
}

// ai_cleanup_stats() RETURNS record: since when, the counters in their order, the histogram
Datum
ai_cleanup_stats_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;
	constexpr std::size_t columns = 1 + counter_count + 1;
	std::array<Datum, columns> values{};
	std::array<bool, columns> nulls{};
	std::array<Datum, wait_bucket_count> waits{};
	TupleDesc descriptor = nullptr;

	require_preloaded();
	if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	values[0] = TimestampTzGetDatum(registry::shared().started_at);
	for (std::size_t i = 0; i < counter_count; i++)
		values[1 + i] = Int64GetDatum(
			static_cast<int64>(statistics::value(static_cast<statistics::Counter>(i))));
	for (std::size_t i = 0; i < waits.size(); i++)
		waits[i] = Int64GetDatum(static_cast<int64>(statistics::waits_in(i)));
	values[columns - 1] =
		PointerGetDatum(construct_array(waits.data(), static_cast<int>(waits.size()), INT8OID,
										sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));

	HeapTuple row = heap_form_tuple(descriptor, values.data(), nulls.data());
	PG_RETURN_DATUM(HeapTupleGetDatum(row));
}

// ai_conn_count() and ai_conn_count(database name) RETURNS integer
Datum
ai_conn_count_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	if (PG_NARGS() == 0)
		PG_RETURN_INT32(registry::count_sessions(MyDatabaseId));
	PG_RETURN_INT32(
		registry::count_sessions(PG_ARGISNULL(0) ? InvalidOid : database_oid(PG_GETARG_NAME(0))));
}
