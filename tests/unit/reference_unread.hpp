// The judgement of core/unread.cpp, told as a recursion over what is left.
// Used by unread_test.cpp and fuzz/unread_fuzz.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace reference
{

// `seen` is the beginning of what is left, `total` its length.
inline bool
holds_complete_request(std::span<const unsigned char> seen, std::uint64_t total)
{
	if (total < 5)
		return false;
	if (seen.size() < 5)
		return true;

	std::uint64_t size = 0;
	for (const unsigned char byte : seen.subspan(1, 4))
		size = size * 256 + byte;
	if (size < 4 || size + 1 > total)
		return false;
	if (std::string_view("QFSX").find(static_cast<char>(seen[0])) != std::string_view::npos)
		return true;
	const std::uint64_t skipped = std::min<std::uint64_t>(size + 1, seen.size());
	return holds_complete_request(seen.subspan(static_cast<std::size_t>(skipped)),
								  total - (size + 1));
}

} // namespace reference
