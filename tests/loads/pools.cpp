// Pools of sessions as clients' libraries keep them: opened when they are needed, at most so many,
// the last one used is the next one taken. One thread of each pool sees to sessions that end while
// they are not used, as an event loop would.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "client.hpp"
#include "crew.hpp"
#include "modes.hpp"

namespace loads
{

namespace
{

constexpr Milliseconds look_again{5};

class Pool
{
  public:
	explicit Pool(const Options &options) : options_(options) {}

	// A session, an idle one or a new one; none if its login failed, or if time is up.
	std::unique_ptr<Client>
	take(Clock::time_point end, Books &books)
	{
		std::unique_lock lock(mutex_);
		if (!returned_.wait_until(lock, end,
								  [&] { return !idle_.empty() || open_ < options_.size; }))
			return nullptr;
		if (!idle_.empty())
		{
			std::unique_ptr<Client> client = std::move(idle_.back());
			idle_.pop_back();
			return client;
		}
		open_++;
		lock.unlock();
		return opened(books);
	}

	void
	give_back(std::unique_ptr<Client> client)
	{
		const std::lock_guard lock(mutex_);
		idle_.push_back(std::move(client));
		returned_.notify_one();
	}

	void
	lost_one()
	{
		const std::lock_guard lock(mutex_);
		open_--;
		returned_.notify_one();
	}

	// Drops idle sessions that have ended; with --refill opens others in their place.
	void
	look_after(Books &books)
	{
		{
			const std::lock_guard lock(mutex_);
			const auto ended = std::erase_if(
				idle_, [](const std::unique_ptr<Client> &client) { return client->has_ended(); });
			books.lost_at_rest += static_cast<long>(ended);
			open_ -= static_cast<int>(ended);
			if (ended > 0)
				returned_.notify_all();
		}
		while (options_.refill && reserve_place())
		{
			std::unique_ptr<Client> client = opened(books);
			if (!client)
				return;
			give_back(std::move(client));
		}
	}

  private:
	bool
	reserve_place()
	{
		const std::lock_guard lock(mutex_);
		if (open_ >= options_.size)
			return false;
		open_++;
		return true;
	}

	// Its place is taken already, and free again if the login fails.
	std::unique_ptr<Client>
	opened(Books &books)
	{
		auto client = std::make_unique<Client>(options_);
		if (client->log_in(books))
			return client;
		lost_one();
		return nullptr;
	}

	const Options &options_;
	std::mutex mutex_;
	std::condition_variable returned_;
	std::deque<std::unique_ptr<Client>> idle_; // the last one used last
	int open_ = 0;
};

// Takes, asks, gives back, pauses.
void
call_again_and_again(const Options &options, Pool &pool, Clock::time_point end, Books &books)
{
	while (Clock::now() < end)
	{
		std::unique_ptr<Client> client = pool.take(end, books);
		const bool answered = client && client->ask(end, books);
		if (answered)
			pool.give_back(std::move(client));
		else if (client)
			pool.lost_one();
		const auto length = answered ? options.pause : options.retry;
		std::this_thread::sleep_until(std::min(end, Clock::now() + length));
	}
}

} // namespace

Books
pools(const Options &options)
{
	const Clock::time_point end = Clock::now() + options.seconds;
	const int crew = options.clients + 1;
	std::deque<Pool> pools;

	for (int i = 0; i < options.pools; i++)
		pools.emplace_back(options);
	// Of each pool in turn, so that none is there first and takes all the slots.
	return run_crew(options.pools * crew, [&](int number, Books &books) {
		Pool &pool = pools[static_cast<std::size_t>(number % options.pools)];
		if (number >= options.pools)
			return call_again_and_again(options, pool, end, books);
		while (Clock::now() < end)
		{
			pool.look_after(books);
			std::this_thread::sleep_for(look_again);
		}
	});
}

} // namespace loads
