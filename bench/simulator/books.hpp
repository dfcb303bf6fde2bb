// What came of a load: work and harm, as its clients have seen them.
#pragma once

#include <algorithm>

#include "agenda.hpp"

namespace simulator
{

struct Books
{
	// Work.
	long logins = 0;
	long visits = 0;
	long requests = 0;

	// Harm.
	long refused = 0;
	long out_before_first = 0;
	long out_between = 0;
	long delayed = 0; // logins that took longer than the policy allows

	// What is no harm in itself: ended sessions that no client used.
	long lost_at_rest = 0;

	Duration longest_login = 0;

	void
	let_in(Duration took, Duration allowed)
	{
		logins++;
		delayed += took > allowed;
		longest_login = std::max(longest_login, took);
	}

	long
	thrown_out() const
	{
		return out_before_first + out_between;
	}

	long
	harm() const
	{
		return refused + thrown_out() + delayed;
	}
};

} // namespace simulator
