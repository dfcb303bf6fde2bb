// May the current role end a session of another? The rule of pg_terminate_backend.
#pragma once

#include "bridge/prelude.hpp"
#include "core/session.hpp"

namespace ai_cleanup
{

// `role`: the one the session logged in with. Looks catalogs up: needs a transaction.
Permission permission_to_signal(Oid role);

} // namespace ai_cleanup
