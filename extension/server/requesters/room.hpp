// Makes room for one newcomer: asks ripe sessions to end, if that lets it in.
#pragma once

#include "core/time.hpp"
#include "server/requesters/shortage.hpp"

namespace ai_cleanup::room
{

enum class Answers : std::uint8_t
{
	all,     // each has agreed
	pending, // some have just been asked
	missing, // one that was asked does not answer: it is stopped, perhaps, and others may be, too
};

struct Prospect
{
	bool on_its_way = false;        // as many sessions as it takes are ending, or were asked to
	bool too_few_ripe = false;      // so few on the whole server that not even a slot can be had
	Answers answers = Answers::all; // of those that were asked
	Timestamp ripe_at = never; // when else another idle session may be asked; `never` if none may
	Timestamp next = never;    // when to look again, if no session ends before that
};

// Asks as many sessions as it takes for this newcomer, and `more` for those that wait behind it;
// none, if even that would not let it in, by every limit that it meets. `measure` is called
// after the look at the sessions: one that exits in between is not made up for by another one.
Prospect ask_sessions(const Newcomer &newcomer, Shortage (*measure)(const Newcomer &), int more);

} // namespace ai_cleanup::room
