// One connection to the server, spoken to message by message. It is not libpq, so that what a
// client library hides can be told apart: how much of a request the kernel took, whether the
// connection ended before or after it, and what the server said last.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "messages.hpp"
#include "tls.hpp"

namespace storm
{

// How long the server may take for whatever it owes a client, before something is wrong. Long: a
// busy machine stands still at times.
constexpr std::chrono::seconds patience{180};

struct Address
{
	std::string host;
	int port = 5432;
	std::string dbname;
	std::string user;
	bool tls = false;

	bool
	is_unix_socket() const
	{
		return !host.empty() && host.front() == '/';
	}
};

// The machine or the server is not what the test needs: not a verdict on the product.
struct EnvironmentFailure : std::runtime_error
{
	using std::runtime_error::runtime_error;
};

// A login that did not end with ReadyForQuery. Without a sqlstate the connection just ended.
struct LoginFailed : std::runtime_error
{
	LoginFailed(const std::string &why, std::string code)
		: std::runtime_error(why), sqlstate(std::move(code))
	{
	}
	std::string sqlstate;
};

enum class Sent
{
	nothing,
	part,
	whole
};

struct Received
{
	enum class What
	{
		message,
		ended,
		silence
	};
	What what = What::silence;
	Message message; // only with What::message
};

class Wire
{
  public:
	// What becomes of a login that was refused: is it over when its slot is free again?
	enum class Refused
	{
		hang_up,
		await_exit
	};

	Wire(const Address &address, const Parameters &settings, Refused refused = Refused::hang_up);
	~Wire();
	Wire(const Wire &) = delete;
	Wire &operator=(const Wire &) = delete;

	// Never blocks for long and never raises SIGPIPE. What is not whole has met an ended
	// connection.
	Sent send(std::string_view bytes);

	// The next message that is an answer: notices, parameter changes and notifications may come at
	// any time and are skipped. A FATAL error is kept as the last message and means "ended".
	// With zero it only looks at what has arrived.
	Received receive(std::chrono::milliseconds at_most = patience);

	// After a failed send: reads what the server may still have said.
	void hear_farewell();

	// Returns when the server's process has exited: then its slot is free.
	void await_exit();

	const std::optional<ServerError> &
	farewell() const
	{
		return farewell_;
	}
	int
	backend_pid() const
	{
		return backend_pid_;
	}

  private:
	void connect_socket(const Address &address);
	void log_in(const Address &address, const Parameters &settings);
	bool take_message(Message &message);
	void begin_tls();
	ssize_t put(std::string_view bytes);
	ssize_t get(char *bytes, std::size_t size);

	int fd_ = -1;
	std::unique_ptr<Tls> tls_;
	bool ended_ = false;
	int backend_pid_ = 0;
	std::string unread_;
	std::optional<ServerError> farewell_;
};

} // namespace storm
