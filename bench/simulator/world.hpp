// One run: a server under a policy, the clients of a load, and what came of it.
#pragma once

#include <deque>

#include "clients.hpp"

namespace simulator
{

class World
{
  public:
	World(const Policy &policy, int slots) : policy_(policy), server_(agenda_, policy_, slots) {}
	World(const World &) = delete;
	World &operator=(const World &) = delete;

	// So many of them, which come one after the other within a moment.
	void
	add_visitors(int count, Visit visit)
	{
		for (int i = 0; i < count; i++)
			agenda_.in(i * between_clients, [this, visit] {
				visitors_.emplace_back(server_, books, visit);
				visitors_.back().begin();
			});
	}

	// For ever: `width` at the same instant, then the next ones.
	void
	leak(int width, Duration every, bool superuser)
	{
		for (int i = 0; i < width; i++)
			leaked_.emplace_back(server_, books, superuser);
		agenda_.in(every, [this, width, every, superuser] { leak(width, every, superuser); });
	}

	// One after the other, as fast as they come.
	void
	leak_fast(bool superuser)
	{
		leaked_.emplace_back(server_, books, superuser,
							 [this, superuser] { leak_fast(superuser); });
	}

	// So many, and no more.
	void
	leak_once(int count)
	{
		for (int i = 0; i < count; i++)
			leaked_.emplace_back(server_, books, false);
	}

	void
	add_pools(int count, Calls calls)
	{
		for (int i = 0; i < count; i++)
		{
			pools_.emplace_back(server_, books, calls);
			pools_.back().begin();
		}
	}

	void
	run_for(Duration length)
	{
		agenda_.run_until(agenda_.now() + length);
	}

	Agenda &
	agenda()
	{
		return agenda_;
	}
	Server &
	server()
	{
		return server_;
	}

	Books books;

  private:
	static constexpr Duration between_clients = 100; // microseconds

	Policy policy_;
	Agenda agenda_;
	Server server_;
	std::deque<Visitor> visitors_; // whose places do not move
	std::deque<Leaked> leaked_;
	std::deque<Pool> pools_;
};

} // namespace simulator
