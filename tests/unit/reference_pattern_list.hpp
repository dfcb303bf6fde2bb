// What a pattern list means, told in another way than core/pattern_list.cpp tells it: one state for
// each character read, and a table instead of a search. Slow and plain.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reference
{

struct Pattern
{
	std::string text;
	bool literal = false;
};

// The elements of a list; nothing if the list is bad.
inline std::optional<std::vector<Pattern>>
parse_pattern_list(std::string_view text)
{
	enum class State
	{
		before, // an element
		plain,
		quoted,
		quote, // in a quoted element: its end, or the first half of ""
		after, // a quoted element
	};
	State state = State::before;
	std::vector<Pattern> list;
	Pattern element;
	bool bad = false;
	bool only_blanks = true;

	const auto end_element = [&] {
		while (!element.literal && !element.text.empty() &&
			   std::string_view(" \t\n\r").find(element.text.back()) != std::string_view::npos)
			element.text.pop_back();
		bad = bad || element.text.empty() || element.text.size() > 63;
		list.push_back(element);
		element = Pattern{};
	};

	for (const char c : text)
	{
		const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

		only_blanks = only_blanks && blank;
		if (state == State::quote)
		{
			if (c == '"')
			{
				element.text += c;
				state = State::quoted;
				continue;
			}
			state = State::after;
		}
		switch (state)
		{
		case State::before:
			if (c == '"')
			{
				element.literal = true;
				state = State::quoted;
			}
			else if (c == ',')
				end_element();
			else if (!blank)
			{
				element.text += c;
				state = State::plain;
			}
			break;
		case State::plain:
			bad = bad || c == '"';
			if (c == ',')
			{
				end_element();
				state = State::before;
			}
			else
				element.text += c;
			break;
		case State::quoted:
			if (c == '"')
				state = State::quote;
			else
				element.text += c;
			break;
		case State::after:
			bad = bad || (!blank && c != ',');
			if (c == ',')
			{
				end_element();
				state = State::before;
			}
			break;
		case State::quote:
			break; // handled above
		}
	}
	if (only_blanks)
		return list;
	bad = bad || state == State::quoted;
	end_element();
	if (bad)
		return std::nullopt;
	return list;
}

// matched[p][n]: does what follows p in the pattern match what follows n in the name?
inline bool
glob(std::string_view pattern, std::string_view name)
{
	std::vector<std::vector<bool>> matched(pattern.size() + 1,
										   std::vector<bool>(name.size() + 1, false));

	matched[pattern.size()][name.size()] = true;
	for (std::size_t p = pattern.size(); p-- > 0;)
	{
		for (std::size_t n = name.size() + 1; n-- > 0;)
		{
			const bool more = n < name.size();
			if (pattern[p] == '*')
				matched[p][n] = matched[p + 1][n] || (more && matched[p][n + 1]);
			else
				matched[p][n] =
					more && (pattern[p] == '?' || pattern[p] == name[n]) && matched[p + 1][n + 1];
		}
	}
	return matched[0][0];
}

inline bool
matches(const std::vector<Pattern> &list, std::string_view name)
{
	for (const Pattern &pattern : list)
	{
		if (pattern.literal ? pattern.text == name : glob(pattern.text, name))
			return true;
	}
	return false;
}

} // namespace reference
