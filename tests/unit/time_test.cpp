// Points and lengths of time: sums that would overflow, and the texts people read.
#include "core/time.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace ai_cleanup
{
namespace
{

constexpr Duration minute = 60 * second;
constexpr Duration hour = 60 * minute;
constexpr Duration day = 24 * hour;

std::string
setting(Duration length)
{
	std::array<char, 64> out;
	return format_setting(length, out);
}

std::string
elapsed(Duration length)
{
	std::array<char, 64> out;
	return format_elapsed(length, out);
}

TEST(Time, AfterAddsAndStopsAtNever)
{
	EXPECT_EQ(after(100, 5), 105);
	EXPECT_EQ(after(100, 0), 100);
	EXPECT_EQ(after(-100, 30), -70);
	EXPECT_EQ(after(never - 5, 4), never - 1);
	EXPECT_EQ(after(never - 5, 5), never);
	EXPECT_EQ(after(never - 5, 6), never);
	EXPECT_EQ(after(1, never), never);
	EXPECT_EQ(after(0, never), never);
	EXPECT_EQ(after(never, 0), never);
	EXPECT_EQ(after(never, 1), never);
	EXPECT_EQ(after(never, never), never);
	EXPECT_EQ(after(long_ago, 1), long_ago + 1);
	EXPECT_EQ(after(long_ago, never), -1);
}

TEST(Time, BeforeSubtractsAndStopsAtLongAgo)
{
	EXPECT_EQ(before(100, 5), 95);
	EXPECT_EQ(before(100, 0), 100);
	EXPECT_EQ(before(10, 30), -20);
	EXPECT_EQ(before(long_ago + 5, 4), long_ago + 1);
	EXPECT_EQ(before(long_ago + 5, 5), long_ago);
	EXPECT_EQ(before(long_ago + 5, 6), long_ago);
	EXPECT_EQ(before(-2, never), long_ago);
	EXPECT_EQ(before(-1, never), long_ago);
	EXPECT_EQ(before(0, never), long_ago + 1);
	EXPECT_EQ(before(long_ago, 0), long_ago);
	EXPECT_EQ(before(long_ago, never), long_ago);
	EXPECT_EQ(before(never, never), 0);
}

// As PostgreSQL does for SHOW: the largest unit that divides it.
TEST(Time, SettingIsShownInItsLargestWholeUnit)
{
	EXPECT_EQ(setting(millisecond), "1ms");
	EXPECT_EQ(setting(999 * millisecond), "999ms");
	EXPECT_EQ(setting(second), "1s");
	EXPECT_EQ(setting(1500 * millisecond), "1500ms");
	EXPECT_EQ(setting(59 * second), "59s");
	EXPECT_EQ(setting(minute), "1min");
	EXPECT_EQ(setting(minute + second), "61s");
	EXPECT_EQ(setting(10 * minute), "10min");
	EXPECT_EQ(setting(90 * minute), "90min");
	EXPECT_EQ(setting(hour), "1h");
	EXPECT_EQ(setting(25 * hour), "25h");
	EXPECT_EQ(setting(day), "1d");
	EXPECT_EQ(setting(7 * day), "7d");
	EXPECT_EQ(setting(std::int64_t{2147483647} * millisecond), "2147483647ms");
}

TEST(Time, ElapsedHasATenthOnlyWhileItIsShort)
{
	EXPECT_EQ(elapsed(0), "0.0 s");
	EXPECT_EQ(elapsed(400 * millisecond), "0.4 s");
	EXPECT_EQ(elapsed(9949 * millisecond), "9.9 s");
	EXPECT_EQ(elapsed(10 * second - 1), "10.0 s");
	EXPECT_EQ(elapsed(10 * second), "10 s");
	EXPECT_EQ(elapsed(612 * second + 900 * millisecond), "612 s");
	EXPECT_EQ(elapsed(400 * day), "34560000 s");
}

TEST(Time, TextsAreCutToTheirBuffer)
{
	std::array<char, 6> buffer{'x', 'x', 'x', 'x', 'x', 'x'};
	const std::span<char> out = std::span(buffer).first(4);

	EXPECT_EQ(format_setting(1500 * millisecond, out), buffer.data());
	EXPECT_STREQ(buffer.data(), "150");
	EXPECT_EQ(format_elapsed(612 * second, out), buffer.data());
	EXPECT_STREQ(buffer.data(), "612");
	EXPECT_EQ(buffer[4], 'x');
	EXPECT_EQ(buffer[5], 'x');
}

} // namespace
} // namespace ai_cleanup
