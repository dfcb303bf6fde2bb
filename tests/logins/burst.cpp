// Many logins at the same instant, as when a test runner or a pool starts. A mode of logins.
#include <atomic>
#include <barrier>
#include <exception>
#include <list>
#include <thread>

#include "modes.hpp"
#include "storm/session.hpp"

namespace logins
{

namespace
{

using Wires = std::vector<std::unique_ptr<storm::Wire>>;

// The first failure of the environment is kept for the caller.
class Failure
{
  public:
	template <typename Body>
	void
	guard(Body body)
	{
		try
		{
			body();
		}
		catch (...)
		{
			if (!raised_.exchange(true))
				first_ = std::current_exception();
		}
	}
	bool
	raised() const
	{
		return raised_;
	}
	void
	rethrow() const
	{
		if (first_)
			std::rethrow_exception(first_);
	}

  private:
	std::atomic<bool> raised_{false};
	std::exception_ptr first_;
};

// One client, in a thread of its own: its logins, and all that they left open.
struct Client
{
	Tally tally;
	Wires open;

	void
	get_in(const Options &options)
	{
		Login login = logins::get_in(options.address, options.query, options.retry);
		tally.enter(login);
		if (login.end == End::in)
			open.push_back(std::move(login.wire));
	}
};

// Sessions that have told their client hold their slots a little longer.
void
let_go_of_ended(Wires &open)
{
	std::erase_if(open, [](const auto &wire) {
		const bool ended = has_ended(*wire);
		if (ended)
			wire->await_exit();
		return ended;
	});
}

void
wait_until_settled(storm::Session &superuser, const Options &options)
{
	const auto until = Clock::now() + storm::patience;
	for (;;)
	{
		const storm::Rows rows = superuser.ask(
			"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
		if (std::stol(rows.at(0).at(0)) <= options.settled_at)
			return;
		if (Clock::now() > until)
			throw storm::EnvironmentFailure("still " + rows[0][0] + " sessions, not " +
											std::to_string(options.settled_at));
		std::this_thread::sleep_for(std::chrono::milliseconds(1));
	}
}

} // namespace

Tally
burst(const Options &options)
{
	storm::Address outside = options.address;
	outside.user = options.superuser;
	outside.dbname = options.outside;
	storm::Session superuser(outside, {});
	superuser.wire();
	Wires filling;
	for (int i = 0; i < options.fill; i++)
		filling.push_back(log_in(options.address).wire);

	std::list<Client> clients(static_cast<std::size_t>(options.clients));
	std::list<std::thread> threads;
	std::barrier line(options.clients + 1);
	std::atomic<bool> stop{false};
	Failure failure;
	for (Client &client : clients)
		threads.emplace_back([&] {
			for (;;)
			{
				line.arrive_and_wait();
				if (stop)
					return;
				failure.guard([&] { client.get_in(options); });
				line.arrive_and_wait();
			}
		});

	for (int round = 0; round < options.rounds && !failure.raised(); round++)
	{
		failure.guard([&] { wait_until_settled(superuser, options); });
		if (round > 0)
			std::this_thread::sleep_for(options.pause);
		let_go_of_ended(filling);
		for (Client &client : clients)
			let_go_of_ended(client.open);
		line.arrive_and_wait();
		line.arrive_and_wait();
	}
	stop = true;
	line.arrive_and_wait();
	for (std::thread &thread : threads)
		thread.join();
	failure.rethrow();

	Tally tally;
	for (const Client &client : clients)
		tally.add(client.tally);
	return tally;
}

} // namespace logins
