// The definitions of the settings, with what PostgreSQL calls when one is written or changed.
#pragma once

namespace ai_cleanup::settings
{

// For _PG_init.
void define();

} // namespace ai_cleanup::settings
