// libFuzzer target: core/unread.cpp judges bytes as the reference does, and whoever sees less
// of them never says no where whoever sees all says yes. The input is how many bytes are not
// to be seen, how many more follow that nobody has seen, and the bytes. To run it for a minute:
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iextension
//       tests/fuzz/unread_fuzz.cpp extension/core/unread.cpp -o /tmp/unread_fuzz
//   /tmp/unread_fuzz -max_total_time=60 -max_len=300
#include "core/unread.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "../unit/reference_unread.hpp"

namespace
{

struct Head
{
	std::uint8_t hidden;
	std::uint32_t more;
};

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
	Head head{};
	const std::size_t head_size = sizeof head.hidden + sizeof head.more;
	if (size < head_size)
		return 0;
	head.hidden = data[0];
	std::memcpy(&head.more, data + sizeof head.hidden, sizeof head.more);

	const std::span<const unsigned char> bytes(data + head_size, size - head_size);
	const std::size_t hidden = std::min<std::size_t>(head.hidden, bytes.size());
	// A buffer of exactly that size: the sanitizer notices a byte too many.
	const std::vector<unsigned char> seen(bytes.begin(),
										  bytes.end() - static_cast<std::ptrdiff_t>(hidden));

	for (const std::size_t total : {bytes.size(), bytes.size() + head.more})
	{
		const bool complete = ai_cleanup::holds_complete_request(seen, total);
		require(complete == reference::holds_complete_request(seen, total), "judged otherwise");
		if (ai_cleanup::holds_complete_request(bytes, total))
			require(complete, "no benefit of the doubt");
	}
	return 0;
}
