// A place at the server that one thread keeps.
#include "session.hpp"

#include <thread>

namespace storm
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_before_retry{5};

bool
no_slot(const LoginFailed &failure)
{
	return failure.sqlstate == "53300" || failure.sqlstate == "57P03";
}

// An idle session can be ended before its client has read the first ReadyForQuery.
bool
ended_in_login(const LoginFailed &failure)
{
	return failure.sqlstate.empty() || failure.sqlstate == "57P05" || failure.sqlstate == "57P01";
}

} // namespace

Wire &
Session::wire()
{
	const auto until = Clock::now() + patience;
	while (!wire_)
	{
		try
		{
			wire_ = std::make_unique<Wire>(address_, settings_);
			++logins_;
		}
		catch (const LoginFailed &failure)
		{
			if (no_slot(failure))
				++logins_refused_;
			else if (ended_in_login(failure))
				++logins_ended_;
			else
				throw EnvironmentFailure(std::string("a login failed: ") + failure.what());
			if (Clock::now() > until)
				throw EnvironmentFailure(std::string("no login succeeds: ") + failure.what());
			std::this_thread::sleep_for(pause_before_retry);
		}
	}
	return *wire_;
}

std::optional<Rows>
Session::ask_once(const std::string &sql)
{
	if (wire().send(messages::query(sql)) != Sent::whole)
		wire().hear_farewell();
	Rows rows;
	std::string problem;
	for (;;)
	{
		const Received received = wire().receive();
		if (received.what == Received::What::ended)
			return std::nullopt;
		if (received.what == Received::What::silence)
			throw EnvironmentFailure("no answer to: " + sql);
		const Message &message = received.message;
		if (message.type == 'D')
			rows.push_back(messages::data_row(message.body));
		if (message.type == 'E')
			problem = messages::error(message.body).line();
		if (message.type == 'Z')
		{
			if (!problem.empty())
				throw EnvironmentFailure(problem + " (in: " + sql + ")");
			return rows;
		}
	}
}

Rows
Session::ask(const std::string &sql)
{
	const auto until = Clock::now() + patience;
	while (Clock::now() < until)
	{
		if (std::optional<Rows> rows = ask_once(sql))
			return *rows;
		drop();
		++asked_again_;
	}
	throw EnvironmentFailure("a session is ended again and again before this is answered: " + sql);
}

} // namespace storm
