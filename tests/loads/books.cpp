// What came of a load, counted, and the report of it.
#include "books.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace loads
{

namespace
{

template <typename T>
void
append(std::vector<T> &to, const std::vector<T> &from)
{
	to.insert(to.end(), from.begin(), from.end());
}

void
print_count(const char *name, long count)
{
	std::printf("%s: %ld\n", name, count);
}

// The shortest, the median, the 99th percentile and the longest; nothing if there are none.
void
print_lengths(const char *name, std::vector<Clock::duration> lengths)
{
	if (lengths.empty())
		return;
	std::sort(lengths.begin(), lengths.end());
	const auto at = [&](double share) {
		const double rank = std::ceil(share * static_cast<double>(lengths.size()));
		const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
		return std::chrono::duration<double, std::milli>(lengths[index]).count();
	};
	std::printf("%s_min_ms: %.1f\n%s_p50_ms: %.1f\n%s_p99_ms: %.1f\n%s_max_ms: %.1f\n", name, at(0),
				name, at(0.5), name, at(0.99), name, at(1));
}

} // namespace

void
Books::add(const Books &other)
{
	logins += other.logins;
	visits += other.visits;
	requests += other.requests;
	errors += other.errors;
	refused += other.refused;
	out_before_first += other.out_before_first;
	out_between += other.out_between;
	out_in_request += other.out_in_request;
	unanswered += other.unanswered;
	lost_at_rest += other.lost_at_rest;
	left_at_rest += other.left_at_rest;
	append(login_waits, other.login_waits);
	append(first_answers, other.first_answers);
	append(answers, other.answers);
	append(out_idle, other.out_idle);
	for (const auto &[text, count] : other.said)
		said[text] += count;
}

void
Books::print() const
{
	print_count("logins", logins);
	print_count("visits", visits);
	print_count("requests", requests);
	print_count("errors", errors);
	print_count("refused", refused);
	print_count("out_before_first", out_before_first);
	print_count("out_between", out_between);
	print_count("out_in_request", out_in_request);
	print_count("unanswered", unanswered);
	print_count("lost_at_rest", lost_at_rest);
	print_count("left_at_rest", left_at_rest);
	print_lengths("login", login_waits);
	print_lengths("first_answer", first_answers);
	print_lengths("answer", answers);
	print_lengths("out_idle", out_idle);
	for (const auto &[text, count] : said)
		std::printf("said: %ld times: %s\n", count, text.c_str());
}

} // namespace loads
