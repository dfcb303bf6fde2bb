// The work of a crowd: transfers between accounts, and their audit.
#include "ledger.hpp"

#include <vector>

namespace logins::ledger
{

namespace
{

using storm::Received;

constexpr long balance_at_first = 1000;

enum class Answer
{
	as_expected,
	ended,
	odd,
};

// Hears the answer to one statement, up to ReadyForQuery.
Answer
hear(storm::Wire &wire, const std::string &tag, bool &begun, std::string &text)
{
	bool right = false;
	for (;;)
	{
		const Received received = wire.receive();
		if (received.what == Received::What::ended)
			return Answer::ended;
		if (received.what == Received::What::silence)
		{
			text = "no answer to what " + tag + " would have answered";
			return Answer::odd;
		}
		begun = true;
		const storm::Message &message = received.message;
		if (message.type == 'E')
			text = storm::messages::error(message.body).line();
		if (message.type == 'C')
			right = storm::messages::command_tag(message.body) == tag;
		if (message.type == 'Z')
			return right ? Answer::as_expected : Answer::odd;
	}
}

std::string
change(int account, long amount)
{
	return "UPDATE account SET balance = balance + (" + std::to_string(amount) +
		   ") WHERE id = " + std::to_string(account);
}

} // namespace

void
prepare(storm::Session &session)
{
	session.ask("DROP TABLE IF EXISTS account, ledger");
	session.ask("CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)");
	session.ask("INSERT INTO account SELECT i, " + std::to_string(balance_at_first) +
				" FROM generate_series(1, " + std::to_string(accounts) + ") AS i");
	session.ask("CREATE TABLE ledger (client int, unit bigint, lower int, upper int,"
				" amount bigint, PRIMARY KEY (client, unit))");
}

Transfer
transfer(storm::Wire &wire, int client, long unit, std::mt19937 &random,
		 const std::function<void()> &pause)
{
	std::uniform_int_distribution<int> account(1, accounts);
	std::uniform_int_distribution<long> sum(-100, 100);
	int lower = account(random);
	int upper = account(random);
	if (lower == upper)
		upper = lower == accounts ? 1 : lower + 1;
	if (lower > upper) // always locked in this order: no deadlocks
		std::swap(lower, upper);
	Transfer transfer{Outcome::odd, sum(random), ""};
	const std::vector<std::pair<std::string, std::string>> steps = {
		{"BEGIN", "BEGIN"},
		{change(lower, -transfer.amount), "UPDATE 1"},
		{change(upper, transfer.amount), "UPDATE 1"},
		{"INSERT INTO ledger VALUES (" + std::to_string(client) + ", " + std::to_string(unit) +
			 ", " + std::to_string(lower) + ", " + std::to_string(upper) + ", " +
			 std::to_string(transfer.amount) + ")",
		 "INSERT 0 1"},
		{"COMMIT", "COMMIT"},
	};

	bool begun = false;
	for (const auto &[sql, tag] : steps)
	{
		if (begun)
			pause();
		if (wire.send(storm::messages::query(sql)) != storm::Sent::whole)
			wire.hear_farewell();
		const Answer answer = hear(wire, tag, begun, transfer.text);
		if (answer == Answer::as_expected)
			continue;
		if (answer == Answer::ended)
		{
			transfer.outcome = begun ? Outcome::cut : Outcome::ended_before;
			transfer.text = wire.farewell() ? wire.farewell()->line() : "nothing was said";
			// A client that is told nothing, or something else, cannot know what became of it.
			if (!begun && wire.farewell() && wire.farewell()->sqlstate != "57P05")
				transfer.outcome = Outcome::odd;
		}
		return transfer;
	}
	transfer.outcome = Outcome::committed;
	return transfer;
}

Audit
audit(storm::Session &session, const std::map<int, Book> &books)
{
	Audit audit;
	std::map<int, Book> there;
	for (const storm::Row &row : session.ask("SELECT client, unit, amount FROM ledger"))
		there[std::stoi(row[0])][std::stol(row[1])] = std::stol(row[2]);

	for (const auto &[client, book] : books)
	{
		const Book &entered = there[client];
		for (const auto &[unit, amount] : book)
		{
			const auto found = entered.find(unit);
			audit.missing += found == entered.end();
			audit.wrong += found != entered.end() && found->second != amount;
		}
		for (const auto &[unit, amount] : entered)
			audit.unanswered += book.count(unit) == 0;
	}

	const storm::Rows rows = session.ask(
		"SELECT sum(balance) = " + std::to_string(accounts * balance_at_first) +
		" AND bool_and(balance = " + std::to_string(balance_at_first) +
		" - coalesce((SELECT sum(amount) FROM ledger WHERE lower = id), 0)"
		" + coalesce((SELECT sum(amount) FROM ledger WHERE upper = id), 0)) FROM account");
	audit.balanced = rows.at(0).at(0) == "t";
	return audit;
}

} // namespace logins::ledger
