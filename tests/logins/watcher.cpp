// Which sessions were idle, and from when to when. One thread, started by crowd.
#include "watcher.hpp"

#include <thread>

namespace logins
{

namespace
{

constexpr std::chrono::milliseconds between_looks{5};
constexpr std::int64_t long_enough = 1'000'000; // idle for so many microseconds

std::int64_t
micros(Wall::time_point moment)
{
	return std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch()).count();
}

} // namespace

Watcher::Watcher(const storm::Address &outside, std::string watched)
	: session_(outside, {}), watched_(std::move(watched))
{
	session_.wire();
}

void
Watcher::run(const std::atomic<bool> &stop)
{
	const std::string sql =
		"SELECT pid, (extract(epoch FROM state_change) * 1000000)::bigint FROM pg_stat_activity"
		" WHERE datname = '" +
		watched_ +
		"' AND backend_type = 'client backend' AND state = 'idle' AND xact_start IS NULL"
		" AND wait_event = 'ClientRead' AND state_change < clock_timestamp() - interval '900 ms'";

	while (!stop)
	{
		const Micros asked_at = micros(Wall::now());
		for (const storm::Row &row : session_.ask(sql))
			idle_[{std::stoi(row[0]), std::stoll(row[1])}] = asked_at;
		looks_++;
		std::this_thread::sleep_for(between_looks);
	}
}

bool
Watcher::could_have_made_way(Wall::time_point began, Wall::time_point ended) const
{
	for (const auto &[session, last_seen] : idle_)
		if (session.second <= micros(began) - long_enough && last_seen >= micros(ended))
			return true;
	return false;
}

} // namespace logins
