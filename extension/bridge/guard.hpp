// The one way from server/ into code that may throw. C++ exceptions and PostgreSQL's
// longjmp must never cross each other's frames; here the one becomes the other.
#pragma once

#include "prelude.hpp"

namespace ai_cleanup
{

// What is left of an exception once its catch block is over: plain data on the stack.
struct Failure
{
	int sqlstate = 0;
	std::array<char, 256> message{};

	void note(int code, const char *text) noexcept;

	// Raises ERROR with it. Called outside every catch block: an ereport inside one would
	// jump over the end of the exception's life and leak it.
	[[noreturn]] void raise() const;
};

// Calls `work`. False if it threw, whatever it threw; `failure` then says what.
template <typename Work>
bool
attempt(Work &&work, Failure &failure)
{
	try
	{
		work();
		return true;
	}
	catch (const std::bad_alloc &)
	{
		failure.note(ERRCODE_OUT_OF_MEMORY, "out of memory");
	}
	catch (const std::exception &error)
	{
		failure.note(ERRCODE_INTERNAL_ERROR, error.what());
	}
	catch (...)
	{
		failure.note(ERRCODE_INTERNAL_ERROR, "unknown C++ exception");
	}
	return false;
}

// Calls `work` and returns its result; any exception becomes one ERROR. Nothing with a
// destructor may be alive in the caller, which that ERROR leaves by longjmp.
template <typename Work>
auto
guarded(Work &&work) -> decltype(work())
{
	using Result = decltype(work());
	Failure failure;

	if constexpr (std::is_void_v<Result>)
	{
		if (!attempt(work, failure))
			failure.raise();
	}
	else
	{
		static_assert(std::is_trivially_destructible_v<Result>, "return plain data");
		Result result{};
		if (!attempt([&] { result = work(); }, failure))
			failure.raise();
		return result;
	}
}

} // namespace ai_cleanup
