// storm: clients that work while a cleaner ends idle sessions under them, and an account of what
// became of every unit of work. Proves, or disproves, that ending idle sessions never kills work.
// Run by the test suite, once for each kind of work; owns the threads, the report, the exit status.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <list>
#include <mutex>
#include <thread>

#include "client.hpp"
#include "evidence.hpp"
#include "options.hpp"
#include "sweeper.hpp"

namespace storm
{

namespace
{

enum Exit
{
	held = 0,
	broken = 1,
	bad_options = 2,
	no_verdict = 3
};

// The first failure of the environment stops every thread; what the books say by then still counts.
class Failures
{
  public:
	explicit Failures(std::atomic<bool> &stop) : stop_(stop) {}

	template <typename Body>
	void
	guard(Body body)
	{
		try
		{
			body();
		}
		catch (const std::exception &failure)
		{
			const std::lock_guard<std::mutex> lock(mutex_);
			if (first_.empty())
				first_ = failure.what();
			stop_ = true;
		}
	}
	const std::string &
	first() const
	{
		return first_;
	}

  private:
	std::atomic<bool> &stop_;
	std::mutex mutex_;
	std::string first_;
};

void
line(const char *name, long value)
{
	std::printf("%s: %ld\n", name, value);
}

void
line(const char *name, const std::string &value)
{
	std::printf("%s: %s\n", name, value.c_str());
}

struct Logins
{
	long made = 0, refused = 0, ended = 0, asked_again = 0;
};

void
print_books(const Books &books)
{
	line("units", books.units());
	line("done", books.count(Outcome::done));
	line("ended_idle", books.count(Outcome::ended_idle));
	line("ended_idle_told", books.told(Outcome::ended_idle));
	line("ended_idle_untold", books.untold(Outcome::ended_idle));
	line("refused_at_send", books.count(Outcome::refused_at_send));
	line("refused_at_send_told", books.told(Outcome::refused_at_send));
	line("refused_at_send_untold", books.untold(Outcome::refused_at_send));
	line("sent_in_part", books.count(Outcome::sent_in_part));
	line("refused", books.count(Outcome::refused));
	line("lost", books.count(Outcome::lost));
	line("lost_told", books.told(Outcome::lost));
	line("lost_untold", books.untold(Outcome::lost));
	line("cut", books.count(Outcome::cut));
	line("cut_told", books.told(Outcome::cut));
	line("cut_untold", books.untold(Outcome::cut));
	line("committed_unanswered", books.count(Outcome::committed_unanswered));
	line("broken_promise", books.broken_promise());
	line("half_done", books.half_done());
	line("unaccounted", books.unaccounted());
	line("other", books.surprised());
	for (const auto &[text, times] : books.surprises())
		line("other_text", std::to_string(times) + " times: " + text);
}

// Why a run that shows no breach would still prove nothing.
std::vector<std::string>
gaps_in(const Options &options, const Sweeper &sweeper, const Books &books, long ended_seen,
		const std::string &failure)
{
	std::vector<std::string> gaps;
	if (!failure.empty())
		gaps.push_back(failure);
	else if (books.count(Outcome::done) == 0)
		gaps.push_back("no unit of work was done");
	if (sweeper.retired() < options.retirements)
		gaps.push_back("only " + std::to_string(sweeper.retired()) + " of " +
					   std::to_string(options.retirements) + " sessions were retired in time");
	if (ended_seen < sweeper.retired() / 2)
		gaps.push_back("the clients saw far fewer sessions end than the cleaner counted");
	return gaps;
}

int
report(const Options &options, const Sweeper &sweeper, const Books &books, const Logins &logins,
	   double seconds, const std::string &failure)
{
	line("kind", name_of(options.kind));
	line("cleaner", name_of(options.cleaner));
	line("transport", options.address.is_unix_socket() ? "unix" : "tcp");
	line("attendant", options.attendant ? "yes" : "no");
	line("clients", options.clients);
	std::printf("seconds: %.1f\n", seconds);
	line("sweeps", sweeper.sweeps());
	line("retired", sweeper.retired());
	const long ended_seen = books.ended() + logins.ended + logins.asked_again;
	line("ended_seen", ended_seen);
	line("logins", logins.made);
	line("logins_refused", logins.refused);
	line("logins_ended", logins.ended);
	line("evidence_asked_again", logins.asked_again);
	print_books(books);

	const std::vector<std::string> breaches = books.breaches(options.attendant);
	for (const std::string &breach : breaches)
		line("broken_by", breach);
	const std::vector<std::string> gaps = gaps_in(options, sweeper, books, ended_seen, failure);
	for (const std::string &gap : gaps)
		line("failure", gap);

	const Exit exit = !breaches.empty() ? broken : !gaps.empty() ? no_verdict : held;
	line("verdict", exit == held ? "held" : exit == broken ? "broken" : "none");
	return exit;
}

int
run(const Options &options)
{
	std::atomic<bool> stop{false};
	Failures failures(stop);
	Sweeper sweeper(options);
	std::list<Client> clients;

	failures.guard([&] {
		Session session(options.address, {});
		evidence::prepare(session, options.clients);
		session.drop();
		sweeper.try_out();
	});
	const auto begin = std::chrono::steady_clock::now();
	if (failures.first().empty())
	{
		std::list<std::thread> threads;
		for (int number = 0; number < options.clients; ++number)
		{
			Client &client = clients.emplace_back(options, number);
			threads.emplace_back(
				[&client, &failures, &stop] { failures.guard([&] { client.run(stop); }); });
		}
		failures.guard([&] { sweeper.run(stop); });
		stop = true;
		for (std::thread &thread : threads)
			thread.join();
	}
	const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

	Books books = sweeper.books();
	Logins logins;
	for (Client &client : clients)
	{
		if (failures.first().empty())
			failures.guard([&] { client.close_books(); });
		books.add(client.books());
		logins.made += client.session().logins();
		logins.refused += client.session().logins_refused();
		logins.ended += client.session().logins_ended();
		logins.asked_again += client.session().asked_again();
	}
	return report(options, sweeper, books, logins, seconds.count(), failures.first());
}

} // namespace

} // namespace storm

int
main(int argc, char **argv)
{
	storm::Options options;
	try
	{
		options = storm::read_options(argc, argv);
	}
	catch (const storm::BadOption &problem)
	{
		std::fprintf(stderr, "storm: %s\n%s", problem.what(), storm::usage().c_str());
		return storm::bad_options;
	}
	return storm::run(options);
}
