// One client and its session, and which moment of its life its end is booked under.
#include "client.hpp"

#include <algorithm>

namespace loads
{

namespace
{

// For what is under way when time is up; a client that takes longer waits for something.
constexpr Milliseconds to_finish{1000};

constexpr const char *retired = "57P05"; // idle_session_timeout: the request was not served

std::string
request_of(const Options &options)
{
	if (!options.sql.empty())
		return options.sql;
	if (options.request.count() == 0)
		return "SELECT 1";
	return "SELECT pg_sleep(" + std::to_string(options.request.count()) + " / 1000.0)";
}

} // namespace

Client::Client(const Options &options)
	: options_(options), request_(storm::messages::query(request_of(options)))
{
}

bool
Client::log_in(Books &books)
{
	login_began_ = Clock::now();
	unused_ = true;
	try
	{
		wire_ = std::make_unique<storm::Wire>(options_.address, storm::Parameters{});
	}
	catch (const storm::LoginFailed &failure)
	{
		// Without a reason, or ended as idle: it had been let in when it was ended.
		if (failure.sqlstate.empty() || failure.sqlstate == retired)
			books.out_before_first++;
		else
			books.refused++;
		books.said[failure.what()]++;
		return false;
	}
	idle_since_ = Clock::now();
	books.logins++;
	books.login_waits.push_back(idle_since_ - login_began_);
	return true;
}

bool
Client::ask(Clock::time_point end, Books &books)
{
	const Clock::time_point asked = Clock::now();
	const Clock::time_point last = std::max(asked, end) + options_.request + to_finish;

	if (wire_->send(request_) != storm::Sent::whole)
	{
		wire_->hear_farewell();
		thrown_out(false, books);
		return false;
	}
	for (;;)
	{
		const auto left = std::chrono::ceil<Milliseconds>(last - Clock::now());
		const storm::Received received = wire_->receive(left);
		if (received.what == storm::Received::What::silence)
		{
			books.unanswered++;
			wire_.reset();
			return false;
		}
		if (received.what == storm::Received::What::ended)
		{
			const auto &farewell = wire_->farewell();
			thrown_out(!farewell || farewell->sqlstate != retired, books);
			return false;
		}
		if (received.message.type == 'E')
		{
			books.errors++;
			books.said[storm::messages::error(received.message.body).line()]++;
		}
		if (received.message.type == 'Z')
			break;
	}
	idle_since_ = Clock::now();
	books.requests++;
	books.answers.push_back(idle_since_ - asked);
	if (unused_)
		books.first_answers.push_back(idle_since_ - login_began_);
	unused_ = false;
	return true;
}

bool
Client::pause(Milliseconds length, Clock::time_point end, Books &books)
{
	const Clock::time_point until = std::min(end, Clock::now() + length);

	for (Clock::time_point now = Clock::now(); now < until; now = Clock::now())
	{
		const auto left = std::chrono::ceil<Milliseconds>(until - now);
		if (wire_->receive(left).what != storm::Received::What::ended)
			continue;
		thrown_out(false, books);
		return false;
	}
	return true;
}

bool
Client::has_ended()
{
	return wire_->receive(Milliseconds(0)).what == storm::Received::What::ended;
}

Clock::duration
Client::idle_for() const
{
	return Clock::now() - idle_since_;
}

void
Client::log_out()
{
	wire_.reset();
}

void
Client::thrown_out(bool request_lost, Books &books)
{
	if (request_lost)
		books.out_in_request++;
	else if (unused_)
		books.out_before_first++;
	else
		books.out_between++;
	books.out_idle.push_back(idle_for());
	books.said[wire_->farewell() ? wire_->farewell()->line() : "the connection ended"]++;
	wire_.reset();
}

} // namespace loads
