// A session's own value outranks the configuration file's.
#include "limits.hpp"

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

std::int32_t
effective(std::int32_t own, std::int32_t shared) noexcept
{
	return own == inherited ? shared : own;
}

} // namespace

Duration
effective_idle_timeout(const Session &session, const Limits &limits) noexcept
{
	return effective(session.idle_timeout_ms, limits.idle_timeout_ms) * millisecond;
}

Duration
effective_idle_in_transaction_timeout(const Session &session, const Limits &limits) noexcept
{
	return effective(session.idle_in_transaction_timeout_ms,
					 limits.idle_in_transaction_timeout_ms) *
		   millisecond;
}

Duration
effective_idle_blocker_timeout(const Session &session, const Limits &limits) noexcept
{
	return effective(session.idle_blocker_timeout_ms, limits.idle_blocker_timeout_ms) * millisecond;
}

std::int32_t
effective_budget(const Session &session, const Limits &limits) noexcept
{
	return effective(session.connection_budget, limits.connection_budget);
}

Protections
effective_protections(const Session &session, Protections protect) noexcept
{
	return session.protections & protect &
		   (session.activity == Activity::idle ? protections_while_idle
											   : protections_in_transaction);
}

} // namespace ai_cleanup
