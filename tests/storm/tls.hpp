// TLS on a connected socket, with send() and recv() as the system's own: what does not go at once
// is EAGAIN. It checks no certificate: the server is the test's.
#pragma once

#include <memory>
#include <string_view>

#include <sys/types.h>

typedef struct ssl_st SSL;

namespace storm
{

class Tls
{
  public:
	// Shakes hands; waits for the server as long as that takes. Throws EnvironmentFailure.
	explicit Tls(int fd);

	ssize_t send(std::string_view bytes);

	// 0 at the end of the connection. Throws EnvironmentFailure if what arrives is no TLS: then
	// the server has sent records out of order.
	ssize_t recv(char *bytes, std::size_t size);

  private:
	struct Free
	{
		void operator()(SSL *ssl) const;
	};
	std::unique_ptr<SSL, Free> ssl_;
};

} // namespace storm
