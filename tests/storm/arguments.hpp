// The values of options on a command line, as storm, logins and loads read them.
#pragma once

#include <stdexcept>
#include <string>

namespace storm
{

struct BadOption : std::runtime_error
{
	using std::runtime_error::runtime_error;
};

// Both throw BadOption with a sentence that names the option.
long number(const std::string &option, const std::string &text, long least, long most);
bool yes_or_no(const std::string &option, const std::string &text);

} // namespace storm
