// What came of many logins, counted.
#include "tally.hpp"

#include <algorithm>
#include <cstdio>

namespace logins
{

namespace
{

double
milliseconds(Clock::duration length)
{
	return std::chrono::duration<double, std::milli>(length).count();
}

} // namespace

void
Tally::enter(const Login &login)
{
	logins_++;
	tries_ += login.tries;
	if (login.end == End::in)
	{
		in_++;
		times_.push_back(login.took);
		return;
	}
	texts_[login.text]++;
	if (login.end == End::cut)
		cut_++;
	else if (login.refusal == Refusal::no_process)
		no_process_++;
	else if (login.refusal == Refusal::reserved)
		reserved_++;
	else
		refused_otherwise_++;
}

void
Tally::add(const Tally &other)
{
	logins_ += other.logins_;
	tries_ += other.tries_;
	in_ += other.in_;
	cut_ += other.cut_;
	no_process_ += other.no_process_;
	reserved_ += other.reserved_;
	refused_otherwise_ += other.refused_otherwise_;
	times_.insert(times_.end(), other.times_.begin(), other.times_.end());
	for (const auto &[text, count] : other.texts_)
		texts_[text] += count;
}

void
Tally::print() const
{
	print_line("logins", logins_);
	print_line("tries", tries_);
	print_line("in", in_);
	print_line("refused", no_process_ + reserved_ + refused_otherwise_);
	print_line("refused_no_process", no_process_);
	print_line("refused_reserved", reserved_);
	print_line("refused_otherwise", refused_otherwise_);
	print_line("cut", cut_);
	for (const auto &[text, count] : texts_)
		print_line("said", std::to_string(count) + " times: " + text);
	if (times_.empty())
		return;
	std::vector<Clock::duration> sorted = times_;
	std::sort(sorted.begin(), sorted.end());
	std::printf("median_ms: %.1f\n", milliseconds(sorted[sorted.size() / 2]));
	std::printf("max_ms: %.1f\n", milliseconds(sorted.back()));
}

void
print_line(const std::string &name, long value)
{
	std::printf("%s: %ld\n", name.c_str(), value);
}

void
print_line(const std::string &name, const std::string &value)
{
	std::printf("%s: %s\n", name.c_str(), value.c_str());
}

} // namespace logins
