// What the policy decided for one session, and why. The reasons' texts have their only home
// here: the log, the messages to clients, SQL and the tests use these.
#pragma once

#include <cstdint>
#include <string_view>

namespace ai_cleanup
{

enum class Action : std::uint8_t
{
	leave,
	retire,    // ask it to end itself, if it is still idle
	terminate, // end it whatever it does
};

enum class Reason : std::uint8_t
{
	called,          // ai_cleanup() asked for it
	forced,          // ai_cleanup(force => true) asked for it
	idle_timeout,    // idle for longer than ai_cleanup.idle_timeout
	over_budget,     // its database has more sessions than ai_cleanup.connection_budget
	headroom,        // the server has fewer free slots than ai_cleanup.headroom
	admission,       // a login needed its slot
	own_session,     // it is the caller's
	other_database,  // the call is about another database
	not_target,      // ai_cleanup.databases leaves its database out
	disabled,        // ai_cleanup.enabled is off
	superuser,       // only superusers may end it
	other_role,      // the caller may not signal its role
	busy,            // it is executing
	in_transaction,  // it has a transaction open
	not_retirable,   // another library handles its SIGUSR2
	idle_too_short,  // not idle for as long as was asked for, or as the limit says
	no_limit,        // its idle_timeout is off
	already_asked,   // a request is out and not answered yet
	declined_lately, // it was asked and was not idle after all
};

struct Verdict
{
	Action action;
	Reason reason;

	constexpr bool operator==(const Verdict &) const = default;
};

// One stable text for each reason.
std::string_view text(Reason reason);

} // namespace ai_cleanup
