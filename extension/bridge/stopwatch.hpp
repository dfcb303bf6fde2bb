// How long something has taken so far, by a clock that nobody sets.
#pragma once

#include "bridge/prelude.hpp"
#include "core/time.hpp"

namespace ai_cleanup
{

class Stopwatch
{
  public:
	Stopwatch()
	{
		INSTR_TIME_SET_CURRENT(start);
	}

	Duration
	elapsed() const
	{
		instr_time now;

		INSTR_TIME_SET_CURRENT(now);
		INSTR_TIME_SUBTRACT(now, start);
		return static_cast<Duration>(INSTR_TIME_GET_MICROSEC(now));
	}

  private:
	instr_time start{};
};

} // namespace ai_cleanup
