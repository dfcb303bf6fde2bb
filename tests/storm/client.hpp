// One client of the application under test: pauses, does a unit of work, enters it in its books,
// comes back when its session was ended. One thread each, started by main.
#pragma once

#include <atomic>
#include <random>

#include "books.hpp"
#include "options.hpp"
#include "session.hpp"

namespace storm
{

class Client
{
  public:
	Client(const Options &options, int number);

	// Until told to stop; the unit at hand is finished and accounted for first.
	void run(const std::atomic<bool> &stop);

	// Compares the books with the tables, when sessions are no longer ended.
	void close_books();

	const Books &
	books() const
	{
		return books_;
	}
	const Session &
	session() const
	{
		return session_;
	}

  private:
	void pause(std::chrono::microseconds longest);
	void settle(long unit, Seen seen);

	const Options &options_;
	int number_;
	std::mt19937 random_;
	Session session_;
	Books books_;
	long calls_ = 0; // of nextval that earlier units account for
};

} // namespace storm
