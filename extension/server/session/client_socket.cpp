// How a session stops reading: MyProcPort->sock is pointed at a socket that is at end-of-file.
// This takes effect for the session at once and on every kind of connection, TLS included, and it
// can be undone: if a look at the real socket then shows that a request arrived first, nothing
// happened. Otherwise it stays so to the very end: OpenSSL's goodbye at exit must not overtake the
// farewell.
#include "server/session/client_socket.hpp"

#include <cerrno>

#include <dlfcn.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "server/session/own_retirement.hpp"
#include "server/state/socket_pair.hpp"

namespace ai_cleanup::client_socket
{

namespace
{

using own_retirement::Stage;

int dead_end = -1;
volatile sig_atomic_t real_socket = -1; // the client's, while `sock` points elsewhere
SocketPair letter{-1, -1};

bool
has_unread_on(int sock)
{
	char byte = 0;

	return recv(sock, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
		   (errno != EAGAIN && errno != EWOULDBLOCK);
}

} // namespace

void
make_dead_end()
{
	SocketPair pair{};

	if (dead_end >= 0)
		return;
	if (!make_socket_pair(SOCK_STREAM, pair))
		ereport(ERROR,
				(errcode_for_socket_access(), errmsg("ai_cleanup could not create a socket: %m")));
	close(pair[1]);
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

// On a unix socket what was sent is with the client already.
bool
has_unreceived()
{
#ifdef SIOCOUTQ
	int bytes = 0;

	return MyProcPort->raddr.addr.ss_family != AF_UNIX &&
		   ioctl(MyProcPort->sock, SIOCOUTQ, &bytes) == 0 && bytes > 0;
#else
	return false;
#endif
}

bool
stop_reading()
{
	const int sock = MyProcPort->sock;

	MyProcPort->sock = dead_end;
	own_retirement::move(Stage::serving, Stage::diverted);
	if (has_unread_on(sock))
	{
		MyProcPort->sock = sock;
		own_retirement::move(Stage::diverted, Stage::serving);
		return false;
	}
	real_socket = sock;
	return true;
}

bool
begin_letter()
{
	if (!make_socket_pair(SOCK_STREAM, letter))
		return false;
	MyProcPort->sock = letter[0];
	return true;
}

// A part of a letter would be worse than none.
std::size_t
end_letter(std::span<char> bytes)
{
	MyProcPort->sock = dead_end;
	const ssize_t length = recv(letter[1], bytes.data(), bytes.size(), MSG_DONTWAIT);
	close(letter[0]);
	close(letter[1]);
	return length < 0 || length == std::ssize(bytes) ? 0 : static_cast<std::size_t>(length);
}

int
take()
{
	const int sock = real_socket;

	real_socket = -1;
	return sock;
}

} // namespace ai_cleanup::client_socket
