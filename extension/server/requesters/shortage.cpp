// PostgreSQL's own questions (HaveNFreeProcs, CountUserBackends, CountDBConnections), asked of the
// seats that are taken, so that newcomers who have not come to those questions yet count too.
#include "server/requesters/shortage.hpp"

#include "server/state/seats.hpp"

namespace ai_cleanup
{

Shortage
measure(const Newcomer &newcomer)
{
	const auto lack = [&](line::Want want, int taken, int limit) {
		return taken + line::before_me({want, newcomer.role, newcomer.database}) + 1 - limit;
	};
	Shortage shortage{.slots = lack(line::Want::slot, seats::taken(), newcomer.slot_limit)};

	if (newcomer.role_limit >= 0)
		shortage.role =
			lack(line::Want::role, seats::taken_by_role(newcomer.role), newcomer.role_limit);
	if (newcomer.database_limit >= 0)
		shortage.database = lack(line::Want::database, seats::taken_in_database(newcomer.database),
								 newcomer.database_limit);
	return shortage;
}

} // namespace ai_cleanup
