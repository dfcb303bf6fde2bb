// Where a client is connected from, as pg_stat_activity shows it.
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

} // namespace ai_cleanup
