// Points and lengths of time as the whole extension counts them.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace ai_cleanup
{

// Microseconds since PostgreSQL's epoch: the same count as a TimestampTz.
using Timestamp = std::int64_t;
// Microseconds.
using Duration = std::int64_t;

constexpr Timestamp never = std::numeric_limits<Timestamp>::max();
constexpr Timestamp long_ago = std::numeric_limits<Timestamp>::min();

constexpr Duration millisecond = 1000;
constexpr Duration second = 1000 * millisecond;

// What lies further in the future than this was written before the clock was set back; less may
// be two processes that look at it in another order.
constexpr Duration clock_tolerance = second;

// A moment `wait` after `start`, or before it if that is negative; held at `never` and
// `long_ago`.
constexpr Timestamp
after(Timestamp start, Duration wait)
{
	if (wait >= 0)
		return start > never - wait ? never : start + wait;
	return start < long_ago - wait ? long_ago : start + wait;
}

// The moment `age` before `now`; `long_ago` where the difference would pass it.
constexpr Timestamp
before(Timestamp now, Duration age)
{
	return now < long_ago + age ? long_ago : now - age;
}

// Writes a setting's length of time as SHOW would ("10min", "1500ms") into `out`,
// null-terminated and cut to its size. Returns out.data().
char *format_setting(Duration length, std::span<char> out);

// Writes a measured length of time for people ("612 s", "0.4 s") the same way.
char *format_elapsed(Duration length, std::span<char> out);

} // namespace ai_cleanup
