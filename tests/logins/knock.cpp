// Clients that log in again and again and close at once, as pools without a slot do, until
// standard input ends. A mode of logins.
#include <atomic>
#include <list>
#include <mutex>
#include <thread>

#include <unistd.h>

#include "modes.hpp"

namespace logins
{

namespace
{

void
wait_for_end_of_input()
{
	char byte = 0;
	while (read(STDIN_FILENO, &byte, 1) > 0)
	{
	}
}

} // namespace

Tally
knock(const Options &options)
{
	std::atomic<bool> stop{false};
	std::mutex mutex;
	Tally sum;
	std::string failure;
	std::list<std::thread> threads;

	for (int i = 0; i < options.clients; i++)
		threads.emplace_back([&] {
			Tally tally;
			try
			{
				while (!stop)
				{
					tally.enter(log_in(options.address, options.query));
					std::this_thread::sleep_for(options.pause);
				}
			}
			catch (const std::exception &problem)
			{
				const std::lock_guard<std::mutex> lock(mutex);
				failure = problem.what();
			}
			const std::lock_guard<std::mutex> lock(mutex);
			sum.add(tally);
		});
	wait_for_end_of_input();
	stop = true;
	for (std::thread &thread : threads)
		thread.join();
	if (!failure.empty())
		throw storm::EnvironmentFailure(failure);
	return sum;
}

} // namespace logins
