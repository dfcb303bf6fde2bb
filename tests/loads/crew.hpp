// Threads that each run the same with books of their own, and what they have booked together. A
// thread for each client, which sleeps in the kernel as a process of its own would.
#pragma once

#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "books.hpp"

namespace loads
{

// Runs `work(number, books)` in `size` threads. Throws what one of them has thrown.
template <typename Work>
Books
run_crew(int size, Work work)
{
	Books all;
	std::exception_ptr failure;
	std::mutex mutex;
	std::vector<std::thread> threads;

	for (int number = 0; number < size; number++)
		threads.emplace_back([&, number] {
			Books books;
			std::exception_ptr problem;
			try
			{
				work(number, books);
			}
			catch (...)
			{
				problem = std::current_exception();
			}
			const std::lock_guard lock(mutex);
			all.add(books);
			if (problem)
				failure = problem;
		});
	for (std::thread &thread : threads)
		thread.join();
	if (failure)
		std::rethrow_exception(failure);
	return all;
}

} // namespace loads
