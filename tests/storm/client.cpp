// One client of the application under test. Started by main.
#include "client.hpp"

#include <thread>

#include "evidence.hpp"

namespace storm
{

namespace
{

// The last messages of sessions that the two cleaners end, and what a session says that loses
// its client in the middle of a COPY. Everything else is a surprise.
bool
explained(const ServerError &farewell, const Seen &seen, Cleaner cleaner)
{
	return farewell.sqlstate == "57P05" ||
		   (cleaner == Cleaner::sql && farewell.sqlstate == "57P01") ||
		   (farewell.is_lost_client() && seen.answered);
}

} // namespace

Client::Client(const Options &options, int number)
	: options_(options), number_(number),
	  random_(options.seed * 1000003u + static_cast<std::uint32_t>(number)),
	  session_(options.address, settings_of(options.kind))
{
}

void
Client::pause(std::chrono::microseconds longest)
{
	std::uniform_int_distribution<long> length(0, static_cast<long>(longest.count()));
	std::this_thread::sleep_for(std::chrono::microseconds(length(random_)));
}

void
Client::run(const std::atomic<bool> &stop)
{
	for (long unit = 1; !stop; ++unit)
	{
		Wire &wire = session_.wire();
		pause(options_.pause_max);
		Seen seen =
			do_unit(options_.kind, wire, number_, unit, [this] { pause(options_.pause_max / 2); });
		if (seen.complete)
		{
			calls_ += rows_of(options_.kind);
			books_.enter(Unit{std::move(seen), false, false, false});
		}
		else
		{
			settle(unit, std::move(seen));
		}
	}
}

void
Client::settle(long unit, Seen seen)
{
	const int pid = session_.wire().backend_pid();
	const std::optional<ServerError> farewell = session_.wire().farewell();
	session_.drop();

	Unit account{std::move(seen), farewell && farewell->sqlstate == "57P05", false, false};
	if (farewell && !explained(*farewell, account.seen, options_.cleaner))
		account.seen.surprise = farewell->line();

	if (!account.seen.ended_before)
	{
		if (!evidence::backend_gone(session_, pid))
			account.seen.surprise = "the backend of an ended session does not go";
		const evidence::Traces traces = evidence::read_unit(session_, number_, unit);
		account.called = traces.calls > calls_;
		account.committed = traces.rows > 0;
		calls_ = traces.calls;
	}
	books_.enter(account);
}

void
Client::close_books()
{
	const evidence::Remains remains = evidence::read_client(session_, options_.kind, number_);
	books_.close_client(remains.whole_units, remains.half_units);
}

} // namespace storm
