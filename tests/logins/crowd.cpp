// A day at a development server that has far fewer slots than clients: some leak their sessions,
// some work in transactions, some come and go. A mode of logins.
#include <list>
#include <mutex>
#include <random>
#include <thread>

#include "ledger.hpp"
#include "modes.hpp"
#include "watcher.hpp"

namespace logins
{

namespace
{

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct Refused
{
	Wall::time_point began;
	Wall::time_point ended;
};

// What one client has seen.
struct Diary
{
	Tally tally;
	std::vector<Refused> reserved; // refused for want of a slot that is not reserved
	ledger::Book book;
	long retired_told = 0; // ended while idle, with 57P05
	long retired_untold = 0;
	long ended_before = 0; // before a transaction began
	long cut = 0;
	long odd = 0;
	std::vector<std::string> texts; // of what was cut or odd
};

class Client
{
  public:
	Client(const Options &options, int number, const std::atomic<bool> &stop)
		: options_(options), number_(number), stop_(stop),
		  random_(options.seed * 1000003u + static_cast<std::uint32_t>(number))
	{
	}

	void
	run()
	{
		pause(milliseconds(500));
		for (std::unique_ptr<storm::Wire> wire; !stop_; wire.reset())
		{
			wire = get_in();
			if (!wire)
				return;
			if (number_ % 5 < 2)
				leak(*wire);
			else if (number_ % 5 < 4)
				work(*wire);
			else
				visit(*wire);
		}
	}

	const Diary &
	diary() const
	{
		return diary_;
	}
	int
	number() const
	{
		return number_;
	}

  private:
	void
	pause(microseconds longest)
	{
		std::uniform_int_distribution<long> length(0, static_cast<long>(longest.count()));
		const auto until = Clock::now() + microseconds(length(random_));
		while (!stop_ && Clock::now() < until)
			std::this_thread::sleep_for(
				std::min<Clock::duration>(until - Clock::now(), milliseconds(50)));
	}

	// Tries until it is in; nothing once it is time to stop.
	std::unique_ptr<storm::Wire>
	get_in()
	{
		for (; !stop_; pause(milliseconds(200)))
		{
			Login login = log_in(options_.address);
			diary_.tally.enter(login);
			if (login.end == End::in)
				return std::move(login.wire);
			if (login.end == End::refused && login.refusal == Refusal::reserved)
				diary_.reserved.push_back({login.started, login.ended});
		}
		return nullptr;
	}

	bool
	ask(storm::Wire &wire, const std::string &sql)
	{
		if (wire.send(storm::messages::query(sql)) != storm::Sent::whole)
			wire.hear_farewell();
		for (;;)
		{
			const storm::Received received = wire.receive();
			if (received.what == storm::Received::What::silence)
				throw storm::EnvironmentFailure("no answer to: " + sql);
			if (received.what == storm::Received::What::ended)
			{
				count_end(wire);
				return false;
			}
			if (received.message.type == 'Z')
				return true;
		}
	}

	void
	count_end(const storm::Wire &wire)
	{
		const bool told = wire.farewell() && wire.farewell()->sqlstate == "57P05";
		(told ? diary_.retired_told : diary_.retired_untold)++;
		if (!told && wire.farewell())
			diary_.texts.push_back("idle: " + wire.farewell()->line());
	}

	// Runs a query and forgets the session; needs one again some time after it was ended.
	void
	leak(storm::Wire &wire)
	{
		if (!ask(wire, "SELECT count(*) FROM account"))
			return;
		while (!stop_)
		{
			const storm::Received received = wire.receive(milliseconds(50));
			if (received.what != storm::Received::What::ended)
				continue;
			count_end(wire);
			pause(std::chrono::seconds(2));
			return;
		}
	}

	void
	work(storm::Wire &wire)
	{
		std::uniform_int_distribution<int> some(1, 20);
		for (int left = some(random_); left > 0 && !stop_; left--)
		{
			const ledger::Transfer transfer = ledger::transfer(wire, number_, ++unit_, random_,
															   [this] { pause(milliseconds(2)); });
			switch (transfer.outcome)
			{
			case ledger::Outcome::committed:
				diary_.book[unit_] = transfer.amount;
				break;
			case ledger::Outcome::ended_before:
				diary_.ended_before++;
				return;
			case ledger::Outcome::cut:
				diary_.cut++;
				diary_.texts.push_back("cut: " + transfer.text);
				return;
			case ledger::Outcome::odd:
				diary_.odd++;
				diary_.texts.push_back("odd: " + transfer.text);
				return;
			}
			pause(milliseconds(20));
		}
		pause(milliseconds(100));
	}

	void
	visit(storm::Wire &wire)
	{
		if (ask(wire, "SELECT sum(balance) FROM account"))
			pause(milliseconds(5));
	}

	const Options &options_;
	int number_;
	const std::atomic<bool> &stop_;
	std::mt19937 random_;
	Diary diary_;
	long unit_ = 0;
};

// What happened to all of them, and whether it was right.
Tally
report(const std::list<Client> &clients, const Watcher &watcher, storm::Session &session)
{
	Tally tally;
	std::map<int, ledger::Book> books;
	Diary sum;
	long committed = 0;
	long could_have_been_in = 0;
	std::map<std::string, long> texts;
	for (const Client &client : clients)
	{
		const Diary &diary = client.diary();
		tally.add(diary.tally);
		books[client.number()] = diary.book;
		committed += static_cast<long>(diary.book.size());
		sum.retired_told += diary.retired_told;
		sum.retired_untold += diary.retired_untold;
		sum.ended_before += diary.ended_before;
		sum.cut += diary.cut;
		sum.odd += diary.odd;
		for (const Refused &refused : diary.reserved)
			could_have_been_in += watcher.could_have_made_way(refused.began, refused.ended);
		for (const std::string &text : diary.texts)
			texts[text]++;
	}
	const ledger::Audit audit = ledger::audit(session, books);

	print_line("committed", committed);
	print_line("ended_before_begin", sum.ended_before);
	print_line("cut", sum.cut);
	print_line("odd", sum.odd);
	print_line("missing", audit.missing);
	print_line("unanswered", audit.unanswered);
	print_line("wrong", audit.wrong);
	print_line("balanced", audit.balanced);
	print_line("retired_told", sum.retired_told);
	print_line("retired_untold", sum.retired_untold);
	print_line("refused_with_somebody_idle", could_have_been_in);
	print_line("watcher_looks", watcher.looks());
	print_line("watcher_saw_idle", watcher.seen());
	print_line("watcher_ended", watcher.ended());
	for (const auto &[text, times] : texts)
		print_line("noted", std::to_string(times) + " times: " + text);
	return tally;
}

} // namespace

Tally
crowd(const Options &options)
{
	storm::Address outside = options.address;
	outside.user = options.superuser;
	outside.dbname = options.outside;
	storm::Address inside = outside;
	inside.dbname = options.address.dbname;

	Watcher watcher(outside, options.address.dbname);
	storm::Session session(inside, {});
	ledger::prepare(session);
	session.ask("GRANT ALL ON account, ledger TO PUBLIC");
	session.drop();

	std::atomic<bool> stop{false};
	std::mutex mutex;
	std::string failure;
	const auto guarded = [&](auto body) {
		try
		{
			body();
		}
		catch (const std::exception &problem)
		{
			const std::lock_guard<std::mutex> lock(mutex);
			failure = problem.what();
			stop = true;
		}
	};
	std::list<Client> clients;
	std::list<std::thread> threads;
	threads.emplace_back([&] { guarded([&] { watcher.run(stop); }); });
	for (int number = 0; number < options.clients; number++)
	{
		Client &client = clients.emplace_back(options, number, stop);
		threads.emplace_back([&] { guarded([&] { client.run(); }); });
	}
	const auto until = Clock::now() + options.seconds;
	while (!stop && Clock::now() < until)
		std::this_thread::sleep_for(milliseconds(20));
	stop = true;
	for (std::thread &thread : threads)
		thread.join();
	if (!failure.empty())
		throw storm::EnvironmentFailure(failure);
	return report(clients, watcher, session);
}

} // namespace logins
