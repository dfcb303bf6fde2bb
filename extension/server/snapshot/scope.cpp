// Keeps the settings' lists in their compiled form, on the C++ heap of this process.
#include "server/snapshot/scope.hpp"

#include "bridge/guard.hpp"
#include "core/pattern_list.hpp"
#include "server/snapshot/snapshot.hpp"
#include "server/state/registry.hpp"
#include "server/state/settings.hpp"

namespace ai_cleanup::scope
{

namespace
{

struct Lists
{
	PatternList databases;
	PatternList exempt_applications;
	PatternList exempt_roles;
};

Lists *lists = nullptr;

bool
is_exempt_by_setting(RegistryEntry &entry)
{
	const std::int32_t own = own_setting(entry, OwnSetting::exempt);
	return own == inherited ? settings::exempt : own != 0;
}

bool
is_exempt_by_application(const Session &session)
{
	std::array<char, NAMEDATALEN> name{};

	return !lists->exempt_applications.empty() && read_application(session, name) &&
		   lists->exempt_applications.matches(name.data());
}

Exemption
exemption(const Session &session, RegistryEntry &entry)
{
	if (is_exempt_by_setting(entry))
		return Exemption::setting;
	if (lists->exempt_roles.matches(NameStr(entry.role_name)))
		return Exemption::role;
	if (is_exempt_by_application(session))
		return Exemption::application;
	return Exemption::none;
}

} // namespace

void
reload()
{
	guarded([] {
		auto *fresh =
			new Lists{PatternList(settings::databases), PatternList(settings::exempt_applications),
					  PatternList(settings::exempt_roles)};
		delete lists;
		lists = fresh;
	});
}

void
mark(std::span<Session> sessions)
{
	for (Session &session : sessions)
	{
		RegistryEntry &entry = registry::entries()[session.slot];
		session.target = lists->databases.matches(NameStr(entry.database_name));
		session.exemption = exemption(session, entry);
	}
}

} // namespace ai_cleanup::scope
