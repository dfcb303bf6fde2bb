// One login after the other, as a script or a leaking development server makes them. A mode of
// logins.
#include <thread>

#include "modes.hpp"

namespace logins
{

Tally
one_by_one(const Options &options)
{
	Tally tally;
	std::vector<std::unique_ptr<storm::Wire>> open; // forgotten, but not closed

	for (long i = 0; i < options.count; i++)
	{
		// One refused is gone before the next one comes: none is in another's way.
		Login login =
			get_in(options.address, options.query, options.retry, storm::Wire::Refused::await_exit);
		tally.enter(login);
		if (login.end == End::in && !options.close)
			open.push_back(std::move(login.wire));
		login.wire.reset();
		std::this_thread::sleep_for(options.pause);
	}
	return tally;
}

} // namespace logins
