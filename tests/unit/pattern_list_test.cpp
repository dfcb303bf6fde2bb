// Reading lists, what is wrong with bad ones, and matching, also against a reference.
#include "core/pattern_list.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "dice.hpp"
#include "reference_pattern_list.hpp"

namespace ai_cleanup
{
namespace
{

using namespace std::string_view_literals;

bool
matches(std::string_view list, std::string_view name)
{
	return PatternList(list).matches(name);
}

// What the writer of a bad list is told; empty if the list is good.
std::string
complaint(std::string_view list)
{
	try
	{
		PatternList checked(list);
		return "";
	}
	catch (const BadPatternList &error)
	{
		return error.what();
	}
}

TEST(PatternList, EmptyListMatchesNothing)
{
	for (const std::string_view list : {"", " ", "\t\r\n  "})
	{
		EXPECT_FALSE(matches(list, "shop"));
		EXPECT_FALSE(matches(list, ""));
	}
}

TEST(PatternList, MatchesIfAnyElementDoes)
{
	EXPECT_TRUE(matches("shop,blog", "shop"));
	EXPECT_TRUE(matches("shop,blog", "blog"));
	EXPECT_FALSE(matches("shop,blog", "shop,blog"));
	EXPECT_FALSE(matches("shop,blog", "sho"));
	EXPECT_FALSE(matches("shop,blog", "shopp"));
	EXPECT_FALSE(matches("shop", "Shop"));
}

TEST(PatternList, BlanksAroundElementsDoNotCount)
{
	const std::string_view list = " \t shop \n,\r my blog\t, \"in quotes\"  , last ";

	EXPECT_TRUE(matches(list, "shop"));
	EXPECT_TRUE(matches(list, "my blog"));
	EXPECT_TRUE(matches(list, "in quotes"));
	EXPECT_TRUE(matches(list, "last"));
	EXPECT_FALSE(matches(list, " shop"));
	EXPECT_FALSE(matches(list, "myblog"));
}

TEST(PatternList, StarIsAnyRunAndQuestionMarkOneByte)
{
	EXPECT_TRUE(matches("*", ""));
	EXPECT_TRUE(matches("*", "anything at all"));
	EXPECT_TRUE(matches("dev_*", "dev_"));
	EXPECT_TRUE(matches("dev_*", "dev_shop"));
	EXPECT_FALSE(matches("dev_*", "dev"));
	EXPECT_TRUE(matches("*_test", "shop_test"));
	EXPECT_FALSE(matches("*_test", "shop_test2"));
	EXPECT_TRUE(matches("a*b*c", "aXbbYbcc"));
	EXPECT_FALSE(matches("a*b*c", "aXcYb"));
	EXPECT_TRUE(matches("db?", "db1"));
	EXPECT_FALSE(matches("db?", "db"));
	EXPECT_FALSE(matches("db?", "db12"));
	EXPECT_TRUE(matches("?*?", "ab"));
	EXPECT_FALSE(matches("?*?", "a"));
	EXPECT_TRUE(matches("***", ""));
	// A character of two bytes.
	EXPECT_TRUE(matches("caf??", "café"));
	EXPECT_FALSE(matches("caf?", "café"));
}

TEST(PatternList, OtherSpecialCharactersAreOrdinary)
{
	EXPECT_TRUE(matches("a.c", "a.c"));
	EXPECT_FALSE(matches("a.c", "abc"));
	EXPECT_TRUE(matches("a[b]", "a[b]"));
	EXPECT_FALSE(matches("a[b]", "ab"));
	EXPECT_TRUE(matches("a%", "a%"));
	EXPECT_FALSE(matches("a%", "ab"));
	EXPECT_TRUE(matches("a\\*", "a\\b"));
}

TEST(PatternList, QuotesMakeEverythingLiteral)
{
	EXPECT_TRUE(matches("\"*\"", "*"));
	EXPECT_FALSE(matches("\"*\"", "shop"));
	EXPECT_FALSE(matches("\"db?\"", "db1"));
	EXPECT_TRUE(matches("\"a, b\"", "a, b"));
	EXPECT_TRUE(matches("\" blank \"", " blank "));
	EXPECT_FALSE(matches("\" blank \"", "blank"));
	EXPECT_TRUE(matches("\"a\"\"b\"", "a\"b"));
	EXPECT_TRUE(matches("\"\"\"\"", "\""));
	EXPECT_TRUE(matches("x,\"a,b\",y", "y"));
}

TEST(PatternList, TellsWhatIsWrong)
{
	constexpr std::string_view not_closed = "A double quote is not closed.";
	constexpr std::string_view in_the_middle = "A double quote stands in the middle of an element.";
	constexpr std::string_view empty = "An element of the list is empty.";
	constexpr std::string_view comma = "A comma is missing after a quoted element.";
	constexpr std::string_view too_long =
		"An element of the list is longer than a name can be (63 bytes).";
	const std::string x63(63, 'x');
	const std::string x64(64, 'x');
	const struct
	{
		std::string list;
		std::string_view complaint;
	} cases[] = {
		{"\"", not_closed},
		{"\"shop", not_closed},
		{"\"shop\"\"", not_closed},
		{"shop,\"blog", not_closed},
		{"sh\"op", in_the_middle},
		{"sh\"op\"", in_the_middle},
		{",", empty},
		{"shop,", empty},
		{",shop", empty},
		{"shop,,blog", empty},
		{"shop, ,blog", empty},
		{"\"\"", empty},
		{"\"shop\",", empty},
		{"\"shop\" blog", comma},
		{"\"shop\"blog", comma},
		{"\"shop\" \"blog\"", comma},
		{x63, ""},
		{x64, too_long},
		{" " + x63 + " ", ""},
		{'"' + x63 + '"', ""},
		{'"' + x64 + '"', too_long},
		{'"' + x63 + "\"\"\"", too_long},
		{x63 + ',' + x63, ""},
	};

	for (const auto &c : cases)
		EXPECT_EQ(complaint(c.list), c.complaint) << "list: " << c.list;
}

TEST(PatternList, EndsWhereItsTextEnds)
{
	const std::string_view text = "\"shop\"\", blog";

	EXPECT_TRUE(PatternList(text.substr(0, 6)).matches("shop"));
	EXPECT_FALSE(PatternList(text.substr(9, 3)).matches("blog"));
}

// Longer names than PostgreSQL has are no danger, and nothing in a name ends it.
TEST(PatternList, MatchesNamesOfAnyLengthAndContent)
{
	const std::string long_name(100'000, 'a');

	EXPECT_TRUE(matches("a*a", long_name));
	EXPECT_FALSE(matches("a*b", long_name));
	EXPECT_FALSE(matches("*a*a*a*a*a*a*a*a*a*a*b", long_name.substr(0, 1000)));
	EXPECT_TRUE(matches("a*b", "a\0b"sv));
	EXPECT_FALSE(matches("a", "a\0b"sv));
}

// Short strings over few characters, so that a good part of them match.
std::string
random_text(Dice &dice, std::string_view alphabet, std::size_t max_length)
{
	std::string result(dice.below(max_length + 1), ' ');
	for (char &c : result)
		c = alphabet[dice.below(alphabet.size())];
	return result;
}

TEST(PatternList, MatchesAsTheReferenceDoes)
{
	Dice dice(1);
	int matched = 0;

	for (int i = 0; i < 200'000; i++)
	{
		const std::string pattern = random_text(dice, "ab*?", 8);
		const std::string name = random_text(dice, "ab", 8);
		if (pattern.empty())
			continue;
		const bool expected = reference::glob(pattern, name);
		ASSERT_EQ(matches(pattern, name), expected) << pattern << " on " << name;
		matched += expected;
	}
	EXPECT_GT(matched, 20'000);
}

TEST(PatternList, ReadsAsTheReferenceDoes)
{
	Dice dice(2);
	int good = 0;
	int matched = 0;

	for (int i = 0; i < 200'000; i++)
	{
		// Now and then around the limit of a name's length.
		const std::string text = dice.one_in(20)
									 ? std::string(60, 'a') + random_text(dice, "a\", ", 8)
									 : random_text(dice, "ab*?\"\", \t", 10);
		const auto expected = reference::parse_pattern_list(text);
		ASSERT_EQ(complaint(text).empty(), expected.has_value()) << "list: " << text;
		if (!expected)
			continue;
		good++;
		const PatternList list(text);
		for (int n = 0; n < 4; n++)
		{
			const std::string name = random_text(dice, "ab*\", ", 4);
			ASSERT_EQ(list.matches(name), reference::matches(*expected, name))
				<< "list: " << text << " name: " << name;
			matched += list.matches(name);
		}
	}
	EXPECT_GT(good, 20'000);
	EXPECT_GT(matched, 10'000);
}

} // namespace
} // namespace ai_cleanup
