// What protects a session that looks idle, because others rely on it: found in shared memory
// from everywhere, and told by the session itself where PostgreSQL does not show it.
#pragma once

#include "core/protection.hpp"
#include "registry.hpp"

namespace ai_cleanup::protection
{

// Of the session in this slot, while it is idle: in a transaction it also holds locks that the
// end of that will release. Async-signal-safe, and exact where a session asks for itself.
Protections of(std::uint32_t slot);

// From utility.cpp, in a transaction that may begin or end listening: looks again once it is over.
void recheck_listening();

} // namespace ai_cleanup::protection
