// The messages of the PostgreSQL protocol, version 3.
#include "messages.hpp"

#include <cstdint>
#include <stdexcept>

namespace storm::messages
{

namespace
{

void
add_int16(std::string &out, int value)
{
	out.push_back(static_cast<char>((value >> 8) & 0xff));
	out.push_back(static_cast<char>(value & 0xff));
}

void
add_int32(std::string &out, std::int64_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		out.push_back(static_cast<char>((value >> shift) & 0xff));
}

void
add_text(std::string &out, std::string_view text)
{
	out.append(text);
	out.push_back('\0');
}

std::string
framed(char type, std::string_view body)
{
	std::string out(1, type);
	add_int32(out, static_cast<std::int64_t>(body.size()) + 4);
	out.append(body);
	return out;
}

unsigned
byte(std::string_view body, std::size_t at)
{
	if (at >= body.size())
		throw std::runtime_error("a message of the server ends too early");
	return static_cast<unsigned char>(body[at]);
}

} // namespace

std::string
ssl_request()
{
	std::string out;
	add_int32(out, 8);
	add_int32(out, 80877103);
	return out;
}

std::string
startup(const Parameters &parameters)
{
	std::string body;
	add_int32(body, 3 << 16);
	for (const auto &[name, value] : parameters)
	{
		add_text(body, name);
		add_text(body, value);
	}
	body.push_back('\0');
	return framed('\0', body).substr(1); // the only message without a type
}

std::string
query(std::string_view sql)
{
	std::string body;
	add_text(body, sql);
	return framed('Q', body);
}

std::string
parse(std::string_view sql)
{
	std::string body;
	add_text(body, "");
	add_text(body, sql);
	add_int16(body, 0);
	return framed('P', body);
}

std::string
describe_statement()
{
	return framed('D', std::string_view("S\0", 2));
}

std::string
flush()
{
	return framed('H', "");
}

std::string
bind(const std::vector<std::string> &values)
{
	std::string body;
	add_text(body, "");
	add_text(body, "");
	add_int16(body, 0);
	add_int16(body, static_cast<int>(values.size()));
	for (const std::string &value : values)
	{
		add_int32(body, static_cast<std::int64_t>(value.size()));
		body.append(value);
	}
	add_int16(body, 0);
	return framed('B', body);
}

std::string
execute()
{
	std::string body;
	add_text(body, "");
	add_int32(body, 0);
	return framed('E', body);
}

std::string
sync()
{
	return framed('S', "");
}

std::string
copy_data(std::string_view bytes)
{
	return framed('d', bytes);
}

std::string
copy_done()
{
	return framed('c', "");
}

std::string
terminate()
{
	return framed('X', "");
}

int
integer(std::string_view body, std::size_t at)
{
	std::uint32_t value = 0;
	for (std::size_t i = 0; i < 4; ++i)
		value = value << 8 | byte(body, at + i);
	return static_cast<int>(value);
}

ServerError
error(std::string_view body)
{
	ServerError error;
	std::size_t at = 0;
	while (byte(body, at) != 0)
	{
		const char field = body[at++];
		const std::size_t end = body.find('\0', at);
		if (end == std::string_view::npos)
			throw std::runtime_error("a message of the server ends too early");
		const std::string value(body.substr(at, end - at));
		if (field == 'V')
			error.severity = value;
		else if (field == 'C')
			error.sqlstate = value;
		else if (field == 'M')
			error.text = value;
		at = end + 1;
	}
	return error;
}

Row
data_row(std::string_view body)
{
	const unsigned columns = byte(body, 0) << 8 | byte(body, 1);
	std::size_t at = 2;
	Row row;
	for (unsigned i = 0; i < columns; ++i)
	{
		const int size = integer(body, at);
		at += 4;
		if (size < 0)
		{
			row.emplace_back();
			continue;
		}
		if (body.size() - at < static_cast<std::size_t>(size))
			throw std::runtime_error("a message of the server ends too early");
		row.emplace_back(body.substr(at, static_cast<std::size_t>(size)));
		at += static_cast<std::size_t>(size);
	}
	return row;
}

std::string
command_tag(std::string_view body)
{
	return std::string(body.substr(0, body.find('\0')));
}

} // namespace storm::messages
