// What came of many logins, counted; each thread keeps its own and they are added up.
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
	void enter(const Login &login);
	void add(const Tally &other);

	// The report, as lines of "name: value".
	void print() const;

  private:
	long logins_ = 0;
	long tries_ = 0;
	long in_ = 0;
	long cut_ = 0;
	long no_process_ = 0;
	long reserved_ = 0;
	long refused_otherwise_ = 0;
	std::vector<Clock::duration> times_; // of those in
	std::map<std::string, long> texts_;  // of those not in
};

// One line of a report.
void print_line(const std::string &name, long value);
void print_line(const std::string &name, const std::string &value);

} // namespace logins
