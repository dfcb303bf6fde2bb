// The worker: woken by a login that leaves too few slots free, it sweeps with the library's own
// rules. Follows server/requesters/worker.cpp and server/session/tell_worker.cpp. Owned by server.
#pragma once

#include "core/relief.hpp"
#include "server.hpp"

namespace simulator
{

class Worker
{
  public:
	explicit Worker(Server &server) : server_(server) {}

	void login_is_complete();

  private:
	void plan(Timestamp moment);
	void sweep();

	Server &server_;
	ai_cleanup::Relief relief_;
	Timestamp planned_ = ai_cleanup::never;
	bool headroom_met_ = true;
};

} // namespace simulator
