// What the idle state of a session may hide that others rely on. Found by server/protection.cpp,
// weighed by policy.cpp against what ai_cleanup.protect says.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ai_cleanup
{

// Any number of the bits below.
using Protections = std::uint8_t;

constexpr Protections protected_by_listen = 1;     // it listens for notifications
constexpr Protections protected_by_lock = 2;       // it holds a session-level lock
constexpr Protections protected_by_temp_table = 4; // it has, or had, temporary tables
constexpr Protections all_protections = 7;

// In the order of the bits: what settings and views call them.
constexpr std::array<std::string_view, 3> protection_names{"listen", "lock", "temp_table"};

} // namespace ai_cleanup
