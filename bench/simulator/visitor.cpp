// Visitors, which work, and leakers, which do not.
#include "clients.hpp"

namespace simulator
{

Visitor::Visitor(Server &server, Books &books, Visit visit)
	: server_(server), books_(books), visit_(visit)
{
}

void
Visitor::begin()
{
	done_ = 0;
	began_ = server_.agenda().now();
	session_ = server_.connect(*this, false);
}

void
Visitor::ready()
{
	books_.let_in(server_.agenda().now() - began_, server_.policy().admission_timeout);
	ask();
}

void
Visitor::refused()
{
	books_.refused++;
	server_.agenda().in(visit_.retry, [this] { begin(); });
}

void
Visitor::ask()
{
	server_.request(session_, visit_.request);
}

void
Visitor::answered()
{
	books_.requests++;
	done_++;
	answered_at_ = server_.agenda().now();
	asks_at_ = answered_at_ + visit_.pause;
	server_.agenda().in(visit_.pause, [this, session = session_, done = done_] {
		if (session != session_ || done != done_)
			return; // it was thrown out meanwhile
		if (done_ < visit_.requests)
			return ask();
		books_.visits++;
		server_.close(session_);
		begin();
	});
}

void
Visitor::ended()
{
	(done_ == 0 ? books_.out_before_first : books_.out_between)++;
	done_ = -1;
	if (!server_.policy().learns)
		return server_.agenda().in(visit_.retry, [this] { begin(); });
	// There it is told only when it asks.
	server_.agenda().at(std::max(asks_at_, server_.agenda().now()), [this] {
		server_.regret(server_.agenda().now() - answered_at_);
		server_.agenda().in(visit_.retry, [this] { begin(); });
	});
}

Leaked::Leaked(Server &server, Books &books, bool superuser, Agenda::Deed then)
	: server_(server), books_(books), then_(std::move(then)), began_(server.agenda().now())
{
	session_ = server_.connect(*this, superuser);
}

void
Leaked::ready()
{
	books_.let_in(server_.agenda().now() - began_, server_.policy().admission_timeout);
	server_.request(session_, millisecond);
}

void
Leaked::refused()
{
	books_.refused++;
	then_();
}

void
Leaked::answered()
{
	used_ = true;
	books_.requests++;
	then_();
}

void
Leaked::ended()
{
	(used_ ? books_.lost_at_rest : books_.out_before_first)++;
}

} // namespace simulator
