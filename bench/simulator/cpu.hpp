// The machine's cores, shared evenly by all jobs, as a kernel does it. Logins are what keeps a
// server busy here; that they cost something is what paces a crowd.
#pragma once

#include <cstdint>
#include <queue>

#include "agenda.hpp"

namespace simulator
{

class Cpu
{
  public:
	Cpu(Agenda &agenda, int cores) : agenda_(agenda), cores_(cores), counted_at_(agenda.now()) {}

	// Calls `then` when so much work of it is done.
	void work(Duration length, Agenda::Deed then);

  private:
	struct Job
	{
		double done_at; // in work that each of those present has had
		std::uint64_t number;
		Agenda::Deed then;

		bool
		operator<(const Job &other) const // the queue's top is its largest
		{
			return done_at != other.done_at ? done_at > other.done_at : number > other.number;
		}
	};

	double speed() const;
	void count();
	void plan();
	void finish();

	Agenda &agenda_;
	int cores_;
	std::priority_queue<Job> jobs_;
	double had_ = 0; // work that a job has been given that was present all the time
	Timestamp counted_at_;
	std::uint64_t started_ = 0;
	std::uint64_t plan_ = 0; // the one that counts
};

} // namespace simulator
