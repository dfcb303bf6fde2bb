// Once told, a client may still be sending: if the connection were closed over that, the kernel
// would answer with a reset, which could overtake the farewell. So what comes is read and dropped
// for a while. Nothing of it is ever looked at but whether it is a goodbye.
#include "server/attendant/held_connection.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

#include "server/state/statistics.hpp"

namespace ai_cleanup::held_connection
{

namespace
{

using statistics::Counter;

// From the client's question until the connection is closed. Only a client that does not read, or
// does not hang up when it is told, makes use of it.
constexpr Duration patience = 30 * second;
// One that goes on sending has this much to say at most.
constexpr std::size_t most_drained = std::size_t{16} * 1024 * 1024;

// Terminate, the whole of it: the rest of a request whose first half the session has read may begin
// with any byte. What is no whole goodbye is taken for a question and answered, which does no harm.
constexpr std::string_view goodbye("X\0\0\0\4", 5);

// What becomes of a connection:
//
//             asks, or is held too long            all of it is written
//   holding ────────────────────────────> telling ──────────────────────> draining
//      │ says goodbye, or hangs up           │ gone, or too slow              │ gone, too slow,
//      v                                     v                                v too much
//    closed                                closed                           closed
//
// move() and close_connection() are the only ways.
enum class Stage : std::uint8_t
{
	holding,
	telling,
	draining,
};

struct Held
{
	dlist_node node; // among those that are held, or among those that will be closed
	int sock;
	Stage stage;
	poller::Interest interest;
	bool counted;
	std::uint16_t length; // of the letter
	std::uint16_t sent;   // so much of it
	std::size_t drained;
	Timestamp since; // it is held, or it is told
};

dlist_head holding = DLIST_STATIC_INIT(holding); // the longest held first
dlist_head closing = DLIST_STATIC_INIT(closing); // in the order in which they will be closed
std::uint32_t held_count = 0;

// What clients send goes here and nowhere else.
std::array<char, 65536> dump;

char *
letter_of(Held &held)
{
	return reinterpret_cast<char *>(&held + 1);
}

ssize_t
send_some(int sock, const char *bytes, std::size_t length)
{
	return send(sock, bytes, length, MSG_DONTWAIT);
}

bool
would_wait(ssize_t result)
{
	return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

void
move(Held &held, Stage to)
{
	Assert(static_cast<int>(to) == static_cast<int>(held.stage) + 1);
	held.stage = to;
}

void
close_connection(Held &held)
{
	poller::remove(held.sock, held.interest);
	close(held.sock);
	dlist_delete(&held.node);
	held_count--;
	pfree(&held);
}

void
note(Held &held, Counter outcome)
{
	if (!held.counted)
		statistics::count(outcome);
	held.counted = true;
}

// Sets what to wait for next. What cannot be waited for is over.
void
await(Held &held, poller::Interest interest)
{
	if (held.interest == interest)
		return;
	if (!poller::change(held.sock, &held, interest))
		close_connection(held);
	else
		held.interest = interest;
}

// Reads all that is there, within bounds.
void
drain(Held &held)
{
	const ssize_t length = recv(held.sock, dump.data(), dump.size(), MSG_DONTWAIT);

	if (would_wait(length))
		return;
	if (length > 0)
		held.drained += static_cast<std::size_t>(length);
	if (length <= 0 || held.drained > most_drained)
		close_connection(held);
}

void
say(Held &held)
{
	const std::size_t rest = held.length - held.sent;
	const ssize_t length = rest == 0 ? 0 : send_some(held.sock, letter_of(held) + held.sent, rest);

	if (length < 0 && !would_wait(length))
	{
		note(held, Counter::clients_hung_up);
		close_connection(held);
		return;
	}
	if (length > 0)
		held.sent += static_cast<std::uint16_t>(length);
	if (held.sent < held.length)
	{
		await(held, poller::Interest::writing);
		return;
	}
	note(held, Counter::clients_told);
	shutdown(held.sock, SHUT_WR);
	move(held, Stage::draining);
	await(held, poller::Interest::reading);
}

void
begin_to_tell(Held &held, Timestamp now)
{
	dlist_delete(&held.node);
	dlist_push_tail(&closing, &held.node);
	held.since = now;
	move(held, Stage::telling);
	say(held);
}

// The client has done something at last.
void
hear(Held &held, bool hung_up, Timestamp now)
{
	const ssize_t length = recv(held.sock, dump.data(), dump.size(), MSG_DONTWAIT);

	if (would_wait(length))
		return;
	if (length <= 0 || std::string_view(dump.data(), static_cast<std::size_t>(length)) == goodbye)
	{
		note(held, Counter::clients_hung_up);
		close_connection(held);
		return;
	}
	// Over TLS a goodbye looks like a question.
	if (hung_up)
		note(held, Counter::clients_hung_up);
	begin_to_tell(held, now);
}

Held &
first_of(dlist_head &list)
{
	static_assert(offsetof(Held, node) == 0);
	return *reinterpret_cast<Held *>(dlist_head_node(&list));
}

} // namespace

void
hold(int sock, const Letter &letter, Timestamp now)
{
	auto *held = static_cast<Held *>(MemoryContextAllocExtended(
		TopMemoryContext, sizeof(Held) + letter.length, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO));

	if (held == nullptr || !poller::add(sock, held))
	{
		(void) send_some(sock, letter.bytes.data(), letter.length);
		close(sock);
		if (held != nullptr)
			pfree(held);
		statistics::count(Counter::hand_overs_refused);
		return;
	}
	held->sock = sock;
	held->length = letter.length;
	held->since = now;
	std::memcpy(letter_of(*held), letter.bytes.data(), letter.length);
	dlist_push_tail(&holding, &held->node);
	held_count++;
	if (letter.at_once)
		begin_to_tell(*held, now);
}

void
attend(void *subject, bool hung_up, Timestamp now)
{
	auto &held = *static_cast<Held *>(subject);

	switch (held.stage)
	{
	case Stage::holding:
		hear(held, hung_up, now);
		break;
	case Stage::telling:
		say(held);
		break;
	case Stage::draining:
		drain(held);
		break;
	}
}

Timestamp
close_overdue(Timestamp now, Duration longest)
{
	while (longest > 0 && !dlist_is_empty(&holding) &&
		   after(first_of(holding).since, longest) <= now)
		begin_to_tell(first_of(holding), now);
	while (!dlist_is_empty(&closing) && after(first_of(closing).since, patience) <= now)
		close_connection(first_of(closing));

	const Timestamp next_held =
		longest > 0 && !dlist_is_empty(&holding) ? after(first_of(holding).since, longest) : never;
	const Timestamp next_closing =
		dlist_is_empty(&closing) ? never : after(first_of(closing).since, patience);
	return std::min(next_held, next_closing);
}

std::uint32_t
count()
{
	return held_count;
}

} // namespace ai_cleanup::held_connection
