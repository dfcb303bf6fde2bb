// How far the process that has an entry of the registry is.
#pragma once

#include "bridge/prelude.hpp"

namespace ai_cleanup
{

// Each with those that may follow it. registry::occupy() and registry::move() are the only ways.
enum class Phase : std::uint8_t
{
	none,    // never used -> login
	login,   // authenticated; its database and settings are not known yet -> open, exiting
	open,    // may be retired -> exiting
	exiting, // its exit has begun; no signal is sent any more -> gone, or login of the next process
	gone,    // its process slot is free again -> login of the next process
};

constexpr bool
may_follow(Phase from, Phase to)
{
	switch (to)
	{
	case Phase::login:
		return from == Phase::none || from == Phase::exiting || from == Phase::gone;
	case Phase::open:
		return from == Phase::login;
	case Phase::exiting:
		return from == Phase::login || from == Phase::open;
	case Phase::gone:
		return from == Phase::exiting;
	case Phase::none:
		break;
	}
	return false;
}

// Does a process still have the slot, as far as it has said?
constexpr bool
has_process(Phase phase)
{
	return phase == Phase::login || phase == Phase::open || phase == Phase::exiting;
}

// Which session has the entry, and how far it is: one value, so that it changes at once.
struct Occupant
{
	std::uint64_t id;
	Phase phase;

	constexpr bool operator==(const Occupant &) const = default;
};

} // namespace ai_cleanup
