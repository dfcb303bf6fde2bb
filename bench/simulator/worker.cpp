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

constexpr Duration to_wake = 200;

// What comes within this time after an ending has come back.
constexpr Duration comes_back_within = 200 * millisecond;
constexpr int tries = 3;
constexpr Duration first_rest = 60 * second;
constexpr int most_doublings = 6;

} // namespace

void
Worker::login_is_complete()
{
	came_back_ += ended_at_ >= server_.agenda().now() - comes_back_within;
	const bool need = server_.free_slots() < server_.headroom();
	if (server_.policy().library && server_.policy().line == 0 && need)
		plan(server_.agenda().now() + to_wake);
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

// True while headroom is not to be had: if as many have come back at once as were ended, three
// times in a row, then it is tried again after a minute, then after two.
bool
Worker::backed_off()
{
	const Timestamp now = server_.agenda().now();

	if (!server_.policy().backs_off || server_.free_slots() >= server_.headroom())
		return false;
	if (now < quiet_until_)
		return true;
	if (ended_at_ >= now - comes_back_within)
		return true;
	if (ended_ == 0)
		return false;
	in_vain_ = came_back_ >= ended_ ? in_vain_ + 1 : 0;
	ended_ = came_back_ = 0;
	if (in_vain_ <= tries)
		return false;
	quiet_until_ = now + (first_rest << std::min(in_vain_ - tries - 1, most_doublings));
	return true;
}

void
Worker::sweep()
{
	const Timestamp now = server_.agenda().now();
	if (backed_off())
		return plan(std::max(quiet_until_, now + comes_back_within));

	Candidates candidates = server_.candidates(server_.policy().ripe_for_headroom);
	if (server_.policy().unused_stay)
		for (Session &session : candidates.sessions)
			session.target = session.target && !session.unused;
	std::vector<Verdict> verdicts(candidates.sessions.size());
	std::vector<std::uint32_t> scratch(candidates.sessions.size());
	const auto free =
		static_cast<std::size_t>(server_.free_slots() + server_.count(Phase::leaving));
	const Sweep result =
		ai_cleanup::sweep(candidates.sessions, server_.limits(), free, now, verdicts, scratch);

	for (std::size_t i = 0; i < verdicts.size(); i++)
	{
		if (verdicts[i].action != Action::retire)
			continue;
		ended_at_ = now;
		ended_++;
		server_.ask_to_end(*candidates.slots[i]);
	}
	plan(std::max(result.next, now + 1));
	if (result.unmet)
		plan(std::max(candidates.next_ripe, now + millisecond));
}

} // namespace simulator
