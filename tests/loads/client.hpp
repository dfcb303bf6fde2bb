// One client and its session: it logs in, asks, pauses, logs out, and enters into the books what
// comes of it, above all at which moment its session was taken from it.
#pragma once

#include <memory>

#include "books.hpp"
#include "options.hpp"
#include "storm/wire.hpp"

namespace loads
{

class Client
{
  public:
	explicit Client(const Options &options);

	// True if it got in; false enters the refusal.
	bool log_in(Books &books);

	// One request. False if there was no answer, for the session had ended, or none well after time
	// was up.
	bool ask(Clock::time_point end, Books &books);

	// Stays idle for so long, or until time is up, but hears it if the session ends. False if it
	// did; that is harm.
	bool pause(Milliseconds length, Clock::time_point end, Books &books);

	// Looks whether the session has ended while it was not used. That alone is no harm.
	bool has_ended();

	// For how long it has not been used.
	Clock::duration idle_for() const;

	void log_out();

  private:
	void thrown_out(bool request_lost, Books &books);

	const Options &options_;
	std::string request_;
	std::unique_ptr<storm::Wire> wire_;
	Clock::time_point login_began_;
	Clock::time_point idle_since_;
	bool unused_ = true;
};

} // namespace loads
