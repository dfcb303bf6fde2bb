// The simulator of loads: that its server does what a real one does, as far as a policy can see.
#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "simulator/cpu.hpp"
#include "simulator/loads.hpp"
#include "simulator/world.hpp"

namespace simulator
{

namespace
{

const Policy alone{.name = "alone", .library = false};

Policy
ripe_after(Duration ripe)
{
	Policy policy{.name = "ripe"};
	policy.headroom = 0;
	policy.ripe_for_login = ripe;
	policy.ripe_for_headroom = ripe;
	return policy;
}

Policy
with_line(int line)
{
	Policy policy = ripe_after(second);
	policy.line = line;
	return policy;
}

// Notes what it hears, and when.
class Witness : public Listener
{
  public:
	Witness(World &world, bool superuser = false) : world_(world)
	{
		session = world.server().connect(*this, superuser);
	}
	void
	ready() override
	{
		note("in");
	}
	void
	refused() override
	{
		note("refused");
	}
	void
	answered() override
	{
		note("answered");
	}
	void
	ended() override
	{
		note("ended");
	}

	std::uint64_t session = 0;
	std::string heard;
	Timestamp at = 0;

  private:
	void
	note(const char *what)
	{
		heard += heard.empty() ? what : std::string(", ") + what;
		at = world_.agenda().now();
	}
	World &world_;
};

// So many that come at once, and are given a second.
std::deque<Witness>
crowd(World &world, int count, bool superusers = false)
{
	std::deque<Witness> all;
	for (int i = 0; i < count; i++)
		all.emplace_back(world, superusers);
	world.run_for(second);
	return all;
}

long
count(const std::deque<Witness> &all, const std::string &heard)
{
	return std::count_if(all.begin(), all.end(),
						 [&](const Witness &each) { return each.heard == heard; });
}

} // namespace

TEST(Agenda, KeepsOrderOfMomentsAndOfPlanning)
{
	Agenda agenda;
	std::string order;
	agenda.in(2, [&] { order += 'c'; });
	agenda.in(1, [&] {
		order += 'a';
		agenda.in(1, [&] { order += 'd'; });
	});
	agenda.in(1, [&] { order += 'b'; });
	agenda.in(4, [&] { order += 'x'; });
	agenda.run_until(agenda.now() + 3);
	EXPECT_EQ(order, "abcd");
}

TEST(Cpu, IsSharedEvenlyAndNobodyHasMoreThanACore)
{
	Agenda agenda;
	Cpu cpu(agenda, 2);
	const Timestamp start = agenda.now();
	std::vector<Duration> took;
	const auto note = [&] { took.push_back(agenda.now() - start); };

	cpu.work(1000, note);
	agenda.run_until(start + 5000);
	EXPECT_EQ(took, std::vector<Duration>{1000}) << "alone it has one of the two";

	took.clear();
	for (int i = 0; i < 4; i++)
		cpu.work(1000, note);
	agenda.run_until(start + 10000);
	EXPECT_EQ(took, std::vector<Duration>(4, 7000)) << "four have half a core each";
}

TEST(SimulatedServer, HasAReserveForSuperusers)
{
	World world(alone, 20);
	const std::deque<Witness> ordinary = crowd(world, 30);
	EXPECT_EQ(count(ordinary, "in"), 17);
	EXPECT_EQ(count(ordinary, "refused"), 13);
	const std::deque<Witness> superusers = crowd(world, 5, true);
	EXPECT_EQ(count(superusers, "in"), 3);
	EXPECT_EQ(world.server().free_slots(), 0);
}

TEST(SimulatedServer, FreesASlotWhenItsSessionHasLeft)
{
	World world(alone, 4);
	Witness first(world);
	world.run_for(second);
	world.server().request(first.session, 10 * millisecond);
	world.run_for(second);
	EXPECT_EQ(first.heard, "in, answered");
	EXPECT_EQ(world.server().free_slots(), 3);
	world.server().close(first.session);
	EXPECT_EQ(world.server().free_slots(), 3) << "its exit takes a moment";
	world.run_for(second);
	EXPECT_EQ(world.server().free_slots(), 4);
}

TEST(SimulatedServer, EndsTheLongestIdleForALogin)
{
	World world(ripe_after(0), 5);
	Witness older(world);
	world.run_for(2 * second);
	Witness younger(world);
	world.run_for(2 * second);
	Witness newcomer(world);
	world.run_for(2 * second);
	EXPECT_EQ(older.heard, "in, ended");
	EXPECT_EQ(younger.heard, "in");
	EXPECT_EQ(newcomer.heard, "in");
}

TEST(SimulatedServer, NeverEndsWhoIsAtWork)
{
	World world(ripe_after(0), 4);
	Witness busy(world);
	world.run_for(second);
	world.server().request(busy.session, 60 * second);
	Witness newcomer(world);
	world.run_for(30 * second);
	EXPECT_EQ(busy.heard, "in");
	EXPECT_EQ(newcomer.heard, "refused");
}

// The request comes between the asking and the answer.
TEST(SimulatedServer, SessionThatWentToWorkDeclines)
{
	World world(ripe_after(0), 5);
	Witness client(world);
	world.run_for(2 * second);
	for (Slot &slot : world.server().slots())
		if (slot.phase == Phase::open)
			world.server().ask_to_end(slot);
	world.server().request(client.session, 10 * millisecond);
	world.run_for(second);
	EXPECT_EQ(client.heard, "in, answered");
}

TEST(SimulatedServer, WaitsForWhoIsNotRipe)
{
	World world(ripe_after(500 * millisecond), 4);
	Witness first(world);
	world.run_for(100 * millisecond);
	const Timestamp ripe = first.at + 500 * millisecond;
	Witness newcomer(world);
	world.run_for(second);
	EXPECT_EQ(first.heard, "in, ended");
	EXPECT_GE(first.at, ripe);
	EXPECT_EQ(newcomer.heard, "in");
}

TEST(SimulatedServer, KeepsHeadroomOfWhoIsRipe)
{
	Policy policy = ripe_after(5 * second);
	policy.headroom = 8;
	World world(policy, 20);
	const std::deque<Witness> clients = crowd(world, 17);
	world.run_for(3 * second);
	EXPECT_EQ(count(clients, "in"), 17) << "not ripe yet";
	world.run_for(3 * second);
	EXPECT_EQ(count(clients, "in, ended"), 5);
	EXPECT_EQ(world.server().free_slots(), 8);
}

TEST(SimulatedLine, IsServedInTheOrderOfArrival)
{
	World world(with_line(10), 5); // two for sessions, three in reserve
	const std::deque<Witness> in = crowd(world, 2);
	for (const Witness &each : in)
		world.server().request(each.session, 300 * millisecond);
	std::deque<Witness> line;
	for (int i = 0; i < 2; i++)
	{
		line.emplace_back(world);
		world.run_for(50 * millisecond);
		EXPECT_EQ(line.back().heard, "");
	}
	world.run_for(250 * millisecond);
	EXPECT_EQ(count(line, ""), 2) << "those who work are not ripe, and nobody has left";
	world.server().close(in[1].session);
	world.run_for(50 * millisecond);
	EXPECT_EQ(line[0].heard, "in");
	EXPECT_EQ(line[1].heard, "");
	world.server().close(in[0].session);
	world.run_for(50 * millisecond);
	EXPECT_EQ(line[1].heard, "in");
}

TEST(SimulatedLine, TurnsAwayWhoHasWaitedForTooLongAndKeepsNoSuperuserOut)
{
	World world(with_line(10), 4); // one for sessions
	Witness first(world);
	world.run_for(100 * millisecond);
	world.server().request(first.session, 60 * second);
	Witness waits(world);
	world.run_for(900 * millisecond);
	EXPECT_EQ(waits.heard, "");
	Witness superuser(world, true);
	world.run_for(50 * millisecond);
	EXPECT_EQ(superuser.heard, "in");
	world.run_for(5200 * millisecond);
	EXPECT_EQ(waits.heard, "refused");
}

TEST(SimulatedClients, BookHarmUnderItsMoment)
{
	World world(ripe_after(100 * millisecond), 4); // one ordinary session
	world.add_visitors(1, {.requests = 2, .request = millisecond, .pause = 10 * second});
	world.run_for(5 * second);
	EXPECT_EQ(world.books.harm(), 0);
	Witness newcomer(world);
	world.run_for(15 * millisecond);
	EXPECT_EQ(newcomer.heard, "in");
	EXPECT_EQ(world.books.out_between, 1);
	EXPECT_EQ(world.books.out_before_first, 0);
	world.server().request(newcomer.session, 10 * second);
	world.run_for(9900 * millisecond);
	EXPECT_GT(world.books.refused, 0) << "the visitor comes again, and all are busy";
	EXPECT_EQ(world.books.visits, 0);
}

TEST(SimulatedClients, RunTheSameEachTime)
{
	std::vector<long> harm;
	std::vector<long> work;
	for (int i = 0; i < 2; i++)
	{
		World world(Policy{.name = "1.1"}, 50);
		world.add_visitors(60, {.requests = 5, .request = 5000, .pause = 20000});
		world.run_for(2 * second);
		harm.push_back(world.books.harm());
		work.push_back(world.books.requests);
	}
	EXPECT_GT(harm[0], 0);
	EXPECT_EQ(harm[0], harm[1]);
	EXPECT_EQ(work[0], work[1]);
}

// What the book says of 1.1, and of the rule that cures it.
TEST(SimulatedClients, AreThrownOutUnlessTheirPausesAreSpared)
{
	for (const bool spared : {false, true})
	{
		World world(ripe_after(spared ? second : 0), 50);
		world.add_visitors(60, {.requests = 10, .request = 5000, .pause = 200 * millisecond});
		world.run_for(6 * second);
		if (spared)
			EXPECT_EQ(world.books.thrown_out(), 0);
		else
			EXPECT_GT(world.books.thrown_out(), 1000);
	}
}

} // namespace simulator
