// Which sessions make way when there is need: for a free slot, for a database's budget, for a
// login. Only a ripe one does: its client is not merely pausing between two requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "policy.hpp"
#include "session.hpp"
#include "time.hpp"

namespace ai_cleanup
{

// A request counts as help on its way until it has been out for this long without an answer:
// then its session is stopped, perhaps, and another one is asked as well.
constexpr Duration answer_time = 200 * millisecond;

// And for this long once its session has agreed: an exit that takes longer is held up.
constexpr Duration exit_time = 500 * millisecond;

// Until when a session that was asked counts as help on its way.
Timestamp helps_until(const Session &session) noexcept;

// One that declined is not asked again in the same moment.
constexpr Duration declined_moment = 100 * millisecond;

struct Need
{
	std::size_t sessions;      // so many are to end
	Duration ripe_after;       // only those that have been idle for at least this long
	bool takes_exempt = false; // exempt ones as well, after all others
};

struct Victims
{
	std::size_t chosen;     // how many are to be asked now
	std::size_t on_the_way; // how many more were asked already, and count as much
};

// Chooses so many of the sessions to retire that, with those on their way, `need` is met,
// and never more: first those past their idle_timeout, then the longest idle. Only ripe
// sessions of target databases that nothing protects. `among` holds the indexes of the sessions
// whose end would help; it is reordered, so that the chosen ones come first.
Victims choose_victims(std::span<const Session> sessions, const Limits &limits, Timestamp now,
					   Need need, std::span<std::uint32_t> among) noexcept;

// Could it be chosen if it were idle for long enough?
bool may_ever_go(const Session &session, const Limits &limits, bool takes_exempt) noexcept;

// When the choice could turn out otherwise, if nobody logs in or out meanwhile: help does not
// come, or a session is ripe, or rested from declining. A busy one may be idle right away, and
// ripe after that. Always later than `now`; `never` if nothing is to be expected.
Timestamp next_choice(const Session &session, const Limits &limits, Timestamp now,
					  Need need) noexcept;

} // namespace ai_cleanup
