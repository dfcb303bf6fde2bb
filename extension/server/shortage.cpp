// The questions of InitPostgres and what it calls: HaveNFreeProcs, CountUserBackends and
// CountDBConnections, except that newcomers who have not come to those yet are counted too.
#include "shortage.hpp"

#include "registry.hpp"
#include "settings.hpp"

namespace ai_cleanup
{

namespace
{

constexpr int free_behind_superuser = 1;

template <typename Belongs>
Lack
count(Belongs belongs)
{
	Lack lack;

	for (RegistryEntry &entry : registry::entries())
	{
		const Phase phase = registry::occupant(entry).phase;
		if (phase < Phase::login || phase > Phase::leaving || !belongs(entry))
			continue;
		lack.total++;
		lack.leaving += phase == Phase::leaving;
	}
	return lack;
}

int
count_leaving()
{
	return count([](const RegistryEntry &) { return true; }).leaving;
}

} // namespace

Shortage
measure(const Newcomer &newcomer)
{
	Shortage shortage;
	const int reserved = newcomer.superuser
							 ? std::min(free_behind_superuser, settings::effective_headroom())
							 : compat::reserved_slots(newcomer.role);

	shortage.slots.total = reserved - compat::free_slots(reserved);
	if (shortage.slots.total > 0)
		shortage.slots.leaving = count_leaving();
	if (newcomer.superuser)
		return shortage;
	if (newcomer.role_limit >= 0)
	{
		shortage.role =
			count([&](const RegistryEntry &entry) { return entry.role == newcomer.role; });
		shortage.role.total -= newcomer.role_limit;
	}
	if (newcomer.database_limit >= 0)
	{
		shortage.database =
			count([&](const RegistryEntry &entry) { return entry.database == newcomer.database; });
		shortage.database.total -= newcomer.database_limit;
	}
	return shortage;
}

} // namespace ai_cleanup
