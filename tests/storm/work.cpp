// The kinds of work a client does: what is sent, and which answers must come.
#include "work.hpp"

#include <vector>

namespace storm
{

namespace
{

constexpr int copied_rows = 4;

// Keeps the server at it for a moment after nextval, so that a unit can be caught at work.
constexpr const char *moment_of_work =
	"(SELECT max(md5(i::text)) FROM generate_series(1, 500) AS i)";

// One request and the types of the messages that must answer it, in their order; the last of them
// is what the client waits for. No answers: the server says nothing to it (CopyData).
struct Step
{
	std::string request;
	std::string answers;
	std::string tag; // of CommandComplete
};

// The evidence comes first: a sequence keeps the call of nextval when the transaction does not
// survive, the row stays only when it commits.
std::string
insert(int client, long unit, int part, const std::string &note = "NULL")
{
	return "INSERT INTO " + table_of(client) + " VALUES (nextval('" + sequence_of(client) + "'), " +
		   std::to_string(unit) + ", " + std::to_string(part) + ", " + note + ")";
}

std::vector<Step>
copy_steps(int client, long unit)
{
	std::vector<Step> steps;
	steps.push_back(
		{messages::query("COPY " + table_of(client) + " (unit, part) FROM STDIN"), "G", ""});
	for (int part = 0; part < copied_rows; ++part)
		steps.push_back(
			{messages::copy_data(std::to_string(unit) + "\t" + std::to_string(part) + "\n"), "",
			 ""});
	steps.push_back({messages::copy_done(), "CZ", "COPY " + std::to_string(copied_rows)});
	return steps;
}

std::vector<Step>
extended_steps(int client, long unit)
{
	const std::string sql = "INSERT INTO " + table_of(client) + " VALUES (nextval('" +
							sequence_of(client) + "'), $1, $2, NULL) RETURNING call";
	return {
		{messages::parse(sql) + messages::describe_statement() + messages::flush(), "1tT", ""},
		{messages::bind({std::to_string(unit), "0"}) + messages::execute() + messages::sync(),
		 "2DCZ", "INSERT 0 1"},
	};
}

std::vector<Step>
steps_of(Kind kind, int client, long unit)
{
	switch (kind)
	{
	case Kind::statement:
		return {{messages::query(insert(client, unit, 0, moment_of_work)), "CZ", "INSERT 0 1"}};
	case Kind::transaction:
		return {{messages::query("BEGIN"), "CZ", "BEGIN"},
				{messages::query(insert(client, unit, 0)), "CZ", "INSERT 0 1"},
				{messages::query(insert(client, unit, 1)), "CZ", "INSERT 0 1"},
				{messages::query("COMMIT"), "CZ", "COMMIT"}};
	case Kind::copy:
		return copy_steps(client, unit);
	case Kind::extended:
		return extended_steps(client, unit);
	case Kind::slow:
		return {
			{messages::query(insert(client, unit, 0, "pg_sleep(0.02)::text")), "CZ", "INSERT 0 1"}};
	}
	return {};
}

// Waits for the answers to one step; false when the unit cannot go on.
bool
hear(const Step &step, Wire &wire, Seen &seen)
{
	for (char expected : step.answers)
	{
		const Received received = wire.receive();
		if (received.what == Received::What::ended)
			return false;
		if (received.what == Received::What::silence)
		{
			seen.surprise = "no answer within " + std::to_string(patience.count()) + " s";
			return false;
		}
		const Message &message = received.message;
		if (message.type == 'E')
		{
			const ServerError error = messages::error(message.body);
			if (error.is_lost_client() && seen.answered)
				wire.hear_farewell(); // COPY reports the end of its input before the session ends
			else
				seen.surprise = error.line();
			return false;
		}
		seen.answered = true;
		if (message.type != expected)
		{
			seen.surprise =
				std::string("message ") + message.type + " came where " + expected + " was due";
			return false;
		}
		if (message.type == 'C' && messages::command_tag(message.body) != step.tag)
		{
			seen.surprise =
				messages::command_tag(message.body) + " came where " + step.tag + " was due";
			return false;
		}
	}
	return true;
}

} // namespace

const char *
name_of(Kind kind)
{
	switch (kind)
	{
	case Kind::statement:
		return "statement";
	case Kind::transaction:
		return "transaction";
	case Kind::copy:
		return "copy";
	case Kind::extended:
		return "extended";
	case Kind::slow:
		return "slow";
	}
	return "";
}

int
rows_of(Kind kind)
{
	return kind == Kind::transaction ? 2 : kind == Kind::copy ? copied_rows : 1;
}

// The check takes a session whose client has disconnected out of a running statement; one that has
// stopped reading, or has just not, must not fall victim to it.
Parameters
settings_of(Kind kind)
{
	if (kind == Kind::slow)
		return {{"client_connection_check_interval", "1ms"}};
	return {};
}

std::string
table_of(int client)
{
	return "storm_rows_" + std::to_string(client);
}

std::string
sequence_of(int client)
{
	return "storm_calls_" + std::to_string(client);
}

Seen
do_unit(Kind kind, Wire &wire, int client, long unit, const std::function<void()> &pause)
{
	Seen seen;
	const std::vector<Step> steps = steps_of(kind, client, unit);

	const Received before = wire.receive(std::chrono::milliseconds(0));
	if (before.what == Received::What::ended)
	{
		seen.ended_before = true;
		return seen;
	}
	if (before.what == Received::What::message)
	{
		seen.surprise =
			std::string("message ") + before.message.type + " came before anything was asked";
		return seen;
	}
	for (std::size_t i = 0; i < steps.size(); ++i)
	{
		if (i > 0)
			pause();
		const Sent sent = wire.send(steps[i].request);
		if (i == 0)
			seen.first_request = sent;
		if (sent != Sent::whole)
		{
			wire.hear_farewell();
			return seen;
		}
		if (!hear(steps[i], wire, seen))
			return seen;
	}
	seen.complete = true;
	return seen;
}

} // namespace storm
