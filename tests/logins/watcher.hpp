// Which sessions were idle, and from when to when: seen from a session that is not ended, in a
// database that is no target. Answers whether there was a session that could have made way for a
// login that was refused. One thread, started by crowd.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "login.hpp"
#include "storm/session.hpp"

namespace logins
{

class Watcher
{
  public:
	// `watched` is the database whose sessions may be ended.
	Watcher(const storm::Address &outside, std::string watched);

	void run(const std::atomic<bool> &stop);

	// Was one session idle for a second and more when this began, and idle still when it ended?
	bool could_have_made_way(Wall::time_point began, Wall::time_point ended) const;

	long
	looks() const
	{
		return looks_;
	}
	long
	seen() const
	{
		return static_cast<long>(idle_.size());
	}
	// Whether it was ended itself, in spite of all.
	long
	ended() const
	{
		return session_.asked_again();
	}

  private:
	using Micros = std::int64_t; // since 1970

	storm::Session session_;
	std::string watched_;
	long looks_ = 0;
	std::map<std::pair<int, Micros>, Micros> idle_; // pid and since when; last seen so
};

} // namespace logins
