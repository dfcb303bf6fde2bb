// What protects a session that looks idle, because others rely on it or because it has what
// cannot be given back: found in shared memory from everywhere. What PostgreSQL does not show there
// the session itself has published (session/own_protection.cpp).
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup::protection
{

// Of the session in this slot, while it is idle, or idle in a transaction; then it also holds
// locks that the end of that will release.
Protections of(std::uint32_t slot, int pid, Activity activity);

// That part of it that PostgreSQL's shared memory shows. Async-signal-safe.
Protections of_slot(std::uint32_t slot, int pid);

} // namespace ai_cleanup::protection
