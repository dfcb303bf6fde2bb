// One connection to the server: the socket and what is on it.
#include "wire.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace storm
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds farewell_patience{60};

#ifdef MSG_NOSIGNAL
constexpr int send_flags = MSG_NOSIGNAL;
#else
constexpr int send_flags = 0; // SO_NOSIGPIPE does it
#endif

int
wait_for(int fd, short events, Clock::time_point until)
{
	for (;;)
	{
		const auto left =
			std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
		pollfd entry{fd, events, 0};
		const int ready = poll(&entry, 1, left > 0 ? static_cast<int>(left) : 0);
		if (ready >= 0 || errno != EINTR)
			return ready;
	}
}

// A server that is down, or restarting after a crash, is found here.
[[noreturn]] void
cannot_connect(const Address &address, int error)
{
	const std::string why = "cannot connect to " + address.host + " port " +
							std::to_string(address.port) + ": " + std::strerror(error);
	if (error == ECONNRESET || error == EAGAIN) // the login was cut short, or the queue is full
		throw LoginFailed(why, "");
	throw EnvironmentFailure(why);
}

int
connect_to(const Address &address, int family, int protocol, const sockaddr *where, socklen_t size)
{
	const int fd = socket(family, SOCK_STREAM, protocol);
	if (fd < 0)
		throw EnvironmentFailure(std::string("cannot make a socket: ") + std::strerror(errno));
	if (connect(fd, where, size) != 0)
	{
		const int error = errno;
		close(fd);
		cannot_connect(address, error);
	}
	return fd;
}

int
connect_unix(const Address &address)
{
	sockaddr_un where{};
	where.sun_family = AF_UNIX;
	const std::string path = address.host + "/.s.PGSQL." + std::to_string(address.port);
	if (path.size() >= sizeof(where.sun_path))
		throw EnvironmentFailure("the path of the socket is too long: " + path);
	std::memcpy(where.sun_path, path.c_str(), path.size() + 1);
	return connect_to(address, AF_UNIX, 0, reinterpret_cast<const sockaddr *>(&where),
					  sizeof(where));
}

int
connect_tcp(const Address &address)
{
	addrinfo hints{};
	hints.ai_socktype = SOCK_STREAM;
	addrinfo *found = nullptr;
	const int problem =
		getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
	if (problem != 0)
		throw EnvironmentFailure("cannot resolve " + address.host + ": " + gai_strerror(problem));
	struct Release
	{
		addrinfo *list;
		~Release()
		{
			freeaddrinfo(list);
		}
	} release{found};
	while (found->ai_next != nullptr)
	{ // "localhost" may be ::1 first, where no server listens
		try
		{
			return connect_to(address, found->ai_family, found->ai_protocol, found->ai_addr,
							  found->ai_addrlen);
		}
		catch (const EnvironmentFailure &)
		{
			found = found->ai_next;
		}
	}
	return connect_to(address, found->ai_family, found->ai_protocol, found->ai_addr,
					  found->ai_addrlen);
}

void
dont_wait_for_more(int fd)
{
	const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

} // namespace

Wire::Wire(const Address &address, const Parameters &settings, Refused refused)
{
	connect_socket(address);
	try
	{
		if (address.tls)
			begin_tls();
		fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
		log_in(address, settings);
	}
	catch (const LoginFailed &)
	{
		if (refused == Refused::await_exit)
			await_exit();
		close(fd_);
		throw;
	}
	catch (...)
	{
		close(fd_);
		throw;
	}
}

Wire::~Wire()
{
	if (!ended_)
		send(messages::terminate());
	close(fd_);
}

void
Wire::connect_socket(const Address &address)
{
	fd_ = address.is_unix_socket() ? connect_unix(address) : connect_tcp(address);
	if (!address.is_unix_socket())
		dont_wait_for_more(fd_);
#ifdef SO_NOSIGPIPE
	const int on = 1;
	setsockopt(fd_, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
	fcntl(fd_, F_SETFD, FD_CLOEXEC);
}

void
Wire::begin_tls()
{
	char agreed = 0;
	const std::string request = messages::ssl_request();
	if (::send(fd_, request.data(), request.size(), send_flags) !=
			static_cast<ssize_t>(request.size()) ||
		::recv(fd_, &agreed, 1, 0) != 1 || agreed == 'E') // no process, or no memory for one
		throw LoginFailed("the connection ended before TLS", "");
	if (agreed != 'S')
		throw EnvironmentFailure("the server does not speak TLS");
	tls_ = std::make_unique<Tls>(fd_);
}

ssize_t
Wire::put(std::string_view bytes)
{
	return tls_ ? tls_->send(bytes) : ::send(fd_, bytes.data(), bytes.size(), send_flags);
}

ssize_t
Wire::get(char *bytes, std::size_t size)
{
	return tls_ ? tls_->recv(bytes, size) : ::recv(fd_, bytes, size, 0);
}

void
Wire::log_in(const Address &address, const Parameters &settings)
{
	Parameters parameters = {
		{"user", address.user}, {"database", address.dbname}, {"application_name", "storm"}};
	parameters.insert(parameters.end(), settings.begin(), settings.end());
	send(messages::startup(parameters)); // if it fails, the server may have said why: read on
	for (;;)
	{
		const Received received = receive();
		if (received.what == Received::What::ended)
			throw LoginFailed(farewell_ ? farewell_->line()
										: "the connection ended during the login",
							  farewell_ ? farewell_->sqlstate : "");
		if (received.what == Received::What::silence)
			throw EnvironmentFailure("the server does not answer a login");
		const Message &message = received.message;
		if (message.type == 'R' && messages::integer(message.body, 0) != 0)
			throw EnvironmentFailure(
				"the server asks for a password: storm speaks trust authentication only");
		if (message.type == 'K')
			backend_pid_ = messages::integer(message.body, 0);
		if (message.type == 'Z')
			return;
	}
}

Sent
Wire::send(std::string_view bytes)
{
	const auto until = Clock::now() + farewell_patience;
	std::size_t done = 0;
	while (done < bytes.size())
	{
		const ssize_t sent = put(bytes.substr(done));
		if (sent > 0)
			done += static_cast<std::size_t>(sent);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
		{
			if (wait_for(fd_, POLLOUT, until) == 0)
				break;
		}
		else if (errno != EINTR)
			break;
	}
	return done == bytes.size() ? Sent::whole : done > 0 ? Sent::part : Sent::nothing;
}

bool
Wire::take_message(Message &message)
{
	if (unread_.size() < 5)
		return false;
	const auto size = static_cast<std::size_t>(messages::integer(unread_, 1));
	if (size < 4 || size > 1 << 24)
		throw EnvironmentFailure("the server does not speak the protocol");
	if (unread_.size() < size + 1)
		return false;
	message = {unread_[0], unread_.substr(5, size - 4)};
	unread_.erase(0, size + 1);
	return true;
}

Received
Wire::receive(std::chrono::milliseconds at_most)
{
	const auto until = Clock::now() + at_most;
	for (;;)
	{
		Message message;
		while (take_message(message))
		{
			if (message.type == 'N' || message.type == 'S' || message.type == 'A')
				continue;
			if (message.type == 'E' && messages::error(message.body).ends_session())
			{
				farewell_ = messages::error(message.body);
				ended_ = true;
				return {Received::What::ended, {}};
			}
			return {Received::What::message, message};
		}
		if (ended_)
			return {Received::What::ended, {}};

		char bytes[8192];
		const ssize_t got = get(bytes, sizeof(bytes));
		if (got > 0)
			unread_.append(bytes, static_cast<std::size_t>(got));
		else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		{
			if (wait_for(fd_, POLLIN, until) == 0)
				return {Received::What::silence, {}};
		}
		else if (got == 0 || errno != EINTR)
			ended_ =
				true; // end-of-file; over TCP a reset, which may have swallowed the last message
	}
}

void
Wire::hear_farewell()
{
	const auto until = Clock::now() + farewell_patience;
	while (Clock::now() < until && receive(farewell_patience).what == Received::What::message)
	{
	}
	ended_ = true;
}

void
Wire::await_exit()
{
	const auto until = Clock::now() + patience;
	char bytes[8192];

	while (wait_for(fd_, POLLIN, until) > 0)
		if (recv(fd_, bytes, sizeof(bytes), 0) <= 0 && errno != EINTR)
			break;
	ended_ = true;
}

} // namespace storm
