// Whether ending sessions for a need brings relief. It does not where they come straight back, as
// the connections of a pool do that refills itself: then no session is ended for that need for some
// minutes, and for twice as long each time it turns out to be so again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "time.hpp"

namespace ai_cleanup
{

// A need that is gone this long after the last ending for it has been relieved.
constexpr Duration relieved_time = 500 * millisecond;

constexpr std::size_t enough_times = 2;

constexpr Duration first_rest = 60 * second;
constexpr int most_rest_doublings = 6; // the longest rest is 64 minutes

class Relief
{
  public:
	// What is needed: free slots of the server, or room in a database (its oid).
	using Key = std::uint32_t;
	static constexpr Key headroom = 0;

	// There is a need for `size`. May so many sessions be ended for it now? (They are, if so.) With
	// enough_times `size` of them ended since it was last relieved, a rest begins; after a first
	// rest it takes only one attempt.
	bool may_end(Key key, std::size_t sessions, std::size_t size, Timestamp now);

	// All needs of this moment have been told: the others are relieved.
	void forget_relieved(Timestamp now);

	// When to look whether there is relief, if no need is told before that: `never` if nothing was
	// ended just now.
	Timestamp next_look(Timestamp now) const;

	// Until when no session is ended for it; `long_ago` without a rest.
	Timestamp rests_until(Key key) const;

	// Has a first rest begun since the last call? Says for which need.
	bool take_news(Key &key);

  private:
	struct State
	{
		Timestamp ended_at = long_ago; // the last time that some were ended
		std::size_t ended = 0;         // how many since there was relief
		int rests = 0;                 // how many in a row
		Timestamp rests_until = long_ago;
		bool needed = false; // at this moment
	};

	std::map<Key, State> states_;
	Key news_ = 0;
	bool has_news_ = false;
};

} // namespace ai_cleanup
