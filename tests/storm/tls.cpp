#include "tls.hpp"

#include <cerrno>
#include <csignal>
#include <string>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "wire.hpp"

namespace storm
{

namespace
{

// One for all connections. OpenSSL writes to sockets whose other end has gone.
SSL_CTX *
context()
{
	static SSL_CTX *const shared = [] {
		std::signal(SIGPIPE, SIG_IGN);
		SSL_CTX *made = SSL_CTX_new(TLS_client_method());
		if (made == nullptr)
			throw EnvironmentFailure("cannot begin to speak TLS");
		SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
		SSL_CTX_set_options(made, SSL_OP_IGNORE_UNEXPECTED_EOF);
		return made;
	}();
	return shared;
}

[[noreturn]] void
fail(const std::string &what)
{
	char reason[256];
	ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
	throw EnvironmentFailure("TLS: " + what + ": " + reason);
}

// What the system's calls would return for what OpenSSL's did.
ssize_t
as_system_call(SSL *ssl, int result)
{
	if (result > 0)
		return result;
	switch (SSL_get_error(ssl, result))
	{
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		if (errno == 0)
			errno = ECONNRESET;
		return -1;
	default:
		fail("the server broke the protocol");
	}
}

} // namespace

void
Tls::Free::operator()(SSL *ssl) const
{
	SSL_free(ssl);
}

Tls::Tls(int fd) : ssl_(SSL_new(context()))
{
	if (!ssl_ || SSL_set_fd(ssl_.get(), fd) != 1)
		fail("cannot use the socket");
	ERR_clear_error();
	if (SSL_connect(ssl_.get()) != 1)
		fail("no handshake");
}

ssize_t
Tls::send(std::string_view bytes)
{
	ERR_clear_error();
	errno = 0;
	return as_system_call(ssl_.get(),
						  SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())));
}

ssize_t
Tls::recv(char *bytes, std::size_t size)
{
	ERR_clear_error();
	errno = 0;
	return as_system_call(ssl_.get(), SSL_read(ssl_.get(), bytes, static_cast<int>(size)));
}

} // namespace storm
