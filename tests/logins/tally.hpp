// What came of many logins, counted; each thread keeps its own and they are added up. Used by
// every mode.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "login.hpp"

namespace logins
{

class Tally
{
  public:
	// One attempt.
	void enter(const Login &login);
	// How long it took a client to get in, with all its attempts.
	void enter_time(Clock::duration took);
	void add(const Tally &other);

	long
	in() const
	{
		return in_;
	}
	long
	attempts() const
	{
		return attempts_;
	}

	// The report, as lines of "name: value".
	void print() const;

  private:
	long attempts_ = 0;
	long in_ = 0;
	long cut_ = 0;
	long no_process_ = 0;
	long reserved_ = 0;
	long refused_otherwise_ = 0;
	std::vector<Clock::duration> times_;
	std::map<std::string, long> texts_; // of those not in
};

// One line of a report.
void print_line(const std::string &name, long value);
void print_line(const std::string &name, const std::string &value);

} // namespace logins
