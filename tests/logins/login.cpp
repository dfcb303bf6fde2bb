// One login and what came of it.
#include "login.hpp"

#include <thread>

namespace logins
{

namespace
{

constexpr std::chrono::milliseconds before_retry{3};

Refusal
refusal_of(const storm::LoginFailed &failure)
{
	const std::string text = failure.what();
	if (failure.sqlstate != "53300")
		return Refusal::other;
	if (text.find("sorry, too many clients already") != std::string::npos)
		return Refusal::no_process;
	if (text.find("remaining connection slots are reserved") != std::string::npos)
		return Refusal::reserved;
	return Refusal::other; // the limit of a role or a database
}

bool
answers(storm::Wire &wire)
{
	if (wire.send(storm::messages::query("SELECT 1")) != storm::Sent::whole)
		wire.hear_farewell();
	for (;;)
	{
		const storm::Received received = wire.receive();
		if (received.what == storm::Received::What::ended)
			return false;
		if (received.what == storm::Received::What::silence)
			throw storm::EnvironmentFailure("no answer to a first query");
		if (received.message.type == 'Z')
			return true;
	}
}

} // namespace

Login
log_in(const storm::Address &address, bool query, storm::Wire::Refused refused)
{
	Login login;
	const Clock::time_point start = Clock::now();

	login.started = Wall::now();
	try
	{
		login.wire = std::make_unique<storm::Wire>(address, storm::Parameters{}, refused);
		login.end = End::in;
	}
	catch (const storm::LoginFailed &failure)
	{
		// 57P05: ended as an idle session before it had read that it was in.
		const bool told = !failure.sqlstate.empty() && failure.sqlstate != "57P05";
		login.end = told ? End::refused : End::cut;
		login.refusal = refusal_of(failure);
		login.text = failure.what();
	}
	if (login.end == End::in && query && !answers(*login.wire))
	{
		login.end = End::cut;
		login.text = login.wire->farewell() ? login.wire->farewell()->line()
											: "the connection ended before the first answer";
		login.wire.reset();
	}
	login.took = Clock::now() - start;
	login.ended = Wall::now();
	return login;
}

Login
get_in(const storm::Address &address, bool query, std::chrono::milliseconds retry,
	   storm::Wire::Refused refused)
{
	const Clock::time_point start = Clock::now();
	Login login = log_in(address, query, refused);
	long tries = 1;

	while (login.found_no_slot() && Clock::now() + before_retry < start + retry)
	{
		std::this_thread::sleep_for(before_retry);
		login = log_in(address, query, refused);
		tries++;
	}
	login.tries = tries;
	login.took = Clock::now() - start;
	return login;
}

bool
has_ended(storm::Wire &wire)
{
	return wire.receive(std::chrono::milliseconds(0)).what == storm::Received::What::ended;
}

} // namespace logins
