# A session that has agreed to go and is terminated before it is gone: its client still learns
# that the server ended it.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
my $other = connect_to($node, 'postgres');
my $waiting = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
  . " AND wait_event_type IN ('Extension', 'IPC') AND pid = " . $admin->pid;

# Stopped, a process gets both signals at once when it continues.
for my $tcp (0, 1)
{
	my ($client) = idle_clients($node, $admin, 1, 'work', tcp => $tcp);
	kill 'STOP', $client->pid;
	$admin->query("SET ai_cleanup.wait_timeout = '60 s'");
	$admin->send_query("SELECT ai_cleanup(database => 'work')");
	wait_for('the caller waits', sub { $other->value($waiting) == 1 });
	$other->value('SELECT pg_terminate_backend(' . $client->pid . ')');
	kill 'CONT', $client->pid;

	my $how = $tcp ? 'TCP' : 'unix socket';
	is($admin->answer->{rows}[0][0], 1, "$how: the caller counts it");
	like(($client->last_words // { C => 'nothing at all' })->{C},
		qr/^57P0[15]$/, "$how: the client is told");
}

$node->stop('fast');
done_testing();
