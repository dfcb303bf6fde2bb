// PostgreSQL's own questions (HaveNFreeProcs, CountUserBackends, CountDBConnections), asked of the
// seats that are taken, so that newcomers that have not come to those questions yet count too.
#include "server/requesters/shortage.hpp"

#include "server/state/seats.hpp"

namespace ai_cleanup
{

Shortage
shortage_of(const Newcomer &newcomer)
{
	const line::Scope slots{line::Want::slot, newcomer.role, newcomer.database};
	// Seats before the line: a newcomer goes from the line to a seat.
	const int taken = seats::taken();
	Shortage shortage{.before = line::before_me(slots)};

	const auto lack = [&](line::Want want, int sessions, int limit) {
		return sessions + line::before_me({want, newcomer.role, newcomer.database}) + 1 - limit;
	};
	shortage.slots = taken + shortage.before + 1 - newcomer.slot_limit;
	if (newcomer.role_limit >= 0)
		shortage.role =
			lack(line::Want::role, seats::taken_by_role(newcomer.role), newcomer.role_limit);
	if (newcomer.database_limit >= 0)
		shortage.database = lack(line::Want::database, seats::taken_in_database(newcomer.database),
								 newcomer.database_limit);
	return shortage;
}

} // namespace ai_cleanup
