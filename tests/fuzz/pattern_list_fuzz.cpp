// libFuzzer target: core/pattern_list.cpp accepts, refuses and matches as the reference does.
// The input is a list, a zero byte, and a name. To run it for a minute:
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iextension
//       tests/fuzz/pattern_list_fuzz.cpp extension/core/pattern_list.cpp -o /tmp/pattern_list_fuzz
//   /tmp/pattern_list_fuzz -max_total_time=60 -max_len=300
#include "core/pattern_list.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "../unit/reference_pattern_list.hpp"

namespace
{

std::optional<ai_cleanup::PatternList>
parse(std::string_view text)
{
	try
	{
		return ai_cleanup::PatternList(text);
	}
	catch (const ai_cleanup::BadPatternList &)
	{
		return std::nullopt;
	}
}

void
require(bool condition, const char *what)
{
	if (condition)
		return;
	std::fprintf(stderr, "%s\n", what);
	std::abort();
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	const std::string_view input(reinterpret_cast<const char *>(data), size);
	const std::string_view text = input.substr(0, input.find('\0'));
	const std::string_view name = input.substr(std::min(text.size() + 1, size));
	const auto list = parse(text);
	const auto expected = reference::parse_pattern_list(text);

	require(list.has_value() == expected.has_value(), "accepted by one of them only");
	if (list)
		require(list->matches(name) == reference::matches(*expected, name),
				"matched by one of them only");
	return 0;
}
