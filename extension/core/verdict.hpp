// What the policy decided for one session, and why. The reasons' texts have their only home
// here: the journal, the log, the messages to clients and SQL use these.
#pragma once

#include <cstdint>
#include <string_view>

namespace ai_cleanup
{

enum class Action : std::uint8_t
{
	leave_alone,
	retire,    // ask it to end itself, if it is still idle
	terminate, // end it whatever it does
};

enum class Reason : std::uint8_t
{
	// Why a session ends. These are in the journal's file: their numbers never change.
	called = 0,              // ai_cleanup() asked for it
	forced = 1,              // ai_cleanup(force => true) asked for it
	idle_timeout = 2,        // idle for longer than ai_cleanup.idle_timeout
	idle_in_transaction = 3, // so, in a transaction, than ai_cleanup.idle_in_transaction_timeout
	idle_blocker = 4,        // so, with another session waiting for its locks, than
							 // ai_cleanup.idle_blocker_timeout
	over_budget = 5,         // its database has more sessions than ai_cleanup.connection_budget
	headroom = 6,            // the server has fewer free slots than ai_cleanup.headroom
	admission = 7,           // a login needed its slot
	idle_lock = 8,           // idle for longer than ai_cleanup.idle_blocker_timeout with a lock
							 // that another session waits for

	// Why a session stays. These are kept nowhere.
	own_session = 64,   // it is the caller's
	other_database,     // the call is about another database
	not_target,         // ai_cleanup.databases leaves its database out
	disabled,           // ai_cleanup.enabled is off
	exempt,             // ai_cleanup.exempt is on for it
	exempt_application, // ai_cleanup.exempt_applications has its application
	exempt_role,        // ai_cleanup.exempt_roles has its role
	superuser,          // only superusers may end it
	other_role,         // the caller may not signal its role
	busy,               // it is executing
	in_transaction,     // it has a transaction open
	backs_up,           // protected: it runs a base backup
	has_cursor,         // protected: it has a cursor WITH HOLD
	listens,            // protected: it listens for notifications
	holds_lock,         // protected: it holds a session-level lock
	replicates,         // protected: it has a temporary replication slot or an origin
	exported_snapshot,  // protected: others may use the snapshot of its transaction
	has_temp_table,     // protected: it has temporary objects
	timeout_off,        // protected: it has switched PostgreSQL's own limit off
	not_retirable,      // another library handles its SIGUSR2
	idle_too_short,     // not idle for as long as was asked for, or as the limit says
	no_limit,           // no limit on idleness is set for it
	already_asked,      // a request is out and not answered yet
	declined_lately,    // it was asked and was not idle after all
};

struct Verdict
{
	Action action;
	Reason reason;

	constexpr bool operator==(const Verdict &) const = default;
};

// Does it end a session that is idle in a transaction, not one that is idle?
constexpr bool
ends_open_transaction(Reason reason)
{
	return reason == Reason::idle_in_transaction || reason == Reason::idle_blocker;
}

// Does it end a session because others need its slot?
constexpr bool
ends_for_need(Reason reason)
{
	return reason == Reason::over_budget || reason == Reason::headroom ||
		   reason == Reason::admission;
}

// Does the session stay because it is protected?
constexpr bool
is_protection(Reason reason)
{
	return reason >= Reason::backs_up && reason <= Reason::timeout_off;
}

// One stable text for each reason, null-terminated.
std::string_view text(Reason reason);

} // namespace ai_cleanup
