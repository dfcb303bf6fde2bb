// The SQL functions: their arguments, and what is wrong with them.
#include "bridge/prelude.hpp"
#include "server/requesters/call.hpp"
#include "server/snapshot/permission.hpp"
#include "server/sql/declaration.hpp"
#include "server/sql/preload.hpp"
#include "server/sql/row.hpp"
#include "server/state/attendant_status.hpp"
#include "server/state/line.hpp"
#include "server/state/registry.hpp"
#include "server/state/settings.hpp"
#include "server/state/statistics.hpp"
#include "server/state/worker_status.hpp"

extern "C"
{
	PG_FUNCTION_INFO_V1(ai_cleanup_plan_sql);
	PG_FUNCTION_INFO_V1(ai_cleanup_reset_stats_sql);
	PG_FUNCTION_INFO_V1(ai_cleanup_sql);
	PG_FUNCTION_INFO_V1(ai_cleanup_stats_sql);
	PG_FUNCTION_INFO_V1(ai_cleanup_stats_sql_1_2);
	PG_FUNCTION_INFO_V1(ai_conn_count_sql);

	PGDLLEXPORT Datum ai_cleanup_plan_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_cleanup_reset_stats_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_cleanup_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_cleanup_stats_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_cleanup_stats_sql_1_2(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_conn_count_sql(PG_FUNCTION_ARGS);
}

namespace ai_cleanup
{

namespace
{

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
length_of(const Interval &interval)
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

// The arguments that ai_cleanup() and ai_cleanup_plan() have in common.
Call
call_of(FunctionCallInfo fcinfo)
{
	require_preloaded();
	declaration::require_arguments(fcinfo, 3);
	require_not_null(fcinfo, 0, "force", "Use true or false.");
	require_not_null(fcinfo, 1, "database", "Leave it out for the current database.");
	require_not_null(fcinfo, 2, "idle_for", "Use '0' for every idle session.");
	return {.force = PG_GETARG_BOOL(0),
			.database = database_oid(PG_GETARG_NAME(1)),
			.idle_for = length_of(*PG_GETARG_INTERVAL_P(2)),
			.protect = settings::protect};
}

const char *
text(Action action)
{
	switch (action)
	{
	case Action::retire:
		return "retire";
	case Action::terminate:
		return "terminate";
	case Action::leave_alone:
		break;
	}
	return "leave";
}

// Does the verdict follow from roles alone, so that it says nothing of what the session does?
bool
says_nothing(Verdict verdict)
{
	return verdict.reason == Reason::superuser || verdict.reason == Reason::other_role ||
		   verdict.reason == Reason::own_session || verdict.action == Action::terminate;
}

using PlanRow = Row<10>;

void
put_plan(FunctionCallInfo fcinfo, const Session &session, const Details &details, Verdict verdict,
		 Timestamp now)
{
	const RegistryEntry &entry = registry::entries()[session.slot];
	const bool visible = may_see_details(session.role);
	PlanRow row;

	row.add(Int32GetDatum(session.pid));
	row.add_name(entry.database_name);
	row.add_name(entry.role_name);
	row.add_text(details.application.data());
	if (visible)
	{
		row.add_client(client_address(details.client));
		row.add_text(state_text(details.state));
		row.add_interval(idle_age(session, now));
	}
	row.fill_with_nulls(2);
	// A role that may not see what the session does is told that much only.
	if (!visible && session.permission != Permission::granted)
		verdict = permission_verdict(session.permission);
	if (visible || says_nothing(verdict))
	{
		row.add_text(text(verdict.action));
		row.add_text(text(verdict.reason));
	}
	row.fill_with_nulls();
	row.put(fcinfo);
}

using statistics::Counter;
using statistics::Totals;

Datum
count_datum(const Totals &totals, Counter counter)
{
	return Int64GetDatum(static_cast<int64>(totals.counters[static_cast<std::size_t>(counter)]));
}

Datum
histogram(const Totals &totals)
{
	std::array<Datum, wait_bucket_count> waits{};

	for (std::size_t i = 0; i < waits.size(); i++)
		waits[i] = Int64GetDatum(static_cast<int64>(totals.waits[i]));
	return PointerGetDatum(construct_array(waits.data(), static_cast<int>(waits.size()), INT8OID,
										   sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

// In the order of the columns, as many of them as the function was declared with.
template <std::size_t columns>
Datum
stats_row(FunctionCallInfo fcinfo, Row<columns> &row)
{
	constexpr std::size_t columns_of_1_1 = 10;
	const Totals totals = statistics::totals();

	require_preloaded();
	declaration::require_arguments(fcinfo, 0);
	TupleDesc descriptor = declaration::result_row(fcinfo, columns);

	row.add_moment(totals.since);
	for (const Counter counter :
		 {Counter::sessions_retired, Counter::sessions_declined, Counter::sessions_terminated,
		  Counter::logins_rescued, Counter::logins_waited, Counter::logins_refused, Counter::sweeps,
		  Counter::wake_ups})
		row.add(count_datum(totals, counter));
	row.add(histogram(totals));
	if constexpr (columns > columns_of_1_1)
	{
		const Timestamp rests_until = worker_status::headroom_rests_until();
		row.add(count_datum(totals, Counter::retired_unused));
		row.add(count_datum(totals, Counter::logins_served));
		row.add(Int32GetDatum(line::length()));
		row.add_interval(totals.longest_wait);
		row.add_moment(rests_until > GetCurrentTimestamp() ? rests_until : never);
		row.add(Int32GetDatum(static_cast<int>(attendant_status::held())));
		row.add(count_datum(totals, Counter::clients_told));
		row.add(count_datum(totals, Counter::clients_hung_up));
		row.add(count_datum(totals, Counter::hand_overs_refused));
	}
	return row.datum(descriptor);
}

} // namespace

} // namespace ai_cleanup

// ai_cleanup(force boolean, database name, idle_for interval) RETURNS integer
Datum
ai_cleanup_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	PG_RETURN_INT32(carry_out(call_of(fcinfo)));
}

// ai_cleanup_plan(force boolean, database name, idle_for interval) RETURNS TABLE (...): what
// ai_cleanup() would do, with each session of that database
Datum
ai_cleanup_plan_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	const Call call = call_of(fcinfo);
	PlanRow::begin(fcinfo);
	const auto [snapshot, verdicts, now] = plan(call, With::details);
	for (std::size_t i = 0; i < verdicts.size(); i++)
	{
		if (snapshot.sessions[i].database == call.database)
			put_plan(fcinfo, snapshot.sessions[i], snapshot.details[i], verdicts[i], now);
	}
	return Datum{0};
}

// ai_cleanup_reset_stats() RETURNS void
Datum
ai_cleanup_reset_stats_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	declaration::require_arguments(fcinfo, 0);
	statistics::reset();
	PG_RETURN_VOID();
}

// ai_cleanup_stats() RETURNS record, as scripts up to 1.1 declare it
Datum
ai_cleanup_stats_sql(PG_FUNCTION_ARGS)
{
	ai_cleanup::Row<10> row;

	return ai_cleanup::stats_row(fcinfo, row);
}

// ai_cleanup_stats() RETURNS record: since when, the counters, the histogram, this moment
Datum
ai_cleanup_stats_sql_1_2(PG_FUNCTION_ARGS)
{
	ai_cleanup::Row<19> row;

	return ai_cleanup::stats_row(fcinfo, row);
}

// ai_conn_count() and ai_conn_count(database name) RETURNS integer
Datum
ai_conn_count_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	if (PG_NARGS() == 0)
		PG_RETURN_INT32(registry::count_sessions(MyDatabaseId));
	declaration::require_arguments(fcinfo, 1);
	PG_RETURN_INT32(
		registry::count_sessions(PG_ARGISNULL(0) ? InvalidOid : database_oid(PG_GETARG_NAME(0))));
}
