// Has this session temporary objects: tables, views, functions, whatever is in its own schema?
// Not whether it once had: PostgreSQL keeps the empty schema to the session's end.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup::temporary_objects
{

// From utility.cpp, in a transaction that may create or drop some.
void may_change();

// At each of these events of a transaction.
void on_transaction_event(XactEvent event);

// As of the last transaction that has ended.
bool any();

} // namespace ai_cleanup::temporary_objects
