// Whole numbers within bounds, and yes or no.
#include "arguments.hpp"

#include <charconv>

namespace storm
{

long
number(const std::string &option, const std::string &text, long least, long most)
{
	long value = 0;
	const char *end = text.data() + text.size();
	auto [stopped, error] = std::from_chars(text.data(), end, value);
	if (error != std::errc() || stopped != end || value < least || value > most)
		throw BadOption(option + " wants a whole number from " + std::to_string(least) + " to " +
						std::to_string(most) + ", not \"" + text + "\"");
	return value;
}

bool
yes_or_no(const std::string &option, const std::string &text)
{
	if (text != "yes" && text != "no")
		throw BadOption(option + " wants yes or no, not \"" + text + "\"");
	return text == "yes";
}

} // namespace storm
