// A place at the server that one thread keeps: a wire, made anew when it has ended, and plain SQL
// on it for what is not a unit of work (tables, evidence, the cleaner).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wire.hpp"

namespace storm
{

using Rows = std::vector<Row>;

class Session
{
  public:
	Session(Address address, Parameters settings)
		: address_(std::move(address)), settings_(std::move(settings))
	{
	}

	// The wire, connected: a login that finds no slot, or is ended before its first ReadyForQuery,
	// is tried again for a while.
	Wire &wire();
	bool
	is_connected() const
	{
		return wire_ != nullptr;
	}
	void
	drop()
	{
		wire_.reset();
	}

	// One simple Query. Nothing is returned when the connection ended before the answer was
	// complete; an ERROR is an environment failure.
	std::optional<Rows> ask_once(const std::string &sql);

	// The same for SQL that may safely be run again: evidence is read by sessions which can be
	// ended as well, and that must not be mistaken for the fate of a unit.
	Rows ask(const std::string &sql);

	long
	logins() const
	{
		return logins_;
	}
	long
	logins_refused() const
	{
		return logins_refused_;
	} // no slot
	long
	logins_ended() const
	{
		return logins_ended_;
	} // let in, but ended before ReadyForQuery
	long
	asked_again() const
	{
		return asked_again_;
	}

  private:
	Address address_;
	Parameters settings_;
	std::unique_ptr<Wire> wire_;
	long logins_ = 0;
	long logins_refused_ = 0;
	long logins_ended_ = 0;
	long asked_again_ = 0;
};

} // namespace storm
