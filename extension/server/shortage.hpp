// How much room a login lacks, by each of PostgreSQL's own checks. Used by admission.cpp.
#pragma once

#include "bridge/prelude.hpp"
#include "newcomer.hpp"

namespace ai_cleanup
{

// So many sessions too many, those included that are leaving already.
struct Lack
{
	int total = 0;
	int leaving = 0;
};

struct Shortage
{
	Lack slots;
	Lack role;
	Lack database;

	bool
	none() const
	{
		return slots.total <= 0 && role.total <= 0 && database.total <= 0;
	}
};

// A newcomer holds a slot already when it is measured, so these are levels, the same for all
// who log in: how many slots are free, how many sessions a role and a database have, counting
// those that log in. PostgreSQL refuses a superuser only before any of this, for want of any slot
// at all: so what a superuser lacks, if it takes the last one, is a slot for whoever comes next.
Shortage measure(const Newcomer &newcomer);

} // namespace ai_cleanup
