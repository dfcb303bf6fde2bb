// A session's way from its login to its exit: what happens at each step, and in which order.
#pragma once

namespace ai_cleanup::lifecycle
{

// From the authentication hook, after success, in anything but a walsender.
void enter();

} // namespace ai_cleanup::lifecycle
