// How a function of ours was declared, compared with what the library knows: the script that
// declared it may be of another version.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::declaration
{

// Raises unless the function was declared with so many arguments.
void require_arguments(FunctionCallInfo fcinfo, int count);

// Raises unless its result has so many columns.
void require_columns(TupleDesc descriptor, int count);

// The row type that it was declared to return; raises unless it has so many columns.
TupleDesc result_row(FunctionCallInfo fcinfo, int columns);

} // namespace ai_cleanup::declaration
