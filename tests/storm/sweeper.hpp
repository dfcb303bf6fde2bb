// Ends the idle sessions of the database at a steady pace and counts them. One thread, started by
// main.
#pragma once

#include <atomic>

#include "books.hpp"
#include "options.hpp"
#include "session.hpp"

namespace storm
{

// The statement each cleaner runs; its result is the number of sessions ended.
const char *statement_of(Cleaner cleaner);

class Sweeper
{
  public:
	// With a name of its own, by which a server with limits can exempt it.
	explicit Sweeper(const Options &options)
		: options_(options), session_(options.address, {{"application_name", "storm cleaner"}})
	{
	}

	// Runs the statement once, before anything depends on it: is it there, does it answer a number?
	void try_out();

	// Until the target or the time limit is reached, or it is told to stop.
	void run(const std::atomic<bool> &stop);

	long
	sweeps() const
	{
		return sweeps_;
	}
	long
	retired() const
	{
		return retired_;
	}
	const Books &
	books() const
	{
		return books_;
	}

  private:
	long sweep();

	const Options &options_;
	Session session_;
	Books books_;
	long sweeps_ = 0;
	long retired_ = 0;
};

} // namespace storm
