// Keeps the setting's list in its compiled form, on the C++ heap of this process.
#include "targets.hpp"

#include "bridge/guard.hpp"
#include "settings.hpp"

namespace ai_cleanup::targets
{

namespace
{

PatternList *list = nullptr;

} // namespace

void
reload()
{
	guarded([] {
		auto *fresh = new PatternList(settings::databases);
		delete list;
		list = fresh;
	});
}

bool
contain(const char *database)
{
	return list != nullptr && list->matches(database);
}

} // namespace ai_cleanup::targets
