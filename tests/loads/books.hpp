// What came of a load, counted from the clients' side. Each thread keeps its own books, and they
// are added up at the end.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace loads
{

using Clock = std::chrono::steady_clock;

struct Books
{
	// Work.
	long logins = 0;   // let in, and used or about to be
	long visits = 0;   // whole ones: let in, all requests answered
	long requests = 0; // answered
	long errors = 0;   // answered by an error, the session going on

	// Harm.
	long refused = 0;          // logins that were told no
	long out_before_first = 0; // let in, or about to be, and ended before any request was served
	long out_between = 0;      // ended between two requests: the next one was not served
	long out_in_request = 0;   // ended in a request, or what became of it is not known

	long unanswered = 0; // requests that still waited well after the load's end

	// What is no harm in itself.
	long lost_at_rest = 0; // sessions of pools, or leaked ones, that ended while not in use
	long left_at_rest = 0; // leaked ones that were still there at the end

	std::vector<Clock::duration> login_waits;   // until let in
	std::vector<Clock::duration> first_answers; // from the login's begin to its first answer
	std::vector<Clock::duration> answers;       // of each request
	std::vector<Clock::duration> out_idle; // how long sessions that were thrown out had been idle
	std::map<std::string, long> said;      // to clients that were refused or thrown out

	void add(const Books &other);

	// The report, as lines of "name: value".
	void print() const;
};

} // namespace loads
