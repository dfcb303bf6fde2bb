// Walks over whole messages: a type byte, then a length that counts itself.
#include "unread.hpp"

#include <cstdint>

#include "postgres_free.hpp"

namespace ai_cleanup
{

namespace
{

constexpr std::size_t header_size = 5;
constexpr std::size_t type_size = 1;
constexpr std::uint32_t least_length = 4;

bool
completes_a_request(unsigned char type)
{
	return type == 'Q' || type == 'F' || type == 'S' || type == 'X';
}

std::uint32_t
length_at(std::span<const unsigned char> bytes)
{
	return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
		   std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

} // namespace

bool
holds_complete_request(std::span<const unsigned char> seen, std::size_t total) noexcept
{
	std::size_t at = 0;

	while (total - at >= header_size)
	{
		if (at + header_size > seen.size())
			return true; // not seen, cannot be known
		const unsigned char type = seen[at];
		const std::uint32_t length = length_at(seen.subspan(at + type_size, 4));
		if (length < least_length || length > total - at - type_size)
			return false; // half a message, or none
		if (completes_a_request(type))
			return true;
		at += type_size + length;
	}
	return false;
}

} // namespace ai_cleanup
