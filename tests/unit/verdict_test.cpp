// Each reason has one text, and it says something.
#include "core/verdict.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace ai_cleanup
{
namespace
{

constexpr int last_reason = static_cast<int>(Reason::declined_lately);

TEST(Verdict, EveryReasonHasATextOfItsOwn)
{
	std::set<std::string_view> texts;

	for (int i = 0; i <= last_reason; i++)
	{
		const std::string_view it = text(static_cast<Reason>(i));
		SCOPED_TRACE(it);
		EXPECT_FALSE(it.empty());
		EXPECT_NE(it, "unknown");
		EXPECT_TRUE(texts.insert(it).second) << "two reasons have this text";
	}
}

// Fails for a reason that was added behind the last one known here.
TEST(Verdict, NoReasonFollowsTheLast)
{
	EXPECT_EQ(text(static_cast<Reason>(last_reason + 1)), "unknown");
}

TEST(Verdict, IsEqualOnlyIfActionAndReasonAre)
{
	constexpr Verdict verdict{Action::leave, Reason::busy};

	EXPECT_TRUE((verdict == Verdict{Action::leave, Reason::busy}));
	EXPECT_FALSE((verdict == Verdict{Action::retire, Reason::busy}));
	EXPECT_FALSE((verdict == Verdict{Action::leave, Reason::disabled}));
}

} // namespace
} // namespace ai_cleanup
