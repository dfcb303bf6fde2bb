// When the worker looks, and what it does then.
#include "worker.hpp"

#include <algorithm>
#include <vector>

#include "core/sweep.hpp"

namespace simulator
{

using namespace ai_cleanup;

namespace
{

constexpr Duration to_wake = 200; // microseconds

} // namespace

void
Worker::login_is_complete()
{
	if (!server_.policy().library ||
		server_.room_for_sessions() - server_.seats() >= server_.headroom())
		return;
	const Duration ripe_after = server_.limits().ripe_for_headroom_ms * millisecond;
	plan(server_.agenda().now() + (headroom_met_ ? to_wake : ripe_after));
}

void
Worker::plan(Timestamp moment)
{
	if (moment >= planned_)
		return;
	planned_ = moment;
	server_.agenda().at(moment, [this, moment] {
		if (planned_ != moment)
			return;
		planned_ = never;
		sweep();
	});
}

void
Worker::sweep()
{
	const Timestamp now = server_.agenda().now();
	const Sessions sessions = server_.sessions();
	std::vector<Verdict> verdicts(sessions.facts.size());
	std::vector<std::uint32_t> scratch(sessions.facts.size());
	const int free = server_.room_for_sessions() - server_.seats() + server_.count(Phase::exiting);
	Relief forgetful;
	const Outlook outlook = ai_cleanup::sweep(
		sessions.facts, server_.limits(), static_cast<std::size_t>(std::max(0, free)), now,
		verdicts, scratch, server_.policy().rests ? relief_ : forgetful);

	for (std::size_t i = 0; i < verdicts.size(); i++)
		if (verdicts[i].action == Action::retire)
			server_.ask_to_end(*sessions.slots[i]);
	headroom_met_ = outlook.headroom_met;
	plan(std::max(outlook.next, now + 1));
}

} // namespace simulator
