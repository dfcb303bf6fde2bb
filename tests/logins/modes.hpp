// What logins can do; each mode is a file. Called by main.cpp, which prints the tally they return.
#pragma once

#include "options.hpp"
#include "tally.hpp"

namespace logins
{

Tally one_by_one(const Options &options);
Tally burst(const Options &options);
Tally knock(const Options &options);
Tally crowd(const Options &options); // prints the rest of its report itself

} // namespace logins
