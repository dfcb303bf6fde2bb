// A pool, as clients' libraries have them: opens a session when a caller finds none idle and there
// may be more, takes the one used last, and hears it at once if one ends.
#include <algorithm>

#include "clients.hpp"

namespace simulator
{

class Pool::Member : public Listener
{
  public:
	explicit Member(Pool &pool) : pool_(pool), began_(pool.server_.agenda().now())
	{
		session_ = pool_.server_.connect(*this, false);
	}

	void
	ready() override
	{
		pool_.books_.let_in(pool_.server_.agenda().now() - began_,
							pool_.server_.policy().admission_timeout);
		pool_.opening_--;
		pool_.idle_.push_back(this);
		pool_.serve();
	}

	void
	refused() override
	{
		pool_.opening_--;
		pool_.books_.refused++;
		pool_.gone(*this);
	}

	void
	answered() override
	{
		pool_.books_.requests++;
		pool_.idle_.push_back(this);
		pool_.server_.agenda().in(pool_.calls_.pause, [&pool = pool_] { pool.call(); });
		pool_.serve();
	}

	void
	ended() override
	{
		pool_.books_.lost_at_rest++;
		pool_.gone(*this);
	}

	void
	ask()
	{
		pool_.server_.request(session_, pool_.calls_.request);
	}

  private:
	Pool &pool_;
	std::uint64_t session_ = 0;
	Timestamp began_;
};

Pool::Pool(Server &server, Books &books, Calls calls)
	: server_(server), books_(books), calls_(calls)
{
}

Pool::~Pool() = default;

void
Pool::begin()
{
	for (int i = 0; calls_.refill && i < calls_.size; i++)
		open();
	for (int i = 0; i < calls_.callers; i++)
		call();
}

void
Pool::call()
{
	waiting_++;
	serve();
}

void
Pool::serve()
{
	while (waiting_ > 0 && !idle_.empty())
	{
		Member *member = idle_.back();
		idle_.pop_back();
		waiting_--;
		member->ask();
	}
	for (int missing = waiting_ - opening_; missing > 0 && open_ < calls_.size; missing--)
		open();
}

void
Pool::open()
{
	open_++;
	opening_++;
	members_.push_back(std::make_unique<Member>(*this));
}

// Its place is free: for others at once, or after a moment if the server is full.
void
Pool::gone(Member &member)
{
	idle_.erase(std::remove(idle_.begin(), idle_.end(), &member), idle_.end());
	open_--;
	server_.agenda().in(20 * millisecond, [this] {
		if (calls_.refill && open_ < calls_.size)
			open();
		serve();
	});
}

} // namespace simulator
