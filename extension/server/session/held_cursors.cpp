// PostgreSQL's table of cursors (utils/mmgr/portalmem.c) can be asked for a name only, so the
// names of those that were declared WITH HOLD are kept here, until they are found to be gone.
#include "server/session/held_cursors.hpp"

#include "bridge/prelude.hpp"

namespace ai_cleanup::held_cursors
{

namespace
{

List *names = NIL;

// A failed transaction's own cursors are gone by then.
bool
is_there(const char *name)
{
	const PortalData *portal = GetPortalByName(name);
	return PortalIsValid(portal) && (portal->cursorOptions & CURSOR_OPT_HOLD) != 0;
}

} // namespace

void
declare(const char *name)
{
	MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
	names = lappend(names, pstrdup(name));
	MemoryContextSwitchTo(before);
}

bool
any()
{
	while (names != NIL)
	{
		auto *name = static_cast<char *>(llast(names));
		if (is_there(name))
			return true;
		names = list_delete_last(names);
		pfree(name);
	}
	return false;
}

} // namespace ai_cleanup::held_cursors
