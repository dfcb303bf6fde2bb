// The functions behind the views ai_connections and ai_cleanup_journal. As in pg_stat_activity,
// every role sees which session it is, and only those that may read its statistics see what it
// does.
#include "core/policy.hpp"
#include "server/snapshot/blockers.hpp"
#include "server/snapshot/permission.hpp"
#include "server/snapshot/scope.hpp"
#include "server/snapshot/snapshot.hpp"
#include "server/sql/declaration.hpp"
#include "server/sql/preload.hpp"
#include "server/sql/row.hpp"
#include "server/state/journal.hpp"
#include "server/state/line.hpp"
#include "server/state/settings.hpp"

extern "C"
{
	PG_FUNCTION_INFO_V1(ai_cleanup_journal_sql);
	PG_FUNCTION_INFO_V1(ai_cleanup_line_sql);
	PG_FUNCTION_INFO_V1(ai_connections_sql);

	PGDLLEXPORT Datum ai_cleanup_journal_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_cleanup_line_sql(PG_FUNCTION_ARGS);
	PGDLLEXPORT Datum ai_connections_sql(PG_FUNCTION_ARGS);
}

namespace ai_cleanup
{

namespace
{

// An array of protection_names.
Datum
protection_array(Protections protections)
{
	std::array<Datum, protection_names.size()> names{};
	int count = 0;

	for (std::size_t i = 0; i < protection_names.size(); i++)
	{
		if ((protections & 1 << i) != 0)
			names[count++] = PointerGetDatum(cstring_to_text(protection_names[i].data()));
	}
	return PointerGetDatum(construct_array(names.data(), count, TEXTOID, -1, false, TYPALIGN_INT));
}

const char *
text(Exemption exemption)
{
	switch (exemption)
	{
	case Exemption::setting:
		return "setting";
	case Exemption::application:
		return "application";
	case Exemption::role:
		return "role";
	case Exemption::none:
		break;
	}
	return nullptr;
}

constexpr Duration
off_is_null(Duration limit)
{
	return limit == 0 ? -1 : limit;
}

using Connection = Row<17>;

void
add_limits(Connection &row, const Session &session, const Limits &limits)
{
	const std::int32_t budget = effective_budget(session, limits);

	row.add_interval(off_is_null(effective_idle_timeout(session, limits)));
	row.add_interval(off_is_null(effective_idle_in_transaction_timeout(session, limits)));
	row.add_interval(off_is_null(effective_idle_blocker_timeout(session, limits)));
	row.add(Int32GetDatum(budget), budget == 0);
}

void
add_prospects(Connection &row, const Session &session, const Limits &limits, Timestamp now)
{
	const char *exempt_by = text(session.exemption);
	const Forecast future = forecast(session, limits, now);

	row.add(protection_array(effective_protections(session, limits.protect)));
	if (exempt_by == nullptr)
		row.add_null();
	else
		row.add_text(exempt_by);
	row.add_moment(future.at);
	row.add_text(text(future.reason));
}

void
put_connection(FunctionCallInfo fcinfo, Session session, const Details &details,
			   const Limits &limits, Timestamp now)
{
	Connection row;

	session.own = false; // as the worker sees it
	row.add(Int32GetDatum(session.pid));
	row.add_name(registry::entries()[session.slot].database_name);
	row.add_name(registry::entries()[session.slot].role_name);
	row.add_text(details.application.data());
	if (may_see_details(session.role))
	{
		row.add_client(client_address(details.client));
		row.add_moment(session.opened_at);
		row.add_text(state_text(details.state));
		row.add_interval(idle_age(session, now));
		add_limits(row, session, limits);
		add_prospects(row, session, limits, now);
	}
	row.fill_with_nulls();
	row.put(fcinfo);
}

const char *
asker(Reason reason)
{
	switch (reason)
	{
	case Reason::called:
	case Reason::forced:
		return "call";
	case Reason::admission:
		return "admission";
	default:
		return "worker";
	}
}

using EndingRow = Row<13>;

void
put_ending(FunctionCallInfo fcinfo, const journal::Ending &ending)
{
	EndingRow row;

	row.add_moment(ending.ended_at);
	row.add(Int32GetDatum(ending.pid));
	row.add_name(ending.database);
	row.add_name(ending.role_name);
	row.add_text(NameStr(ending.application));
	if (may_see_details(ending.role))
	{
		row.add_client(ending.client);
		row.add_interval(ending.idle_for);
		row.add_text(asker(ending.reason));
		row.add(Int32GetDatum(ending.asker_pid));
		row.add(NameGetDatum(&ending.asker_role), NameStr(ending.asker_role)[0] == '\0');
		row.add_text(text(ending.reason));
		row.add_text(ending.outcome == journal::Outcome::retired ? "retired" : "terminated");
	}
	row.fill_with_nulls();
	row.put(fcinfo);
}

using Waiting = Row<7>;

// One newcomer in line.
struct Place
{
	std::uint32_t slot;
	line::Ticket ticket;
};

const char *
text(line::Want want)
{
	switch (want)
	{
	case line::Want::role:
		return "the connection limit of its role";
	case line::Want::database:
		return "the connection limit of its database";
	case line::Want::slot:
	case line::Want::nothing:
		break;
	}
	return "a connection slot";
}

// All that wait, in the order in which they came.
std::span<Place>
places()
{
	const auto slots = static_cast<std::uint32_t>(registry::tickets().size());
	auto *found = static_cast<Place *>(palloc(slots * sizeof(Place)));
	std::size_t count = 0;

	for (std::uint32_t slot = 0; slot < slots; slot++)
	{
		const line::Ticket ticket = line::ticket_of(slot);
		if (ticket.want != line::Want::nothing)
			found[count++] = {slot, ticket};
	}
	std::sort(found, found + count, [](const Place &left, const Place &right) {
		return left.ticket.number < right.ticket.number;
	});
	return {found, count};
}

void
put_waiting(FunctionCallInfo fcinfo, int number, const Place &place, Timestamp now)
{
	RegistryEntry &entry = registry::entries()[place.slot];
	const Timestamp since = read_timestamp(entry.waits_since);
	Waiting row;

	row.add(Int32GetDatum(number));
	row.add(Int32GetDatum(entry.pid));
	row.add_name(entry.database_name);
	row.add_name(entry.role_name);
	if (may_see_details(entry.role))
	{
		row.add_text(text(place.ticket.want));
		row.add_moment(since);
		row.add_interval(std::max(Duration{0}, now - since));
	}
	row.fill_with_nulls();
	row.put(fcinfo);
}

} // namespace

} // namespace ai_cleanup

// ai_cleanup_line() RETURNS TABLE (...): the logins that wait for room
Datum
ai_cleanup_line_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	declaration::require_arguments(fcinfo, 0);
	Waiting::begin(fcinfo);
	const ai_cleanup::Timestamp now = GetCurrentTimestamp();
	int number = 0;
	for (const Place &place : places())
		put_waiting(fcinfo, ++number, place, now);
	return Datum{0};
}

// ai_connections() RETURNS TABLE (...): every session, and what will become of it
Datum
ai_connections_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	declaration::require_arguments(fcinfo, 0);
	Connection::begin(fcinfo);
	scope::reload();
	const Limits limits = settings::limits();
	const auto snapshot = take_snapshot(With::details);
	const ai_cleanup::Timestamp now = GetCurrentTimestamp();
	scope::mark(snapshot.sessions);
	mark_blockers(snapshot.sessions, limits, now);
	for (std::size_t i = 0; i < snapshot.sessions.size(); i++)
		put_connection(fcinfo, snapshot.sessions[i], snapshot.details[i], limits, now);
	return Datum{0};
}

// ai_cleanup_journal() RETURNS TABLE (...): the last endings, the oldest first
Datum
ai_cleanup_journal_sql(PG_FUNCTION_ARGS)
{
	using namespace ai_cleanup;

	require_preloaded();
	declaration::require_arguments(fcinfo, 0);
	EndingRow::begin(fcinfo);
	const std::size_t size = journal::capacity() * sizeof(journal::Ending);
	auto *endings =
		static_cast<journal::Ending *>(MemoryContextAllocHuge(CurrentMemoryContext, size));
	const std::size_t count = journal::read({endings, journal::capacity()});
	for (const journal::Ending &ending : std::span(endings, count))
		put_ending(fcinfo, ending);
	return Datum{0};
}
