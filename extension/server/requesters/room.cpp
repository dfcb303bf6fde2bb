// Chooses for all limits first, and only then asks.
#include "server/requesters/room.hpp"

#include "bridge/palloc_span.hpp"
#include "core/victims.hpp"
#include "server/requesters/retirement.hpp"
#include "server/snapshot/scope.hpp"
#include "server/snapshot/snapshot.hpp"
#include "server/state/failed_logins.hpp"
#include "server/state/settings.hpp"

namespace ai_cleanup::room
{

namespace
{

// One look at the sessions that could make way.
struct Look
{
	std::span<Session> sessions;
	std::span<std::uint32_t> among;
	std::span<bool> chosen; // to be asked; they count as asked from then on
	Limits limits;
	Timestamp now;
};

Look
look_around()
{
	const std::span<Session> sessions = take_snapshot().sessions;

	scope::mark(sessions);
	return {.sessions = sessions,
			.among = palloc_span<std::uint32_t>(sessions.size()),
			.chosen = palloc_span<bool>(sessions.size()),
			.limits = settings::limits(),
			.now = GetCurrentTimestamp()};
}

Need
need_of(const Look &look, int sessions)
{
	return {.sessions = static_cast<std::size_t>(sessions),
			.ripe_after = look.limits.ripe_for_login_ms * millisecond,
			.takes_exempt = look.limits.evict_exempt};
}

Timestamp
request_expires(const Look &look)
{
	return after(look.now, retirement::least_request_life);
}

template <typename InScope>
int
count_exiting(InScope in_scope)
{
	int exiting = 0;

	for (RegistryEntry &entry : registry::entries())
		exiting += registry::occupant(entry).phase == Phase::exiting && in_scope(entry);
	return exiting;
}

// Chooses as many in scope as are lacking, if there are that many, and up to `more` besides.
template <typename InScope>
bool
choose(Look &look, int lack, int more, InScope in_scope)
{
	const int needed = lack <= 0 ? 0 : lack - count_exiting(in_scope);
	std::size_t count = 0;

	if (needed + more <= 0)
		return true;
	for (std::uint32_t i = 0; i < look.sessions.size(); i++)
	{
		if (in_scope(look.sessions[i]))
			look.among[count++] = i;
	}
	const Victims victims = choose_victims(look.sessions, look.limits, look.now,
										   need_of(look, needed + more), look.among.first(count));
	if (static_cast<int>(victims.chosen + victims.on_the_way) < needed)
		return false;
	for (const std::uint32_t i : look.among.first(victims.chosen))
	{
		look.chosen[i] = true;
		// It is on its way for the limits that follow, too.
		look.sessions[i].asked_at = look.now;
		look.sessions[i].asked_until = request_expires(look);
	}
	return true;
}

void
ask(const Look &look, const Session &session, const Newcomer &newcomer)
{
	const Request request{.idle_before = session.idle_since,
						  .asked_at = look.now,
						  .expires_at = request_expires(look),
						  .limit = 0,
						  .limit_origin = Origin::unknown,
						  .reason = Reason::admission,
						  .protect = settings::protect,
						  .asker_pid = MyProcPid,
						  .asker_proc = compat::my_proc_index(),
						  .asker_role = newcomer.name};
	retirement::Asked asked;

	retirement::ask(session, request, asked);
}

void
ask_chosen(const Look &look, const Newcomer &newcomer)
{
	failed_logins::note_room();
	for (std::size_t i = 0; i < look.sessions.size(); i++)
	{
		if (look.chosen[i])
			ask(look, look.sessions[i], newcomer);
	}
}

Answers
answer_of(const Session &session, Timestamp now)
{
	if (session.asked_at == long_ago || session.agreed)
		return Answers::all;
	return after(session.asked_at, answer_time) > now ? Answers::pending : Answers::missing;
}

// What those that were asked have answered, and when there is more to be done.
void
look_ahead(const Look &look, Prospect &prospect)
{
	const Need need = need_of(look, 0);

	for (const Session &session : look.sessions)
	{
		prospect.answers = std::max(prospect.answers, answer_of(session, look.now));
		const Timestamp next = next_choice(session, look.limits, look.now, need);
		prospect.next = std::min(prospect.next, next);
		if (session.activity == Activity::idle)
			prospect.ripe_at = std::min(prospect.ripe_at, next);
	}
}

} // namespace

Prospect
ask_sessions(const Newcomer &newcomer, Shortage (*measure)(const Newcomer &), int more)
{
	Look look = look_around();
	const Shortage shortage = measure(newcomer);
	Prospect prospect;

	// The narrow limits first: a session that makes way for them makes way for the wide one as
	// well.
	if (!failed_logins::failed_lately() &&
		choose(look, shortage.role, 0,
			   [&](const auto &each) { return each.role == newcomer.role; }) &&
		choose(look, shortage.database, 0,
			   [&](const auto &each) { return each.database == newcomer.database; }))
	{
		prospect.on_its_way = choose(look, shortage.slots, more, [](const auto &) { return true; });
		prospect.too_few_ripe = !prospect.on_its_way;
	}
	if (prospect.on_its_way)
		ask_chosen(look, newcomer);
	look_ahead(look, prospect);
	if (shortage.want() == line::Want::nothing)
		prospect.next = look.now; // meanwhile there is room

	pfree(look.chosen.data());
	pfree(look.among.data());
	pfree(look.sessions.data());
	return prospect;
}

} // namespace ai_cleanup::room
