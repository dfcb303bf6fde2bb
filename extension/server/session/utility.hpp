// Utility commands on their way to PostgreSQL, as ProcessUtility_hook shows them.
#pragma once

namespace ai_cleanup::utility
{

// Chains into the hook. For _PG_init.
void install_hook();

} // namespace ai_cleanup::utility
