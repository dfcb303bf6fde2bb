// Each reason has one text, and it says something. What is kept in the journal's file keeps its
// number, and what people look for keeps its text.
#include "core/verdict.hpp"

#include <iterator>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace ai_cleanup
{
namespace
{

constexpr int first_to_stay = static_cast<int>(Reason::own_session);
constexpr int last_reason = static_cast<int>(Reason::declined_lately);

struct Saved
{
	int number;
	std::string_view text;
};

// Files that servers have written have these numbers. Add to the list; change nothing in it.
constexpr Saved saved[] = {
	{0, "ai_cleanup() was called"},
	{1, "ai_cleanup(force => true) was called"},
	{2, "idle for longer than ai_cleanup.idle_timeout"},
	{3, "idle in a transaction for longer than ai_cleanup.idle_in_transaction_timeout"},
	{4, "idle in a transaction that another session waits for, for longer than "
		"ai_cleanup.idle_blocker_timeout"},
	{5, "its database has more sessions than ai_cleanup.connection_budget"},
	{6, "the server has fewer free slots than ai_cleanup.headroom"},
	{7, "a login needed its slot"},
	{8, "idle with a lock that another session waits for, for longer than "
		"ai_cleanup.idle_blocker_timeout"},
};

TEST(Verdict, NumbersOfSavedReasonsNeverMove)
{
	for (const Saved &each : saved)
		EXPECT_EQ(text(static_cast<Reason>(each.number)), each.text) << each.number;
}

TEST(Verdict, EveryReasonToEndIsKnownHere)
{
	const int count = static_cast<int>(std::size(saved));

	EXPECT_EQ(text(static_cast<Reason>(count)), "unknown") << "add it to the list above";
	EXPECT_EQ(text(static_cast<Reason>(first_to_stay - 1)), "unknown");
	for (int i = 0; i < count; i++)
		EXPECT_EQ(saved[i].number, i);
}

TEST(Verdict, EveryReasonHasATextOfItsOwn)
{
	std::set<std::string_view> texts;

	for (int i = 0; i <= last_reason; i++)
	{
		if (i == static_cast<int>(std::size(saved)))
			i = first_to_stay;
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
	constexpr Verdict verdict{Action::leave_alone, Reason::busy};

	EXPECT_TRUE((verdict == Verdict{Action::leave_alone, Reason::busy}));
	EXPECT_FALSE((verdict == Verdict{Action::retire, Reason::busy}));
	EXPECT_FALSE((verdict == Verdict{Action::leave_alone, Reason::disabled}));
}

} // namespace
} // namespace ai_cleanup
