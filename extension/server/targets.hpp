// Which databases the automatic parts may touch: ai_cleanup.databases, ready to be asked.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::targets
{

// Reads the setting anew. To be called at the start and after each reload.
void reload();

// May sessions of this database be ended automatically? After reload().
bool contain(const char *database);

} // namespace ai_cleanup::targets
