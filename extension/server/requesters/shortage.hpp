// How much room a login lacks, by each of the limits that it meets: the server's slots, and the
// CONNECTION LIMIT of its role and of its database.
#pragma once

#include "server/requesters/newcomer.hpp"
#include "server/state/line.hpp"

namespace ai_cleanup
{

struct Shortage
{
	// So many sessions too many for this newcomer, if all those get in that are before it in line;
	// sessions that are exiting count, too.
	int slots = 0;
	int role = 0;
	int database = 0;

	// So many are before it in the line for a slot.
	int before = 0;

	// What is to be waited for first: the narrow limits before the wide one.
	line::Want
	want() const
	{
		return role > 0       ? line::Want::role
			   : database > 0 ? line::Want::database
			   : slots > 0    ? line::Want::slot
							  : line::Want::nothing;
	}
};

Shortage shortage_of(const Newcomer &newcomer);

} // namespace ai_cleanup
