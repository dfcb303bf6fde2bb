// The work of a crowd: transactions that move an amount between two accounts and enter it in a
// ledger. What clients believe to be done is compared with what the database has.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>

#include "storm/session.hpp"

namespace logins::ledger
{

constexpr int accounts = 40;

enum class Outcome
{
	committed,    // COMMIT was answered
	ended_before, // the session had been ended before anything was sent, or told so instead of
				  // an answer to BEGIN: nothing has begun
	cut,          // ended between BEGIN's answer and COMMIT's
	odd,          // anything else
};

struct Transfer
{
	Outcome outcome = Outcome::odd;
	long amount = 0;
	std::string text; // what was odd, or said at a cut
};

// Makes the tables, in the database that `session` is connected to.
void prepare(storm::Session &session);

Transfer transfer(storm::Wire &wire, int client, long unit, std::mt19937 &random,
				  const std::function<void()> &pause);

// What one client believes to be committed: the amounts, by unit.
using Book = std::map<long, long>;

struct Audit
{
	long missing = 0;      // answered, and not there
	long unanswered = 0;   // there, and not answered
	long wrong = 0;        // there with another amount
	bool balanced = false; // the sum is what it was, and each account is what the ledger says
};

Audit audit(storm::Session &session, const std::map<int, Book> &books);

} // namespace logins::ledger
