// Snapshot, decide, ask, wait: the same path as the worker's, and then the caller is told.
#include "server/requesters/call.hpp"

#include "bridge/stopwatch.hpp"
#include "server/requesters/retirement.hpp"
#include "server/snapshot/permission.hpp"
#include "server/snapshot/snapshot.hpp"
#include "server/state/settings.hpp"
#include "server/state/wait_events.hpp"
#include "server/state/waiters.hpp"

namespace ai_cleanup
{

namespace
{

using retirement::Asked;
using retirement::Outcome;

// Sessions that had to be left alone, by what the caller can do about it.
struct LeftAlone
{
	int superusers = 0;
	int other_roles = 0;
	int is_protected = 0;
	int not_retirable = 0;
};

struct Progress
{
	int ended = 0;
	int pending = 0;
};

Request
request_for(const Call &call, Timestamp now)
{
	Request request{.idle_before = before(now, call.idle_for),
					.asked_at = now,
					.expires_at = after(now, std::max(settings::wait_timeout * millisecond,
													  retirement::least_request_life)),
					.limit = call.idle_for,
					.limit_origin = Origin::unknown,
					.reason = call.force ? Reason::forced : Reason::called,
					.protect = call.protect,
					.asker_pid = MyProcPid,
					.asker_proc = compat::my_proc_index(),
					.asker_role = {}};

	namestrcpy(&request.asker_role, GetUserNameFromId(GetUserId(), false));
	return request;
}

// What was long enough at the look is so when it is asked, even if it began in what is the future
// again, since the clock was set back.
Request
to_retire(const Session &session, Request request)
{
	request.idle_before = std::max(request.idle_before, session.idle_since);
	return request;
}

// A termination does not ask how long a session has been idle, but the journal tells.
Request
to_terminate(const Session &session, Request request)
{
	request.idle_before = session.idle_since;
	return request;
}

void
set_permissions(std::span<Session> sessions, Oid database)
{
	for (Session &session : sessions)
	{
		if (session.database == database && !session.own)
			session.permission = permission_to_signal(session.role);
	}
}

// A role that may end a session may still not see what it does. Then what would say that the
// session is idle is not counted.
void
count_left_alone(const Session &session, Verdict verdict, LeftAlone &left)
{
	left.superusers += verdict.reason == Reason::superuser;
	left.other_roles += verdict.reason == Reason::other_role;

	const bool is_protected = is_protection(verdict.reason);
	const bool not_retirable = verdict.reason == Reason::not_retirable;
	if ((is_protected || not_retirable) && may_see_details(session.role))
	{
		left.is_protected += is_protected;
		left.not_retirable += not_retirable;
	}
}

void
tell_left_alone(const LeftAlone &left)
{
	if (left.superusers > 0)
		ereport(NOTICE, (errmsg_plural("%d session left alone: it belongs to a superuser",
									   "%d sessions left alone: they belong to superusers",
									   left.superusers, left.superusers),
						 errhint("Only a superuser can end them.")));
	if (left.other_roles > 0)
		ereport(NOTICE, (errmsg_plural("%d session left alone: it belongs to another role",
									   "%d sessions left alone: they belong to other roles",
									   left.other_roles, left.other_roles),
						 errhint("Members of those roles and of pg_signal_backend can end them.")));
	if (left.is_protected > 0)
		ereport(NOTICE,
				(errmsg_plural("%d session left alone: it is protected",
							   "%d sessions left alone: they are protected", left.is_protected,
							   left.is_protected),
				 errhint("They have what others rely on (ai_cleanup.protect); ai_cleanup_plan() "
						 "says what. ai_cleanup(force => true) ends them, too.")));
	if (left.not_retirable > 0)
		ereport(NOTICE,
				(errmsg_plural("%d session left alone: another library handles its SIGUSR2",
							   "%d sessions left alone: another library handles their SIGUSR2",
							   left.not_retirable, left.not_retirable),
				 errhint("Use ai_cleanup(force => true) to end them whatever they do.")));
}

// Asks one session, terminates it, or leaves it alone. True if there is an outcome to wait for.
bool
act(const Session &session, Verdict verdict, const Request &request, Asked &asked)
{
	switch (verdict.action)
	{
	case Action::retire:
		return retirement::ask(session, to_retire(session, request), asked);
	case Action::terminate:
		return retirement::terminate(session, to_terminate(session, request), asked);
	case Action::leave_alone:
		break;
	}
	return false;
}

Progress
look_at(std::span<const Asked> all)
{
	Progress progress;

	for (const Asked &asked : all)
	{
		const Outcome outcome = retirement::outcome(asked);
		progress.ended += outcome == Outcome::ended;
		progress.pending += outcome == Outcome::pending;
	}
	return progress;
}

// Until all have ended or declined, or the time is up. Ctrl+C gets through.
Progress
wait_for(std::span<const Asked> all)
{
	const Stopwatch waited; // the clock may be set meanwhile
	Progress progress;

	for (;;)
	{
		progress = look_at(all);
		const auto left =
			static_cast<long>(settings::wait_timeout - waited.elapsed() / millisecond);
		if (progress.pending == 0 || left <= 0)
			return progress;
		WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, left,
				  wait_events::call);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}

} // namespace

Plan
plan(const Call &call, With with)
{
	const Snapshot snapshot = take_snapshot(with);
	const Timestamp now = GetCurrentTimestamp();
	const std::size_t count = snapshot.sessions.size();
	auto *verdicts = static_cast<Verdict *>(palloc(count * sizeof(Verdict)));

	set_permissions(snapshot.sessions, call.database);
	for (std::size_t i = 0; i < count; i++)
		verdicts[i] = decide(snapshot.sessions[i], call, now);
	return {snapshot, {verdicts, count}, now};
}

int
carry_out(const Call &call)
{
	const auto [snapshot, verdicts, now] = plan(call, With::facts);
	const std::span<const Session> sessions = snapshot.sessions;
	auto *asked = static_cast<Asked *>(palloc(sessions.size() * sizeof(Asked)));
	const Request request = request_for(call, now);
	std::size_t count = 0;
	LeftAlone left;

	for (std::size_t i = 0; i < sessions.size(); i++)
	{
		count_left_alone(sessions[i], verdicts[i], left);
		if (verdicts[i].action != Action::leave_alone &&
			act(sessions[i], verdicts[i], request, asked[count]))
			count++;
	}
	tell_left_alone(left);

	Progress progress;
	waiters::while_subscribed([&] { progress = wait_for({asked, count}); });
	if (progress.pending > 0)
		ereport(WARNING, (errmsg_plural("%d session is still leaving after %d ms",
										"%d sessions are still leaving after %d ms",
										progress.pending, progress.pending, settings::wait_timeout),
						  errhint("Call again, or raise ai_cleanup.wait_timeout.")));
	return progress.ended;
}

} // namespace ai_cleanup
