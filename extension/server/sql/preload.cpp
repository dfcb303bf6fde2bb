// Every function that reads shared memory begins with this question.
#include "server/sql/preload.hpp"

#include "server/state/registry.hpp"

namespace ai_cleanup
{

void
require_preloaded()
{
	if (!registry::is_there())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("ai_cleanup must be loaded by the server at its start"),
						errhint("Add shared_preload_libraries = 'ai_cleanup' to postgresql.conf "
								"and restart the server.")));
}

} // namespace ai_cleanup
