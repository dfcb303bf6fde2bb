// The same way as pg_stat_get_activity in utils/adt/pgstatfuncs.c.
#include "server/state/client_address.hpp"

#include <cstdlib>

#include <netdb.h>

namespace ai_cleanup
{

ClientAddress
client_address(const SockAddr &client)
{
	ClientAddress address{.host = {}, .port = -1};
	std::array<char, 32> port{};

	if (client.addr.ss_family != AF_INET && client.addr.ss_family != AF_INET6)
		return address;
	if (pg_getnameinfo_all(&client.addr, static_cast<int>(client.salen), address.host.data(),
						   static_cast<int>(address.host.size()), port.data(),
						   static_cast<int>(port.size()), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return {.host = {}, .port = -1};
	clean_ipv6_addr(client.addr.ss_family, address.host.data());
	address.port = atoi(port.data());
	return address;
}

} // namespace ai_cleanup
