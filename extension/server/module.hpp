// The library as PostgreSQL loads it.
#pragma once

namespace ai_cleanup::module
{

// Was it loaded by shared_preload_libraries? Otherwise there is no registry.
bool is_preloaded();

} // namespace ai_cleanup::module
