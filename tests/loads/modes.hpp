// The kinds of load, each of which runs for as long as the options say and returns its books.
#pragma once

#include "books.hpp"
#include "options.hpp"

namespace loads
{

Books visits(const Options &options);
Books leak(const Options &options);
Books pools(const Options &options);

} // namespace loads
