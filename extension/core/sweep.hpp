// One look of the worker at all sessions: hard limit, then budget, then headroom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "policy.hpp"
#include "relief.hpp"
#include "session.hpp"
#include "time.hpp"
#include "verdict.hpp"

namespace ai_cleanup
{

// Writes a verdict for each session, in the same order, into `verdicts`. Returns the earliest
// moment at which another sweep could find something to do. `free_slots` are those of the server.
// `scratch` is room to work in; both spans are as long as `sessions`. `relief` remembers from sweep
// to sweep what endings have brought.
Timestamp sweep(std::span<const Session> sessions, const Limits &limits, std::size_t free_slots,
				Timestamp now, std::span<Verdict> verdicts, std::span<std::uint32_t> scratch,
				Relief &relief);

} // namespace ai_cleanup
