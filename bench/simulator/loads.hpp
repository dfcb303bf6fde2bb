// The book of loads, as bench/loads has it on real servers, and a few more.
#pragma once

#include <span>

#include "world.hpp"

namespace simulator
{

struct Load
{
	const char *name;
	const char *words;
	int slots;
	int seconds;
	long Books::*work;
	void (*begin)(World &world);
};

std::span<const Load> book_of_loads();

} // namespace simulator
