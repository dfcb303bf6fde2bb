// A comma list of names and `*`/`?` patterns, such as ai_cleanup.databases.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ai_cleanup
{

// What is wrong with a list, for the person who wrote it.
class BadPatternList : public std::invalid_argument
{
	using std::invalid_argument::invalid_argument;
};

class PatternList
{
  public:
	// Elements are separated by commas, blanks around them do not count. `*` stands for any
	// run of characters, `?` for one byte. In double quotes everything is literal, "" is a
	// quote. An empty list matches nothing. Throws BadPatternList.
	explicit PatternList(std::string_view text);

	bool matches(std::string_view name) const;

	bool
	empty() const
	{
		return patterns_.empty();
	}

  private:
	struct Pattern
	{
		std::string text;
		bool literal;
	};
	std::vector<Pattern> patterns_;
};

} // namespace ai_cleanup
