# Two calls of ai_cleanup() at the same time do not confuse each other: each waits for every
# session that either of them ends.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
my @callers = map { connect_to($node, 'postgres') } 1 .. 2;

sub waiting
{
	return $admin->value('SELECT count(*) FROM pg_stat_activity WHERE pid IN ('
		  . pids(@callers) . ") AND state = 'active' AND wait_event_type IN ('Extension', 'IPC')");
}

# Both have asked before the sessions can answer.
for my $force ('false', 'true')
{
	my @idle = idle_clients($node, $admin, 10, 'work');
	kill 'STOP', $_->pid for @idle;
	$_->send_query("SELECT ai_cleanup(database => 'work', force => $force)") for @callers;
	wait_for('both callers wait', sub { waiting() == 2 });
	kill 'CONT', $_->pid for @idle;

	for my $caller (@callers)
	{
		my $answer = $caller->answer;
		is($answer->{rows}[0][0], 10, "each caller counts what it waited for, force => $force");
		is_deeply($answer->{notices}, [], 'no caller is left waiting');
	}
	is($admin->value("SELECT ai_conn_count('work')"), 0, 'all have ended');
}

# One asks for a retirement, the other ends by force what was asked.
{
	my ($stopped) = idle_clients($node, $admin, 1, 'work');
	kill 'STOP', $stopped->pid;
	$callers[0]->send_query("SELECT ai_cleanup(database => 'work')");
	$callers[1]->send_query("SELECT ai_cleanup(database => 'work', force => true)");
	wait_for('both callers wait', sub { waiting() == 2 });
	kill 'CONT', $stopped->pid;
	is($_->answer->{rows}[0][0], 1, 'a retirement and a termination of the same session')
	  for @callers;
	ok(is_gone($admin, $stopped), 'it has ended once');
}

# As fast as they can, against sessions that come and go.
for my $round (1 .. 20)
{
	my @idle = idle_clients($node, $admin, 10, 'work');
	$_->send_query("SELECT ai_cleanup(database => 'work')") for @callers;
	my @counts = map { $_->answer->{rows}[0][0] } @callers;
	cmp_ok($counts[0] + $counts[1], '>=', 10, "round $round: together they end all (@counts)");
	is($admin->value("SELECT ai_conn_count('work')"), 0, 'none is left when both have returned');
}

$node->stop('fast');
done_testing();
