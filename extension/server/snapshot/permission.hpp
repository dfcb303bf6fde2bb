// May the current role end a session of another, and see what it does? The rules of
// pg_terminate_backend and of pg_stat_activity.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup
{

// `role`: the one the session logged in with. Looks catalogs up: needs a transaction.
Permission permission_to_signal(Oid role);

// Every role may know which session it is; may the current one know the rest?
bool may_see_details(Oid role);

} // namespace ai_cleanup
