// What SELECT ai_cleanup() does, once its arguments are known to be good.
#pragma once

#include "bridge/prelude.hpp"
#include "core/policy.hpp"

namespace ai_cleanup
{

// Ends what the call asks for, waits for it, tells the caller what stayed and why.
// Returns how many sessions ended.
int carry_out(const Call &call);

} // namespace ai_cleanup
