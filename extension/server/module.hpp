// The library as PostgreSQL loads it.
#pragma once

namespace ai_cleanup::module
{

// Was it loaded by shared_preload_libraries? Otherwise there is no registry.
bool is_preloaded();

// Raises an ERROR that says what to do if it was not.
void require_preloaded();

} // namespace ai_cleanup::module
