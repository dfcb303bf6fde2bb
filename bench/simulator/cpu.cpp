// Processor sharing: each job present gets the same share, at most a whole core.
#include "cpu.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace simulator
{

void
Cpu::work(Duration length, Agenda::Deed then)
{
	count();
	jobs_.push({had_ + static_cast<double>(length), started_++, std::move(then)});
	plan();
}

double
Cpu::speed() const
{
	return std::min(1.0, static_cast<double>(cores_) / static_cast<double>(jobs_.size()));
}

// Enters what has been done since it was counted last.
void
Cpu::count()
{
	if (!jobs_.empty())
		had_ += speed() * static_cast<double>(agenda_.now() - counted_at_);
	counted_at_ = agenda_.now();
}

void
Cpu::plan()
{
	const std::uint64_t plan = ++plan_;
	if (jobs_.empty())
		return;
	const double left = std::max(0.0, jobs_.top().done_at - had_);
	agenda_.in(static_cast<Duration>(std::ceil(left / speed())), [this, plan] {
		if (plan == plan_)
			finish();
	});
}

void
Cpu::finish()
{
	constexpr double rounding = 1e-6;
	std::vector<Agenda::Deed> done;

	count();
	while (!jobs_.empty() && jobs_.top().done_at <= had_ + rounding)
	{
		done.push_back(jobs_.top().then);
		jobs_.pop();
	}
	plan();
	for (const Agenda::Deed &then : done)
		then();
}

} // namespace simulator
