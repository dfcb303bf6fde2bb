// Where a client is connected from, as pg_stat_activity shows it. Used by views.cpp and
// farewell.cpp.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup
{

struct ClientAddress
{
	std::array<char, 64> host; // numeric; empty for a unix socket
	int port;                  // -1 for a unix socket
};

// Neither allocates nor raises.
ClientAddress client_address(const SockAddr &client);

// As an inet; NULL for a unix socket.
Datum host_datum(const ClientAddress &address, bool &is_null);

} // namespace ai_cleanup
