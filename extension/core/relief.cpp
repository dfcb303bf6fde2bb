// Counts what was ended for each need since it was last relieved.
#include "relief.hpp"

#include <algorithm>

#include "postgres_free.hpp"

namespace ai_cleanup
{

bool
Relief::may_end(Key key, std::size_t sessions, std::size_t size, Timestamp now)
{
	State &state = states_[key];

	if (state.ended_at > after(now, clock_tolerance))
		state = State{}; // the clock has been set back since
	state.needed = true;
	if (sessions == 0 || now < state.rests_until)
		return false;
	if (state.ended > 0 && (state.rests > 0 || state.ended >= enough_times * size))
	{
		if (state.rests == 0)
		{
			news_ = key;
			has_news_ = true;
		}
		state.rests_until = after(now, first_rest << std::min(state.rests, most_rest_doublings));
		state.rests++;
		state.ended = 0;
		return false;
	}
	state.ended += sessions;
	state.ended_at = now;
	return true;
}

void
Relief::forget_relieved(Timestamp now)
{
	std::erase_if(states_, [&](const auto &entry) {
		const State &state = entry.second;
		return !state.needed && now >= state.rests_until &&
			   now >= after(state.ended_at, relieved_time);
	});
	for (auto &[key, state] : states_)
		state.needed = false;
}

Timestamp
Relief::next_look(Timestamp now) const
{
	Timestamp next = never;

	for (const auto &[key, state] : states_)
	{
		const Timestamp relieved = after(state.ended_at, relieved_time);
		if (relieved > now)
			next = std::min(next, relieved);
	}
	return next;
}

Timestamp
Relief::rests_until(Key key) const
{
	const auto found = states_.find(key);
	return found == states_.end() ? long_ago : found->second.rests_until;
}

bool
Relief::take_news(Key &key)
{
	const bool had_news = has_news_;

	key = news_;
	has_news_ = false;
	return had_news;
}

} // namespace ai_cleanup
