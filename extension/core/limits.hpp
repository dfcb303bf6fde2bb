// The automatic limits, and which of their values is in force for one session: its own, or the
// configuration file's.
#pragma once

#include <cstdint>

#include "protection.hpp"
#include "session.hpp"
#include "time.hpp"

namespace ai_cleanup
{

// The worker's settings, freshly reloaded: they count for every session that inherits.
struct Limits
{
	bool enabled;
	std::int32_t idle_timeout_ms;   // 0 is off
	std::int32_t connection_budget; // sessions in one database; 0 is off
	std::int32_t headroom;          // free slots on the server; 0 is off

	std::int32_t idle_in_transaction_timeout_ms = 0; // 0 is off
	std::int32_t idle_blocker_timeout_ms = 0;        // 0 is off
	std::int32_t ripe_for_headroom_ms = 0; // the least idle time that headroom and budgets end
	std::int32_t ripe_for_login_ms = 0;    // and that a login ends
	Protections protect = all_protections; // what protects
	bool evict_exempt = false; // do exempt sessions make way for headroom and for logins?
};

// What is in force for one session; 0 if it is off.
Duration effective_idle_timeout(const Session &session, const Limits &limits) noexcept;
Duration effective_idle_in_transaction_timeout(const Session &session,
											   const Limits &limits) noexcept;
Duration effective_idle_blocker_timeout(const Session &session, const Limits &limits) noexcept;
std::int32_t effective_budget(const Session &session, const Limits &limits) noexcept;

// The smaller one of two budgets that are on.
constexpr std::int32_t
stricter(std::int32_t budget, std::int32_t other)
{
	return budget == 0 || (other > 0 && other < budget) ? other : budget;
}

// What protects the session as it is now, idle or in a transaction, of what counts; 0 if nothing.
Protections effective_protections(const Session &session, Protections protect) noexcept;

} // namespace ai_cleanup
