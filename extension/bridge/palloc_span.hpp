// Room for so many items in the current memory context, zeroed. Raises if there is none.
#pragma once

#include "prelude.hpp"

namespace ai_cleanup
{

template <typename Item>
std::span<Item>
palloc_span(std::size_t count)
{
	static_assert(std::is_trivially_destructible_v<Item>);
	return {static_cast<Item *>(palloc0(count * sizeof(Item))), count};
}

} // namespace ai_cleanup
