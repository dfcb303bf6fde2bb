# Idle sessions sleep. What ends around them, and what waits for that, wakes only those that
# it concerns.
use strict;
use warnings;

use AiCleanup;
use Test::More;

plan skip_all => 'this system does not tell of wake-ups' unless has_wake_ups();

my $limit = 12;
my $node = start_node('main', conf => "max_connections = $limit\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

# A caller that is cancelled while it waits, and one that is terminated: the latter is the last to
# have had its slot.
my ($stopped) = idle_clients($node, $admin, 1, 'work');
kill 'STOP', $stopped->pid;
for my $how ('pg_cancel_backend', 'pg_terminate_backend')
{
	my $caller = connect_to($node, 'postgres');
	$caller->query("SET ai_cleanup.wait_timeout = '1h'");
	$caller->send_query("SELECT ai_cleanup(database => 'work')");
	wait_for('the caller waits', sub {
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
			  . " AND wait_event_type IN ('Extension', 'IPC') AND pid = " . $caller->pid);
	});
	$admin->value("SELECT $how(" . $caller->pid . ')');
	ok($caller->answer->{error}, "a waiting caller is ended with $how");
	$caller->log_out;
	wait_until_gone($admin, $caller);
}
kill 'CONT', $stopped->pid;
cleanup($admin, "database => 'work', force => true");

# Sessions in all slots but two; the next ones in the callers' slots must not inherit
# their wish to be woken.
my @idle = idle_clients($node, $admin, $limit - 2, 'work');
my @before = map { wake_ups($_->pid) } @idle;
wait_for('the sessions have come to rest', sub {
	$admin->value("SELECT pg_sleep(0.3)");
	my @now = map { wake_ups($_->pid) } @idle;
	my $same = "@now" eq "@before";
	@before = @now;
	return $same;
});
for (1 .. 10)
{
	my $guest = connect_to($node, 'postgres');
	$guest->log_out;
	wait_until_gone($admin, $guest);
}
my @after = map { wake_ups($_->pid) } @idle;
is_deeply(\@after, \@before, 'sessions that end wake no other session');

$node->stop('fast');
done_testing();
