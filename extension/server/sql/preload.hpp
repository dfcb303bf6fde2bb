// Whether the library was loaded at the server's start: without that there is no registry.
#pragma once

namespace ai_cleanup
{

// Raises an ERROR that says what to do if it was not.
void require_preloaded();

} // namespace ai_cleanup
