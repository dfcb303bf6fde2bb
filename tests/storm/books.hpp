// The account of what became of each unit of work, and the judgement: was the promise kept? Each
// client keeps its own books; main adds them up. Knows no socket and no SQL.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "work.hpp"

namespace storm
{

enum class Outcome
{
	done,                 // every answer came, committed
	ended_idle,           // the connection had ended before anything of the unit was sent
	refused_at_send,      // the client's own send failed: it knows
	sent_in_part,         // the same in the middle of a request: it knows, too
	refused,              // told 57P05 instead of the first answer, before anything was begun
	lost,                 // the request was sent, never begun, never answered at all
	cut,                  // the server had begun the unit and ended it
	committed_unanswered, // it was committed, and the answer never came
	other,                // an error or an answer that no ended session explains
};

constexpr std::size_t outcomes = static_cast<std::size_t>(Outcome::other) + 1;

// One unit: what the client saw, what the server said last, what the database shows afterwards.
struct Unit
{
	Seen seen;
	bool told = false;      // FATAL 57P05 arrived
	bool called = false;    // nextval was called for it
	bool committed = false; // rows of it are there
};

Outcome judge(const Unit &unit);

class Books
{
  public:
	void enter(const Unit &unit);
	void surprise(const std::string &text);               // outside a unit
	void close_client(long whole_units, long half_units); // what the database shows at the end
	void add(const Books &other);

	long units() const;
	long ended() const; // units whose session was ended, at whatever moment
	long
	count(Outcome outcome) const
	{
		return counts_[static_cast<std::size_t>(outcome)];
	}
	long
	told(Outcome outcome) const
	{
		return told_[static_cast<std::size_t>(outcome)];
	}
	long
	untold(Outcome outcome) const
	{
		return count(outcome) - told(outcome);
	}

	// 57P05 means "nothing after your last ReadyForQuery was committed": it was, all the same.
	long
	broken_promise() const
	{
		return broken_promise_;
	}
	// At the end: units with some of their rows; units said to be committed without rows, or rows
	// without such a unit.
	long
	half_done() const
	{
		return half_done_;
	}
	long
	unaccounted() const
	{
		return unaccounted_;
	}
	long
	surprised() const
	{
		return count(Outcome::other) + surprises_outside_;
	}
	const std::map<std::string, long> &
	surprises() const
	{
		return surprises_;
	}

	// The figures that break the promise, each as "name = value". Where an attendant answers for
	// sessions that have ended, every request has its answer, and no send fails.
	std::vector<std::string> breaches(bool all_are_told) const;

  private:
	std::array<long, outcomes> counts_{};
	std::array<long, outcomes> told_{};
	long committed_ = 0;
	long broken_promise_ = 0;
	long half_done_ = 0;
	long unaccounted_ = 0;
	long surprises_outside_ = 0;
	std::map<std::string, long> surprises_; // how often each text came
};

} // namespace storm
