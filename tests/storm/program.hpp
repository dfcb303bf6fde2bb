// How a program of clients runs: with as many files as it may open, and an exit code for each way
// to end. logins and loads are such programs.
#pragma once

#include <functional>
#include <string>

namespace storm
{

// The exit code: 0 if `run` returned, 2 if it threw BadOption, 3 if it threw anything else. In the
// last case there is no report, but a line "failure: " and why.
int run_program(const std::string &name, const std::function<std::string()> &usage,
				const std::function<void()> &run);

} // namespace storm
