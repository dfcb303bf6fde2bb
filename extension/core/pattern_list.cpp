// Reads and matches pattern lists.
#include "pattern_list.hpp"

#include <algorithm>
#include <cstddef>

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

constexpr std::size_t max_name_length = 63; // NAMEDATALEN - 1

bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view
trimmed(std::string_view text)
{
	while (!text.empty() && is_blank(text.front()))
		text.remove_prefix(1);
	while (!text.empty() && is_blank(text.back()))
		text.remove_suffix(1);
	return text;
}

// Takes a quoted element off the front of `rest`, whose first character is the quote.
std::string
take_quoted(std::string_view &rest)
{
	std::string name;
	for (std::size_t i = 1; i < rest.size(); i++)
	{
		if (rest[i] != '"')
			name.push_back(rest[i]);
		else if (i + 1 < rest.size() && rest[i + 1] == '"')
			name.push_back(rest[i++]);
		else
		{
			rest = trimmed(rest.substr(i + 1));
			return name;
		}
	}
	throw BadPatternList("A double quote is not closed.");
}

// Takes an element without quotes off the front of `rest`.
std::string
take_plain(std::string_view &rest)
{
	const std::size_t end = std::min(rest.find(','), rest.size());
	const std::string_view element = trimmed(rest.substr(0, end));
	if (element.find('"') != std::string_view::npos)
		throw BadPatternList("A double quote stands in the middle of an element.");
	rest = rest.substr(end);
	return std::string(element);
}

// Greedy with one step back: the last `*` takes one character more whenever the rest fails.
// Linear in practice, at worst the product of the two lengths.
bool
glob(std::string_view pattern, std::string_view name)
{
	constexpr std::size_t none = std::string_view::npos;
	std::size_t p = 0;
	std::size_t n = 0;
	std::size_t star = none;
	std::size_t star_name = 0;

	while (n < name.size())
	{
		if (p < pattern.size() && pattern[p] == '*')
		{
			star = p++;
			star_name = n;
		}
		else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n]))
		{
			p++;
			n++;
		}
		else if (star != none)
		{
			p = star + 1;
			n = ++star_name;
		}
		else
			return false;
	}
	while (p < pattern.size() && pattern[p] == '*')
		p++;
	return p == pattern.size();
}

} // namespace

PatternList::PatternList(std::string_view text)
{
	std::string_view rest = trimmed(text);
	if (rest.empty())
		return;

	for (;;)
	{
		const bool quoted = !rest.empty() && rest.front() == '"';
		std::string element = quoted ? take_quoted(rest) : take_plain(rest);

		if (element.empty())
			throw BadPatternList("An element of the list is empty.");
		if (element.size() > max_name_length)
			throw BadPatternList("An element of the list is longer than a name can be (63 bytes).");
		patterns_.push_back({std::move(element), quoted});

		if (rest.empty())
			return;
		if (rest.front() != ',')
			throw BadPatternList("A comma is missing after a quoted element.");
		rest = trimmed(rest.substr(1));
	}
}

bool
PatternList::matches(std::string_view name) const
{
	return std::any_of(patterns_.begin(), patterns_.end(), [name](const Pattern &pattern) {
		return pattern.literal ? pattern.text == name : glob(pattern.text, name);
	});
}

} // namespace ai_cleanup
