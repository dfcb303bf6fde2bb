// How a session stops hearing. Two means together, neither enough alone:
//
// - MyProcPort->sock is pointed at a socket that is at end-of-file. This takes effect for
//   the session at once and on every kind of connection, TLS included, and it can be undone:
//   if a look at the real socket then shows that a request arrived first, nothing happened.
// - On a unix socket shutdown(SHUT_RD) follows, so that a client that sends later is told by
//   its own send(), which TCP cannot do. What came in between the look and the shutdown, some
//   hundred nanoseconds, is a last request: served if it is a complete one, dropped if
//   the client would have to send more of it, for it no longer can.
#include "client_socket.hpp"

#include <cerrno>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/unread.hpp"

namespace ai_cleanup::client_socket
{

namespace
{

constexpr std::size_t peek_size = 4096;

int dead_end = -1;
volatile sig_atomic_t real_socket = -1; // the client's, while `sock` points elsewhere
volatile sig_atomic_t last_request = false;

ssize_t
peek(int sock, std::span<unsigned char> bytes)
{
	return recv(sock, bytes.data(), bytes.size(), MSG_PEEK | MSG_DONTWAIT);
}

bool
has_unread_on(int sock)
{
	std::array<unsigned char, 1> byte;

	return peek(sock, byte) >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

bool
on_unix_socket()
{
	return MyProcPort->raddr.addr.ss_family == AF_UNIX;
}

// After the shutdown nothing is added any more, so what is seen now is all there will be.
bool
received_a_request(int sock)
{
	std::array<unsigned char, peek_size> bytes;
	int total = 0;

	const ssize_t seen = peek(sock, bytes);
	if (seen <= 0)
		return false;
	if (ioctl(sock, FIONREAD, &total) != 0 || total < seen)
		total = static_cast<int>(seen);
	return holds_complete_request(std::span(bytes).first(static_cast<std::size_t>(seen)),
								  static_cast<std::size_t>(total));
}

} // namespace

void
make_dead_end()
{
	std::array<int, 2> pair{};

	if (dead_end >= 0)
		return;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0)
		ereport(ERROR,
				(errcode_for_socket_access(), errmsg("ai_cleanup could not create a socket: %m")));
	close(pair[1]);
	if (fcntl(pair[0], F_SETFD, FD_CLOEXEC) != 0)
		ereport(ERROR,
				(errcode_for_socket_access(), errmsg("ai_cleanup could not set up a socket: %m")));
	dead_end = pair[0];
}

// From PostgreSQL 18 on (port_bio_ctrl in libpq/be-secure-openssl.c) OpenSSL learns that it was
// end-of-file. Without a farewell of TLS's own before it, that is a fatal error to it, after which
// it writes nothing any more.
void
survive_end_of_file()
{
#if defined(USE_OPENSSL) && defined(SSL_OP_IGNORE_UNEXPECTED_EOF)
	if (MyProcPort->ssl == nullptr)
		return;
	// The server's own OpenSSL, to which a module is not linked.
	const auto set_options =
		reinterpret_cast<decltype(&SSL_set_options)>(dlsym(RTLD_DEFAULT, "SSL_set_options"));
	if (set_options != nullptr)
		(void) set_options(MyProcPort->ssl, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
}

bool
has_unread()
{
	return has_unread_on(MyProcPort->sock);
}

bool
stop_reading()
{
	const int sock = MyProcPort->sock;

	MyProcPort->sock = dead_end;
	if (has_unread_on(sock))
	{
		MyProcPort->sock = sock;
		return false;
	}
	real_socket = sock;

	if (on_unix_socket())
	{
		shutdown(sock, SHUT_RD);
		if (received_a_request(sock))
		{
			// To PostgreSQL's check for lost clients the shutdown looks like one.
			client_connection_check_interval = 0;
			last_request = true;
			MyProcPort->sock = sock;
		}
	}
	return true;
}

bool
serves_last_request()
{
	return last_request;
}

bool
reconnect_for_farewell()
{
	if (real_socket < 0 || MyProcPort->sock != dead_end)
		return false;
	MyProcPort->sock = real_socket;
	return true;
}

} // namespace ai_cleanup::client_socket
