// Written by the signal handler up to `agreed`, and by the exit from then on: never by both.
#include "server/session/own_retirement.hpp"

namespace ai_cleanup::own_retirement
{

namespace
{

volatile sig_atomic_t current = static_cast<sig_atomic_t>(Stage::serving);
Request agreed_request;
Duration agreed_idle_age = 0;
bool was_sure = true;

[[maybe_unused]] constexpr bool
may_follow(Stage from, Stage to)
{
	switch (from)
	{
	case Stage::serving:
		return to == Stage::diverted;
	case Stage::diverted:
		return to == Stage::serving || to == Stage::agreed;
	case Stage::agreed:
		return to == Stage::told || to == Stage::parted;
	case Stage::told:
		return to == Stage::parted;
	case Stage::parted:
		break;
	}
	return false;
}

} // namespace

Stage
stage()
{
	return static_cast<Stage>(current);
}

void
move([[maybe_unused]] Stage from, Stage to)
{
	Assert(stage() == from && may_follow(from, to));
	current = static_cast<sig_atomic_t>(to);
}

void
agree(const Request &request, Duration idle_age, bool is_sure)
{
	agreed_request = request;
	agreed_idle_age = idle_age;
	was_sure = is_sure;
	move(Stage::diverted, Stage::agreed);
}

bool
has_agreed()
{
	return stage() >= Stage::agreed;
}

const Request &
request()
{
	return agreed_request;
}

Duration
idle_age()
{
	return agreed_idle_age;
}

bool
is_sure()
{
	return was_sure;
}

} // namespace ai_cleanup::own_retirement
