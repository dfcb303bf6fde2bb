// The loads: which clients come, and what they do.
#include "loads.hpp"

namespace simulator
{

namespace
{

constexpr Duration short_request = 5 * millisecond;

template <int clients, int requests, int pause_ms, int request_ms = 5>
void
visits(World &world)
{
	world.add_visitors(clients, {requests, request_ms * millisecond, pause_ms * millisecond});
}

void
refill(World &world)
{
	world.add_pools(1, {45, 5, short_request, 100 * millisecond, true});
}

void
compete(World &world)
{
	world.add_pools(3, {10, 10, 20 * millisecond, 100 * millisecond});
}

template <int width, int every_ms, bool superuser>
void
leak(World &world)
{
	world.leak(width, every_ms * millisecond, superuser);
}

template <bool superuser>
void
leak_fast(World &world)
{
	world.leak_fast(superuser);
}

void
leak_beside(World &world)
{
	world.leak_once(30);
	world.run_for(60 * second);
	visits<60, 10, 200>(world);
}

void
leak_and_work(World &world)
{
	world.leak(1, 250 * millisecond, false);
	visits<30, 10, 200>(world);
}

constexpr Load loads[] = {
	{"pause_0", "60 clients, 20 requests, no pause", 50, 10, &Books::visits, visits<60, 20, 0>},
	{"pause_20", "60 clients, 5 requests, 20 ms apart", 50, 10, &Books::visits, visits<60, 5, 20>},
	{"pause_20_200", "200 clients, the same", 50, 10, &Books::visits, visits<200, 5, 20>},
	{"pause_20_500", "500 clients, the same", 50, 10, &Books::visits, visits<500, 5, 20>},
	{"pause_200", "60 clients, 10 requests, 200 ms apart", 50, 20, &Books::visits,
	 visits<60, 10, 200>},
	{"pause_200_200", "200 clients, the same", 50, 20, &Books::visits, visits<200, 10, 200>},
	{"pause_700", "60 clients, 5 requests, 0.7 s apart", 50, 30, &Books::visits,
	 visits<60, 5, 700>},
	{"pause_3000", "60 clients, 5 requests, 3 s apart", 50, 90, &Books::visits,
	 visits<60, 5, 3000>},
	{"crowd", "500 clients, one request of 20 ms", 50, 10, &Books::visits, visits<500, 1, 0, 20>},
	{"workers", "25 sessions, pauses of 0.7 s, 30 slots", 30, 30, &Books::requests,
	 visits<25, 1000, 700>},
	{"workers_3000", "the same with pauses of 3 s", 30, 60, &Books::requests,
	 visits<25, 1000, 3000>},
	{"workers_10000", "the same with pauses of 10 s", 30, 120, &Books::requests,
	 visits<25, 1000, 10000>},
	{"workers_30000", "the same with pauses of 30 s", 30, 180, &Books::requests,
	 visits<25, 1000, 30000>},
	{"refill", "a pool of 45 that replaces what it loses", 50, 600, &Books::requests, refill},
	{"compete", "3 pools of 10 compete for 20 slots", 20, 30, &Books::requests, compete},
	{"leak_slow", "a leak, 1 login per second", 20, 120, &Books::logins, leak<1, 1000, false>},
	{"leak_slow_su", "the same by a superuser", 20, 120, &Books::logins, leak<1, 1000, true>},
	{"leak_4", "a leak, 4 logins per second", 20, 60, &Books::logins, leak<1, 250, false>},
	{"leak_4_su", "the same by a superuser", 20, 60, &Books::logins, leak<1, 250, true>},
	{"leak_fast", "a leak, as fast as they come", 20, 20, &Books::logins, leak_fast<false>},
	{"leak_fast_su", "the same by a superuser", 20, 20, &Books::logins, leak_fast<true>},
	{"leak_bursts", "a leak, 10 logins at once every 1.2 s", 50, 60, &Books::logins,
	 leak<10, 1200, false>},
	{"leak_bursts_su", "the same by a superuser", 50, 60, &Books::logins, leak<10, 1200, true>},
	{"leak_bursts_5", "a leak, 10 logins at once every 5 s", 50, 120, &Books::logins,
	 leak<10, 5000, false>},
	{"leak_bursts_5_su", "the same by a superuser", 50, 120, &Books::logins, leak<10, 5000, true>},
	{"leak_beside", "30 leaked, then 60 clients, 200 ms apart", 50, 20, &Books::visits,
	 leak_beside},
	{"leak_and_work", "a leak, 4 per second, beside 30 clients, 200 ms apart", 50, 60,
	 &Books::visits, leak_and_work},
};

} // namespace

std::span<const Load>
book_of_loads()
{
	return loads;
}

} // namespace simulator
