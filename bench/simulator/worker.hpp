// The worker: woken by a login that leaves too few slots free, it sweeps with the library's own
// rules. Follows server/worker.cpp. Owned by server.
#pragma once

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
	bool backed_off();

	Server &server_;
	Timestamp planned_ = ai_cleanup::never;
	Timestamp ended_at_ = ai_cleanup::long_ago; // somebody, for headroom, the last time
	Timestamp quiet_until_ = ai_cleanup::long_ago;
	int ended_ = 0;     // since it was last seen what came of it
	int came_back_ = 0; // likewise
	int in_vain_ = 0;   // how often in a row all of them were back at once
};

} // namespace simulator
