// libFuzzer target: whatever sessions, settings and moments there are, a session that makes way
// may, and never more go than are needed (core/victims.cpp, core/sweep.cpp). To run it for a
// minute:
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover
//       -Iextension tests/fuzz/victims_fuzz.cpp extension/core/victims.cpp
//       extension/core/{sweep,policy,limits,relief}.cpp -o /tmp/victims_fuzz
//   /tmp/victims_fuzz -max_total_time=60 -max_len=3000
#include "core/sweep.hpp"
#include "core/victims.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <vector>

namespace
{

using namespace ai_cleanup;

void
require(bool condition, const char *what)
{
	if (condition)
		return;
	std::fprintf(stderr, "%s\n", what);
	std::abort();
}

// Reads plain values from the input; zeros when it is used up.
class Input
{
  public:
	Input(const std::uint8_t *data, std::size_t size) : data_(data), left_(size) {}

	template <typename T>
	T
	take()
	{
		T value{};
		const std::size_t size = std::min(left_, sizeof(T));
		if (size > 0)
			std::memcpy(&value, data_, size);
		data_ += size;
		left_ -= size;
		return value;
	}

	bool
	flag()
	{
		return (take<std::uint8_t>() & 1) != 0;
	}

	std::size_t
	left() const
	{
		return left_;
	}

  private:
	const std::uint8_t *data_;
	std::size_t left_;
};

Timestamp
take_moment(Input &input, Timestamp now)
{
	switch (input.take<std::uint8_t>() % 5)
	{
	case 0:
		return long_ago;
	case 1:
		return never;
	case 2: // anything
		return input.take<Timestamp>();
	case 3: // to the millisecond, as the bounds are
		return before(now, input.take<std::uint16_t>() * millisecond);
	default:
		return after(now, input.take<std::uint32_t>());
	}
}

Session
take_session(Input &input, std::uint64_t id, Timestamp now)
{
	Session session{};
	session.id = id;
	session.slot = static_cast<std::uint32_t>(id);
	session.database = input.take<std::uint8_t>() % 4;
	session.activity = static_cast<Activity>(input.take<std::uint8_t>() % 3);
	session.own = input.flag();
	session.retirable = input.flag();
	session.target = session.database != 3; // a database is one as a whole
	(void) input.flag();                    // the corpus has one more here
	session.opened_at = take_moment(input, now);
	session.idle_since = take_moment(input, now);
	session.asked_at = take_moment(input, now);
	session.asked_until = take_moment(input, now);
	session.declined_at = take_moment(input, now);
	session.declines = input.take<std::uint8_t>();
	session.idle_timeout_ms = std::max(inherited, input.take<std::int32_t>());
	session.connection_budget =
		std::max(inherited, static_cast<std::int32_t>(input.take<std::int8_t>()));
	session.protections = input.take<std::uint8_t>() & all_protections;
	session.exemption = static_cast<Exemption>(input.take<std::uint8_t>() % 4);
	session.blocks_since = take_moment(input, now);
	session.idle_in_transaction_timeout_ms = std::max(inherited, input.take<std::int32_t>());
	session.idle_blocker_timeout_ms = std::max(inherited, input.take<std::int32_t>());
	return session;
}

bool
may_go(const Session &session, const Limits &limits, bool takes_exempt, Timestamp now)
{
	return session.activity == Activity::idle && session.target && session.retirable &&
		   !session.own && session.asked_until <= now &&
		   (session.protections & limits.protect & protections_while_idle) == 0 &&
		   (takes_exempt || session.exemption == Exemption::none);
}

// So long in a transaction, or idle with a lock that others wait for, that a limit ends it.
bool
has_overstayed(const Session &session, const Limits &limits, Verdict verdict)
{
	constexpr auto but_locks = static_cast<Protections>(~protected_by_lock);

	if (!session.target || !session.retirable || session.own ||
		session.exemption != Exemption::none)
		return false;
	if (verdict.reason == Reason::idle_lock)
		return session.activity == Activity::idle &&
			   (session.protections & limits.protect & protections_while_idle & but_locks) == 0;
	return session.activity == Activity::in_transaction &&
		   (verdict.reason == Reason::idle_in_transaction ||
			verdict.reason == Reason::idle_blocker);
}

void
try_choice(Input &input, const std::vector<Session> &sessions, const Limits &limits, Timestamp now)
{
	const Duration ripe_after = input.flag() ? second : 0;
	const bool takes_exempt = input.flag();
	const std::size_t need = input.take<std::uint8_t>();
	std::vector<std::uint32_t> among(sessions.size());
	std::iota(among.begin(), among.end(), 0U);

	const Victims victims =
		choose_victims(sessions, limits, now, {need, ripe_after, takes_exempt}, among);
	require(victims.chosen <= sessions.size(), "more are chosen than there are");
	require(victims.chosen == 0 || victims.chosen + victims.on_the_way <= need,
			"more are chosen than are needed");
	for (std::size_t i = 0; i < victims.chosen; i++)
		require(may_go(sessions[among[i]], limits, takes_exempt, now),
				"one is chosen who may not go");

	std::sort(among.begin(), among.end());
	for (std::uint32_t i = 0; i < among.size(); i++)
		require(among[i] == i, "the choice lost somebody");
}

void
try_sweep(Input &input, const std::vector<Session> &sessions, const Limits &limits, Timestamp now)
{
	const std::size_t free_slots = input.take<std::uint8_t>();
	std::vector<Verdict> verdicts(sessions.size());
	std::vector<std::uint32_t> scratch(sessions.size());
	Relief relief;
	const Timestamp next = sweep(sessions, limits, free_slots, now, verdicts, scratch, relief).next;
	std::size_t going = 0;
	bool for_headroom = false;

	require(next > now || next == never, "the next look is not in the future");
	for (std::size_t i = 0; i < sessions.size(); i++)
	{
		require(verdicts[i].action != Action::terminate, "a sweep terminates somebody");
		if (verdicts[i].action != Action::retire)
			continue;
		require(limits.enabled, "one is retired by what is off");
		require(may_go(sessions[i], limits,
					   limits.evict_exempt && verdicts[i].reason == Reason::headroom, now) ||
					has_overstayed(sessions[i], limits, verdicts[i]),
				"one is retired who may not go");
		going++;
		for_headroom |= verdicts[i].reason == Reason::headroom;
	}
	if (for_headroom)
		require(free_slots + going <= static_cast<std::size_t>(limits.headroom),
				"more are retired than headroom needs");
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
	Input input(data, size);
	const Timestamp now = input.flag() ? input.take<Timestamp>() : 800'000'000 * second;
	const Limits limits{
		.enabled = input.flag(),
		.idle_timeout_ms = std::max(0, input.take<std::int32_t>()),
		.connection_budget = std::max(0, static_cast<std::int32_t>(input.take<std::int8_t>())),
		.headroom = std::max(0, static_cast<std::int32_t>(input.take<std::int16_t>())),
		.idle_in_transaction_timeout_ms = std::max(0, input.take<std::int32_t>()),
		.idle_blocker_timeout_ms = std::max(0, input.take<std::int32_t>()),
		.protect = static_cast<Protections>(input.take<std::uint8_t>() & all_protections),
		.evict_exempt = input.flag()};
	std::vector<Session> sessions;

	while (input.left() > 2 && sessions.size() < 64)
		sessions.push_back(take_session(input, sessions.size() + 1, now));
	try_choice(input, sessions, limits, now);
	try_sweep(input, sessions, limits, now);
	return 0;
}
