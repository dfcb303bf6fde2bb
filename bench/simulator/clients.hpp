// Clients: visitors at work, leakers, and pools. Each enters what comes of it into its books. They
// are made by loads.cpp.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "books.hpp"
#include "server.hpp"

namespace simulator
{

// Logs in, makes some requests with a pause after each, logs out; again and again.
struct Visit
{
	int requests;
	Duration request;
	Duration pause;
	Duration retry = 20 * millisecond; // after a refusal, or when thrown out
};

class Visitor : public Listener
{
  public:
	Visitor(Server &server, Books &books, Visit visit);
	void begin();

	void ready() override;
	void refused() override;
	void answered() override;
	void ended() override;

  private:
	void ask();

	Server &server_;
	Books &books_;
	Visit visit_;
	std::uint64_t session_ = 0;
	int done_ = 0;
	Timestamp began_ = 0;
	Timestamp answered_at_ = 0;
	Timestamp asks_at_ = 0; // the next time
};

// Makes one request, and is never heard of again.
class Leaked : public Listener
{
  public:
	Leaked(
		Server &server, Books &books, bool superuser, Agenda::Deed then = [] {});

	void ready() override;
	void refused() override;
	void answered() override;
	void ended() override;

  private:
	Server &server_;
	Books &books_;
	Agenda::Deed then_; // once it is in, or is not
	std::uint64_t session_ = 0;
	Timestamp began_ = 0;
	bool used_ = false;
};

// The sessions of one client's library, and callers that share them.
struct Calls
{
	int size;
	int callers;
	Duration request;
	Duration pause;
	bool refill = false; // full from the start, and replaces at once what it loses
};

class Pool
{
  public:
	Pool(Server &server, Books &books, Calls calls);
	~Pool();

	void begin();

  private:
	class Member;
	friend class Member;

	void call();
	void serve();
	void open();
	void gone(Member &member);

	Server &server_;
	Books &books_;
	Calls calls_;
	std::vector<std::unique_ptr<Member>> members_; // all there ever were
	std::vector<Member *> idle_;                   // the last one used last
	int open_ = 0;
	int opening_ = 0; // of those, not ready yet
	int waiting_ = 0; // callers that want a session
};

} // namespace simulator
