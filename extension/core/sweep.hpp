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

struct Outlook
{
	Timestamp next; // the earliest moment at which another sweep could find something to do
	bool headroom_met = true; // if not, no session is ripe that could still end for it: one login
							  // more changes nothing until it is ripe itself
};

// Writes a verdict for each session, in the same order, into `verdicts`. `free_slots` are those of
// the server. `scratch` is room to work in; both spans are as long as `sessions`. `relief`
// remembers from sweep to sweep what endings have brought.
Outlook sweep(std::span<const Session> sessions, const Limits &limits, std::size_t free_slots,
			  Timestamp now, std::span<Verdict> verdicts, std::span<std::uint32_t> scratch,
			  Relief &relief);

} // namespace ai_cleanup
