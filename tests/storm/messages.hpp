// The messages of the PostgreSQL protocol, version 3: how those a client sends are built and how
// those it gets are taken apart. Knows no socket.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace storm
{

using Parameters = std::vector<std::pair<std::string, std::string>>;
using Row = std::vector<std::string>;

struct Message
{
	char type = 0;
	std::string body;
};

// What an ErrorResponse says. The severity is the untranslated one.
struct ServerError
{
	std::string severity;
	std::string sqlstate;
	std::string text;

	bool
	ends_session() const
	{
		return severity == "FATAL" || severity == "PANIC";
	}
	bool
	is_lost_client() const
	{
		return sqlstate == "08006" || sqlstate == "08P01";
	}
	std::string
	line() const
	{
		return severity + " " + sqlstate + ": " + text;
	}
};

namespace messages
{

std::string ssl_request();
std::string startup(const Parameters &parameters);
std::string query(std::string_view sql);
std::string parse(std::string_view sql);
std::string describe_statement();
std::string flush();
std::string bind(const std::vector<std::string> &values);
std::string execute();
std::string sync();
std::string copy_data(std::string_view bytes);
std::string copy_done();
std::string terminate();

int integer(std::string_view body, std::size_t at);
ServerError error(std::string_view body);
Row data_row(std::string_view body);
std::string command_tag(std::string_view body);

} // namespace messages

} // namespace storm
