// Makes room for one newcomer: asks ripe sessions to make way, if that lets it in.
#pragma once

#include "core/time.hpp"
#include "server/requesters/shortage.hpp"

namespace ai_cleanup::room
{

struct Prospect
{
	bool on_its_way;   // those leave that it takes
	Timestamp ripe_at; // when else another idle session may be asked; `never` if none may
	Timestamp next;    // when to look again, if no session ends before that
};

// Asks as many as it takes for this newcomer, and `more` for those who wait behind it; nobody, if
// even that would not let it in, by every limit that it meets. How much is lacking is measured
// after the look at the sessions: who leaves in between is not made up for by another one.
Prospect make(const Newcomer &newcomer, Shortage (*measure)(const Newcomer &), int more);

} // namespace ai_cleanup::room
