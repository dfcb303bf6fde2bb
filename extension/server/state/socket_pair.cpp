// As PostgreSQL's own sockets: close-on-exec, not blocking.
#include "server/state/socket_pair.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ai_cleanup
{

bool
make_socket_pair(int type, SocketPair &pair)
{
	if (socketpair(AF_UNIX, type, 0, pair.data()) != 0)
		return false;
	for (const int sock : pair)
	{
		if (fcntl(sock, F_SETFD, FD_CLOEXEC) == 0 && pg_set_noblock(sock))
			continue;
		const int saved_errno = errno;
		close(pair[0]);
		close(pair[1]);
		errno = saved_errno;
		return false;
	}
	return true;
}

} // namespace ai_cleanup
