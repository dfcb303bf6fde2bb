// Virtual time: what is to happen, in the order of its moments; what was planned first comes first.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "core/time.hpp"

namespace simulator
{

using ai_cleanup::Duration;
using ai_cleanup::millisecond;
using ai_cleanup::second;
using ai_cleanup::Timestamp;

class Agenda
{
  public:
	using Deed = std::function<void()>;

	Timestamp
	now() const
	{
		return now_;
	}

	void
	in(Duration wait, Deed deed)
	{
		at(now_ + wait, std::move(deed));
	}

	void
	at(Timestamp moment, Deed deed)
	{
		items_.push({moment, planned_++, std::move(deed)});
	}

	// Runs everything that is due until then.
	void
	run_until(Timestamp end)
	{
		while (!items_.empty() && items_.top().moment <= end)
		{
			// The deed may plan others, which moves the items.
			const Item item = items_.top();
			items_.pop();
			now_ = item.moment;
			item.deed();
		}
		now_ = end;
	}

  private:
	struct Item
	{
		Timestamp moment;
		std::uint64_t number;
		Deed deed;

		bool
		operator<(const Item &other) const // the queue's top is its largest
		{
			return moment != other.moment ? moment > other.moment : number > other.number;
		}
	};
	std::priority_queue<Item> items_;
	std::uint64_t planned_ = 0;
	Timestamp now_ = 1000 * second;
};

} // namespace simulator
