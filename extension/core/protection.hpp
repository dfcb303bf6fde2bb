// What the idle state of a session may hide that others rely on, or that cannot be given back.
// ai_cleanup.protect says how much of it counts.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ai_cleanup
{

// Any number of the bits below.
using Protections = std::uint16_t;

constexpr Protections protected_by_backup = 1;        // it runs a base backup
constexpr Protections protected_by_cursor = 2;        // it has a cursor WITH HOLD
constexpr Protections protected_by_listen = 4;        // it listens for notifications
constexpr Protections protected_by_lock = 8;          // it holds a session-level lock
constexpr Protections protected_by_replication = 16;  // it has a temporary replication slot, or
													  // a replication origin
constexpr Protections protected_by_snapshot = 32;     // its transaction has exported a snapshot
constexpr Protections protected_by_temp_table = 64;   // it has temporary tables, or other objects
constexpr Protections protected_by_timeout_off = 128; // it has switched PostgreSQL's own limit
													  // on its open transactions off
constexpr Protections all_protections = 255;

// In the order of the bits: what settings and views call them.
constexpr std::array<std::string_view, 8> protection_names{
	"backup", "cursor", "listen", "lock", "replication", "snapshot", "temp_table", "timeout_off"};

// The end of a transaction releases its locks, and those of the session cannot be told from them.
constexpr Protections protections_in_transaction =
	all_protections & static_cast<Protections>(~protected_by_lock);

// What only a transaction has, or concerns only one.
constexpr Protections protections_while_idle =
	all_protections & static_cast<Protections>(~(protected_by_snapshot | protected_by_timeout_off));

} // namespace ai_cleanup
