// Visits: clients at work. None of them leaks: each logs out when it is done.
#include "client.hpp"
#include "crew.hpp"
#include "modes.hpp"

namespace loads
{

namespace
{

// True if it was a whole one. What is under way when time is up is left off, and is no harm.
bool
visit(const Options &options, Clock::time_point end, Books &books)
{
	Client client(options);

	if (!client.log_in(books) || !client.pause(options.first_pause, end, books))
		return false;
	for (int i = 0; i < options.requests; i++)
		if (Clock::now() >= end || !client.ask(end, books) ||
			!client.pause(options.pause, end, books))
			return false;
	client.log_out();
	return Clock::now() < end;
}

} // namespace

Books
visits(const Options &options)
{
	const Clock::time_point end = Clock::now() + options.seconds;

	return run_crew(options.clients, [&](int, Books &books) {
		for (int i = 0; Clock::now() < end && (options.rounds == 0 || i < options.rounds); i++)
		{
			if (visit(options, end, books))
				books.visits++;
			else if (Clock::now() < end)
				std::this_thread::sleep_for(options.retry);
		}
	});
}

} // namespace loads
