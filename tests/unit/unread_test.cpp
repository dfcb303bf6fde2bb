// What unread bytes of a client end with, also against a reference.
#include "core/unread.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dice.hpp"
#include "reference_unread.hpp"

namespace ai_cleanup
{
namespace
{

using Bytes = std::vector<unsigned char>;

Bytes
header(char type, std::uint32_t length)
{
	return {static_cast<unsigned char>(type), static_cast<unsigned char>(length >> 24),
			static_cast<unsigned char>(length >> 16), static_cast<unsigned char>(length >> 8),
			static_cast<unsigned char>(length)};
}

// A whole message with a body of this size, whose bytes look like messages themselves.
Bytes
message(char type, std::size_t body)
{
	Bytes result = header(type, static_cast<std::uint32_t>(body) + 4);
	for (std::size_t i = 0; i < body; i++)
		result.push_back("Q\0\0\0\4"[i % 5]);
	return result;
}

Bytes
operator+(Bytes left, const Bytes &right)
{
	left.insert(left.end(), right.begin(), right.end());
	return left;
}

// All of it seen, in a buffer of exactly its size: a sanitizer notices a byte too many.
bool
complete(const Bytes &bytes)
{
	const Bytes exact(bytes);
	return holds_complete_request(exact, exact.size());
}

// Only the first bytes seen.
bool
complete(const Bytes &bytes, std::size_t seen)
{
	const Bytes exact(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(seen));
	return holds_complete_request(exact, bytes.size());
}

TEST(Unread, NothingIsNoRequest)
{
	EXPECT_FALSE(complete({}));
}

TEST(Unread, WhatCompletesARequest)
{
	for (int type = 0; type < 256; type++)
	{
		const char c = static_cast<char>(type);
		const bool expected = c == 'Q' || c == 'F' || c == 'S' || c == 'X';
		EXPECT_EQ(complete(message(c, 7)), expected) << "type " << type;
		EXPECT_EQ(complete(message(c, 0)), expected) << "type " << type;
	}
}

TEST(Unread, OneWholeRequestIsEnough)
{
	EXPECT_TRUE(complete(message('P', 20) + message('B', 12) + message('E', 5) + message('S', 0)));
	EXPECT_FALSE(complete(message('P', 20) + message('D', 6) + message('H', 0)));
	EXPECT_TRUE(complete(message('S', 0) + message('P', 20)));
	EXPECT_TRUE(complete(message('Q', 9) + header('Q', 100)));
	EXPECT_FALSE(complete(message('P', 9) + header('Q', 100)));
	EXPECT_TRUE(complete(message('Q', 9) + message('Q', 9)));
	EXPECT_TRUE(complete(message('d', 9) + message('c', 0) + message('S', 0)));
}

TEST(Unread, EveryCutOfAMessageIsIncomplete)
{
	for (const std::size_t body : {0, 1, 30})
	{
		const Bytes before = message('P', 3);
		const Bytes whole = before + message('Q', body);
		for (std::size_t size = before.size() + 1; size < whole.size(); size++)
		{
			const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
			EXPECT_FALSE(complete(part)) << size << " of " << whole.size() << " bytes";
		}
		EXPECT_TRUE(complete(whole));
	}
}

TEST(Unread, LengthsThatCannotBeAreIncomplete)
{
	for (const std::uint32_t length : {0u, 1u, 2u, 3u})
	{
		EXPECT_FALSE(complete(header('Q', length)));
		EXPECT_FALSE(complete(header('Q', length) + message('Q', 2)));
	}
	for (const std::uint32_t length :
		 {5u, 100u, 0x7fffffffu, 0x80000000u, 0xfffffffeu, 0xffffffffu})
		EXPECT_FALSE(complete(header('Q', length))) << length;
}

// total is what the kernel says is there: it may be far more than was looked at.
TEST(Unread, HugeMessagesThatEndWithWhatIsThere)
{
	for (const std::uint32_t length : {0x00100000u, 0x7fffffffu, 0xffffffffu})
	{
		const std::size_t total = std::size_t{length} + 1;
		EXPECT_TRUE(holds_complete_request(header('Q', length), total)) << length;
		EXPECT_FALSE(holds_complete_request(header('P', length), total)) << length;
		EXPECT_FALSE(holds_complete_request(header('Q', length), total - 1)) << length;
		// Something follows, too short to be a message.
		EXPECT_TRUE(holds_complete_request(header('Q', length), total + 1)) << length;
		EXPECT_FALSE(holds_complete_request(header('P', length), total + 4)) << length;
		// Something follows that was not seen.
		EXPECT_TRUE(holds_complete_request(header('Q', length), total + 5)) << length;
		EXPECT_TRUE(holds_complete_request(header('P', length), total + 5)) << length;
	}
}

TEST(Unread, BenefitOfTheDoubtBeyondWhatIsSeen)
{
	const Bytes whole = message('B', 3) + message('P', 10);

	EXPECT_FALSE(complete(whole));
	for (std::size_t seen = 0; seen < message('B', 3).size() + 5; seen++)
		EXPECT_TRUE(complete(whole, seen)) << seen << " bytes seen";
	// Its header tells where it ends, and that is the end of all.
	for (std::size_t seen = message('B', 3).size() + 5; seen <= whole.size(); seen++)
		EXPECT_FALSE(complete(whole, seen)) << seen << " bytes seen";
}

Bytes
random_run(Dice &dice)
{
	const char types[] = {'Q', 'F', 'S', 'X', 'P', 'B', 'E', 'D', 'H', 'C', 'd', 'c', 'f', '\0'};
	Bytes run;

	for (std::uint64_t left = dice.below(5); left > 0; left--)
		run = run + message(dice.one_of(types), dice.below(12));
	return run;
}

bool
completes(char type)
{
	return std::string_view("QFSX").find(type) != std::string_view::npos;
}

// The reference of the reference: here the truth is known, for the messages were made here.
TEST(Unread, KnowsTheTruthOfMessagesThatWereMade)
{
	const char types[] = {'Q', 'F', 'S', 'X', 'P', 'B', 'E', 'D', 'H'};
	Dice dice(1);

	for (int i = 0; i < 50'000; i++)
	{
		const char type = dice.one_of(types);
		const Bytes last = message(type, dice.below(12));
		const std::size_t cut = dice.below(last.size());
		Bytes part;
		bool truth = cut == 0 && completes(type);
		for (std::uint64_t left = dice.below(5); left > 0; left--)
		{
			const char before = dice.one_of(types);
			part = part + message(before, dice.below(12));
			truth = truth || completes(before);
		}
		part = part + Bytes(last.begin(), last.end() - static_cast<std::ptrdiff_t>(cut));

		ASSERT_EQ(complete(part), truth) << type << ", without its last " << cut << " bytes";
		ASSERT_EQ(reference::holds_complete_request(part, part.size()), truth);
	}
}

TEST(Unread, JudgesAsTheReferenceDoes)
{
	Dice dice(2);
	int yes = 0;

	for (int i = 0; i < 200'000; i++)
	{
		Bytes bytes = random_run(dice);
		if (!bytes.empty() && dice.one_in(3))
			bytes.resize(dice.below(bytes.size() + 1));
		if (!bytes.empty() && dice.one_in(3))
			bytes[dice.below(bytes.size())] = static_cast<unsigned char>(dice.below(256));
		const std::size_t seen = dice.one_in(2) ? bytes.size() : dice.below(bytes.size() + 1);
		const auto part = std::span<const unsigned char>(bytes).first(seen);
		const bool expected = reference::holds_complete_request(part, bytes.size());

		ASSERT_EQ(complete(bytes, seen), expected) << "run " << i;
		// Who sees less never says no where who sees all says yes.
		ASSERT_TRUE(expected || !complete(bytes)) << "run " << i;
		yes += expected;
	}
	EXPECT_GT(yes, 50'000);
	EXPECT_LT(yes, 150'000);
}

} // namespace
} // namespace ai_cleanup
