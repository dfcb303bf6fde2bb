// The choice behind victims.hpp: gathers the sessions that may end, then sorts only as many as
// must.
#include "victims.hpp"

#include <algorithm>

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

bool
is_ripe(const Session &session, Duration ripe_after, Timestamp now)
{
	return session.activity == Activity::idle && session.idle_since <= before(now, ripe_after);
}

bool
may_go(const Session &session, const Limits &limits, Need need, Timestamp now)
{
	return is_ripe(session, need.ripe_after, now) &&
		   may_ever_go(session, limits, need.takes_exempt) && session.asked_until <= now &&
		   rested_at(session, declined_moment) <= now;
}

bool
past_limit(const Session &session, const Limits &limits, Timestamp now)
{
	const Duration limit = effective_idle_timeout(session, limits);
	return limit > 0 && session.idle_since <= before(now, limit);
}

} // namespace

Timestamp
helps_until(const Session &session) noexcept
{
	return std::min(session.asked_until,
					after(session.asked_at, session.agreed ? exit_time : answer_time));
}

bool
may_ever_go(const Session &session, const Limits &limits, bool takes_exempt) noexcept
{
	return session.target && session.retirable && !session.own &&
		   (takes_exempt || session.exemption == Exemption::none) &&
		   (session.activity != Activity::idle ||
			effective_protections(session, limits.protect) == 0);
}

Victims
choose_victims(std::span<const Session> sessions, const Limits &limits, Timestamp now, Need need,
			   std::span<std::uint32_t> among) noexcept
{
	const auto on_the_way =
		static_cast<std::size_t>(std::count_if(among.begin(), among.end(), [&](std::uint32_t i) {
			return helps_until(sessions[i]) > now;
		}));
	if (on_the_way >= need.sessions)
		return {0, on_the_way};

	const auto end = std::partition(among.begin(), among.end(), [&](std::uint32_t i) {
		return may_go(sessions[i], limits, need, now);
	});
	const auto candidates = static_cast<std::size_t>(end - among.begin());
	const std::size_t count = std::min(need.sessions - on_the_way, candidates);
	const auto goes_before = [&](std::uint32_t left, std::uint32_t right) {
		const Session &a = sessions[left];
		const Session &b = sessions[right];
		const bool a_exempt = a.exemption != Exemption::none;
		const bool b_exempt = b.exemption != Exemption::none;
		if (a_exempt != b_exempt)
			return b_exempt;
		const bool a_past = past_limit(a, limits, now);
		const bool b_past = past_limit(b, limits, now);
		if (a_past != b_past)
			return a_past;
		if (a.idle_since != b.idle_since)
			return a.idle_since < b.idle_since;
		return a.id < b.id;
	};
	std::partial_sort(among.begin(), among.begin() + static_cast<std::ptrdiff_t>(count), end,
					  goes_before);
	return {count, on_the_way};
}

Timestamp
next_choice(const Session &session, const Limits &limits, Timestamp now, Need need) noexcept
{
	Timestamp next = never;
	const auto look_at = [&](Timestamp moment) {
		if (moment > now)
			next = std::min(next, moment);
	};

	look_at(helps_until(session));
	look_at(session.asked_until);
	if (session.asked_until > now || !may_ever_go(session, limits, need.takes_exempt))
		return next;
	const bool idle = session.activity == Activity::idle;
	look_at(after(idle ? session.idle_since : now, need.ripe_after));
	look_at(rested_at(session, declined_moment));
	return next;
}

} // namespace ai_cleanup
