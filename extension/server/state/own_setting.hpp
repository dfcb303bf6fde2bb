// The settings of which a session may have values of its own, and where a value comes from.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup
{

// Those that others must know.
enum class OwnSetting : std::uint8_t
{
	connection_budget,
	exempt,
	idle_blocker_timeout,
	idle_in_transaction_timeout,
	idle_timeout,
};
constexpr std::size_t own_setting_count = 5;

// Where the value in force comes from.
enum class Origin : std::uint8_t
{
	unknown,
	built_in,
	configuration_file,
	command_line,
	all_roles, // from here on it is a session's own
	database,
	role,
	role_in_database,
	connection,
	session,
};

} // namespace ai_cleanup
