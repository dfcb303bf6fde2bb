// What the database itself tells of a unit.
#include "evidence.hpp"

#include <thread>

namespace storm::evidence
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_between_looks{2};

long
figure(const Rows &rows, std::size_t column)
{
	if (rows.size() != 1 || rows[0].size() <= column || rows[0][column].empty())
		throw EnvironmentFailure("the evidence cannot be read");
	return std::stol(rows[0][column]);
}

} // namespace

void
prepare(Session &session, int clients)
{
	for (int client = 0; client < clients; ++client)
	{
		const std::string table = table_of(client);
		const std::string sequence = sequence_of(client);
		session.ask("DROP TABLE IF EXISTS " + table);
		session.ask("DROP SEQUENCE IF EXISTS " + sequence);
		session.ask("CREATE SEQUENCE IF NOT EXISTS " + sequence);
		// COPY reaches the sequence through the default, which stands first.
		session.ask("CREATE TABLE IF NOT EXISTS " + table + " (call bigint DEFAULT nextval('" +
					sequence + "'), unit bigint, part int, note text, PRIMARY KEY (unit, part))");
	}
}

bool
backend_gone(Session &session, int pid)
{
	// The pid may be this very session's by now. Two statements of one transaction would see the
	// same copy of pg_stat_activity; each look is a transaction of its own.
	const std::string sql =
		"SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid) +
		" AND pid <> pg_backend_pid()";
	const auto until = Clock::now() + patience;
	while (Clock::now() < until)
	{
		if (figure(session.ask(sql), 0) == 0)
			return true;
		std::this_thread::sleep_for(pause_between_looks);
	}
	return false;
}

Traces
read_unit(Session &session, int client, long unit)
{
	const Rows rows = session.ask(
		"SELECT CASE WHEN is_called THEN last_value ELSE 0 END, (SELECT count(*) FROM " +
		table_of(client) + " WHERE unit = " + std::to_string(unit) + ") FROM " +
		sequence_of(client));
	return {figure(rows, 0), figure(rows, 1)};
}

Remains
read_client(Session &session, Kind kind, int client)
{
	const std::string whole = std::to_string(rows_of(kind));
	const Rows rows = session.ask("SELECT count(*) FILTER (WHERE parts = " + whole +
								  "), count(*) FILTER (WHERE parts <> " + whole +
								  ") FROM (SELECT count(*) AS parts FROM " + table_of(client) +
								  " GROUP BY unit) AS units");
	return {figure(rows, 0), figure(rows, 1)};
}

} // namespace storm::evidence
