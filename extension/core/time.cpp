// Lengths of time as text, for messages.
#include "time.hpp"

#include <array>
#include <cstdio>

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

struct Unit
{
	Duration length;
	const char *name;
};

constexpr std::array<Unit, 5> units{{
	{86400 * second, "d"},
	{3600 * second, "h"},
	{60 * second, "min"},
	{second, "s"},
	{millisecond, "ms"},
}};

} // namespace

char *
format_setting(Duration length, std::span<char> out)
{
	for (const Unit &unit : units)
	{
		if (length != 0 && length % unit.length == 0)
		{
			std::snprintf(out.data(), out.size(), "%lld%s",
						  static_cast<long long>(length / unit.length), unit.name);
			return out.data();
		}
	}
	std::snprintf(out.data(), out.size(), length == 0 ? "%lld" : "%lldms",
				  static_cast<long long>(length / millisecond));
	return out.data();
}

char *
format_elapsed(Duration length, std::span<char> out)
{
	if (length >= 10 * second)
		std::snprintf(out.data(), out.size(), "%lld s", static_cast<long long>(length / second));
	else
		std::snprintf(out.data(), out.size(), "%.1f s",
					  static_cast<double>(length) / static_cast<double>(second));
	return out.data();
}

} // namespace ai_cleanup
