// The account of what became of each unit of work, and the judgement.
#include "books.hpp"

#include <cstdlib>

namespace storm
{

Outcome
judge(const Unit &unit)
{
	if (!unit.seen.surprise.empty())
		return Outcome::other;
	if (unit.seen.complete)
		return Outcome::done;
	if (unit.seen.ended_before)
		return Outcome::ended_idle;
	if (unit.committed)
		return Outcome::committed_unanswered;
	if (unit.seen.answered || unit.called)
		return Outcome::cut;
	if (unit.seen.first_request == Sent::nothing)
		return Outcome::refused_at_send;
	if (unit.seen.first_request == Sent::part)
		return Outcome::sent_in_part;
	return unit.told ? Outcome::refused : Outcome::lost;
}

void
Books::enter(const Unit &unit)
{
	const Outcome outcome = judge(unit);
	++counts_[static_cast<std::size_t>(outcome)];
	if (unit.told)
		++told_[static_cast<std::size_t>(outcome)];
	if (unit.committed || outcome == Outcome::done)
		++committed_;
	if (unit.told && unit.committed)
		++broken_promise_;
	if (outcome == Outcome::other)
		++surprises_[unit.seen.surprise];
}

void
Books::surprise(const std::string &text)
{
	++surprises_outside_;
	++surprises_[text];
}

void
Books::close_client(long whole_units, long half_units)
{
	half_done_ += half_units;
	unaccounted_ += std::labs(whole_units + half_units - committed_);
}

void
Books::add(const Books &other)
{
	for (std::size_t i = 0; i < outcomes; ++i)
	{
		counts_[i] += other.counts_[i];
		told_[i] += other.told_[i];
	}
	committed_ += other.committed_;
	broken_promise_ += other.broken_promise_;
	half_done_ += other.half_done_;
	unaccounted_ += other.unaccounted_;
	surprises_outside_ += other.surprises_outside_;
	for (const auto &[text, times] : other.surprises_)
		surprises_[text] += times;
}

long
Books::units() const
{
	long sum = 0;
	for (long count : counts_)
		sum += count;
	return sum;
}

long
Books::ended() const
{
	return units() - count(Outcome::done) - count(Outcome::other);
}

std::vector<std::string>
Books::breaches(bool all_are_told) const
{
	std::vector<std::string> found;
	const auto must_be_zero = [&found](const char *name, long value) {
		if (value != 0)
			found.push_back(std::string(name) + " = " + std::to_string(value));
	};
	if (all_are_told)
	{
		must_be_zero("ended_idle_untold", untold(Outcome::ended_idle));
		must_be_zero("refused_at_send", count(Outcome::refused_at_send));
		must_be_zero("sent_in_part", count(Outcome::sent_in_part));
		must_be_zero("lost", count(Outcome::lost));
	}
	must_be_zero("cut", count(Outcome::cut));
	must_be_zero("committed_unanswered", count(Outcome::committed_unanswered));
	must_be_zero("broken_promise", broken_promise_);
	must_be_zero("half_done", half_done_);
	must_be_zero("unaccounted", unaccounted_);
	must_be_zero("other", surprised());
	return found;
}

} // namespace storm
