// Ends the idle sessions of the database at a steady pace and counts them. Started by main.
#include "sweeper.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

namespace storm
{

namespace
{

using Clock = std::chrono::steady_clock;

} // namespace

const char *
statement_of(Cleaner cleaner)
{
	if (cleaner == Cleaner::ai_cleanup)
		return "SELECT ai_cleanup()";
	return "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
		   "WHERE state = 'idle' AND datname = current_database() AND pid <> pg_backend_pid()";
}

long
Sweeper::sweep()
{
	const std::string sql = statement_of(options_.cleaner);
	const std::optional<Rows> rows = session_.ask_once(sql);
	if (!rows)
	{
		// Both spare their caller; that this one was ended in the middle of a statement is a
		// breach.
		const std::optional<ServerError> &farewell = session_.wire().farewell();
		books_.surprise("the cleaner's own session was ended: " +
						(farewell ? farewell->line() : "no farewell"));
		session_.drop();
		return 0;
	}
	long ended = -1;
	if (rows->size() == 1 && !rows->front().empty())
	{
		const std::string &text = rows->front().front();
		std::from_chars(text.data(), text.data() + text.size(), ended);
	}
	if (ended < 0)
		throw EnvironmentFailure("no number of ended sessions came from: " + sql);
	return ended;
}

void
Sweeper::try_out()
{
	sweep();
}

void
Sweeper::run(const std::atomic<bool> &stop)
{
	const auto until = Clock::now() + options_.max_seconds;
	auto next = Clock::now();
	while (!stop && retired_ < options_.retirements && Clock::now() < until)
	{
		next = std::max(next + options_.interval, Clock::now());
		std::this_thread::sleep_until(next);
		retired_ += sweep();
		++sweeps_;
	}
}

} // namespace storm
