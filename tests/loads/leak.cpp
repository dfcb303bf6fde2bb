// A leak: sessions that are used once and never again, and never closed.
#include <memory>

#include "client.hpp"
#include "crew.hpp"
#include "modes.hpp"

namespace loads
{

namespace
{

using Leaked = std::vector<std::unique_ptr<Client>>;

void
leak_one(const Options &options, Clock::time_point end, Leaked &leaked, Books &books)
{
	auto client = std::make_unique<Client>(options);

	if (!client->log_in(books))
		return;
	for (int i = 0; i < options.requests; i++)
		if (!client->ask(end, books))
			return;
	leaked.push_back(std::move(client));
}

// Only a client that asks is told for certain: a connection may outlive its session.
void
look_who_is_left(Leaked &leaked, Books &books)
{
	for (const std::unique_ptr<Client> &client : leaked)
	{
		Books unread;
		if (client->ask(Clock::now(), unread))
			books.left_at_rest++;
		else
			books.lost_at_rest++;
	}
}

} // namespace

Books
leak(const Options &options)
{
	const Clock::time_point start = Clock::now();
	const Clock::time_point end = start + options.seconds;
	const long width = options.clients;

	// One lane for each of those that come at the same instant.
	return run_crew(options.clients, [&](int lane, Books &books) {
		Leaked leaked;
		for (long i = lane; i < options.count && Clock::now() < end; i += width)
		{
			std::this_thread::sleep_until(start + i / width * options.every);
			leak_one(options, end, leaked, books);
		}
		std::this_thread::sleep_until(end);
		look_who_is_left(leaked, books);
	});
}

} // namespace loads
