// Two sockets joined to each other, for this server's processes alone.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup
{

using SocketPair = std::array<int, 2>;

// Of a type such as SOCK_STREAM. Neither blocks, and no program that the server starts inherits
// them. False, and errno, where there are none to be had.
bool make_socket_pair(int type, SocketPair &pair);

} // namespace ai_cleanup
