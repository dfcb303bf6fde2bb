// Random choices that are the same on every machine: std::uniform_int_distribution is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

class Dice
{
  public:
	explicit Dice(std::uint64_t seed) : engine_(seed) {}

	// 0 .. bound - 1
	std::uint64_t
	below(std::uint64_t bound)
	{
		return engine_() % bound;
	}

	// low .. high
	std::int64_t
	between(std::int64_t low, std::int64_t high)
	{
		return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
	}

	bool
	one_in(std::uint64_t n)
	{
		return below(n) == 0;
	}

	template <typename T, std::size_t N>
	T
	one_of(const T (&choices)[N])
	{
		return choices[below(N)];
	}

  private:
	std::mt19937_64 engine_;
};
