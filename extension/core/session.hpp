// The facts about one session at one moment, as the snapshot found them: all that the policy may
// know.
#pragma once

#include <cstdint>

#include "protection.hpp"
#include "time.hpp"

namespace ai_cleanup
{

enum class Activity : std::uint8_t
{
	idle,
	in_transaction, // has one open and executes nothing
	busy,           // executing, or in a state that says nothing exact
};

// May the caller signal this session, by the rules of pg_terminate_backend?
enum class Permission : std::uint8_t
{
	granted,
	superusers_only, // it belongs to a superuser and the caller is none
	other_role,      // the caller is neither a member of its role nor of pg_signal_backend
};

// What takes a session out of the automatic limits.
enum class Exemption : std::uint8_t
{
	none,
	setting,     // ai_cleanup.exempt
	application, // ai_cleanup.exempt_applications
	role,        // ai_cleanup.exempt_roles
};

// "Not set for this session": the configuration file's value counts.
constexpr std::int32_t inherited = -1;

struct Session
{
	std::uint64_t id;       // unique as long as the cluster runs
	std::uint32_t slot;     // its index in the registry
	std::uint32_t database; // oid
	std::uint32_t role;     // oid of the role it logged in with
	int pid;
	Activity activity;
	Permission permission;          // only asked for a call; the worker acts for the server's owner
	bool own;                       // the caller's own session
	bool retirable;                 // its SIGUSR2 is ours
	bool target;                    // the automatic parts may touch its database
	Timestamp opened_at;            // when its login was complete
	Timestamp idle_since;           // while idle, or in a transaction; `never` if not known
	Timestamp asked_at;             // when the request was made that is out; long_ago if none
	Timestamp asked_until;          // how long it holds; `never` if `agreed`
	Timestamp declined_at;          // when it last declined; long_ago if never
	std::uint32_t declines;         // how often in a row, without having worked in between
	std::int32_t idle_timeout_ms;   // its own value, 0 off, or `inherited`
	std::int32_t connection_budget; // likewise

	bool agreed = false; // to that request, or ends anyway: nothing is left to ask
	Protections protections = 0;
	Exemption exemption = Exemption::none;
	Timestamp blocks_since = never; // since when another session waits for its locks
	std::int32_t idle_in_transaction_timeout_ms = inherited;
	std::int32_t idle_blocker_timeout_ms = inherited;
};

} // namespace ai_cleanup
