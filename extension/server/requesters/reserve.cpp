// When more come than can wait, no login waits for a while, except for a moment: for a session that
// is exiting already, or for the answer of one that was asked, but not where one that was asked
// before does not answer.
#include "server/requesters/reserve.hpp"

#include "server/state/line.hpp"
#include "server/state/registry.hpp"

namespace ai_cleanup::reserve
{

namespace
{

constexpr int free_behind_waiter = 1;
constexpr Duration exit_grace = 50 * millisecond;
constexpr Duration answer_grace = 2 * millisecond;
constexpr Duration closed_time = 10 * second;
constexpr Duration silent_time = 200 * millisecond;

Duration
grace(room::Answers answers)
{
	switch (answers)
	{
	case room::Answers::all:
		return exit_grace;
	case room::Answers::pending:
		return answer_grace;
	case room::Answers::missing:
		break;
	}
	return 0;
}

} // namespace

bool
has_free_slot()
{
	return compat::has_free_slots(free_behind_waiter);
}

void
close()
{
	write_timestamp(registry::shared().admission.closed_until,
					after(GetCurrentTimestamp(), closed_time));
	line::wake_all();
}

bool
is_hopeless(Timestamp now)
{
	return holds(registry::shared().admission.silent_until, silent_time, now) && !has_free_slot();
}

Timestamp
may_wait_until(const room::Prospect &prospect, Timestamp began, Timestamp now)
{
	AdmissionState &state = registry::shared().admission;
	const bool has_free = has_free_slot();

	if (prospect.on_its_way && has_free)
		return never;
	if (prospect.on_its_way)
	{
		if (prospect.answers == room::Answers::missing)
			write_timestamp(state.silent_until, after(now, silent_time));
		return after(began, grace(prospect.answers));
	}
	if (!has_free)
	{
		close();
		return now;
	}
	const bool is_closed = holds(state.closed_until, closed_time, now);
	return !is_closed && line::is_first_of_all() ? never : now;
}

} // namespace ai_cleanup::reserve
