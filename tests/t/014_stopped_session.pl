# A request holds for as long as its caller waits. A session that was stopped meanwhile wakes
# up to an expired one: it stays, and can be asked again.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => "max_connections = 10\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

sub stop
{
	my ($client) = @_;
	kill 'STOP', $client->pid;
	# A request holds for a second at least; for longer the caller does not wait here.
	$admin->query("SET ai_cleanup.wait_timeout = '1s'");
	my $answer = cleanup($admin, "database => 'work'");
	is($answer->{count}, 0, 'a stopped session does not end');
	like($answer->{notices}[0]{M}, qr/^1 session is still leaving after 1000 ms$/, 'which is said');
	$admin->query('RESET ai_cleanup.wait_timeout');
	return;
}

# Awake again, it has nothing to obey.
my ($client) = idle_clients($node, $admin, 1, 'work');
stop($client);
kill 'CONT', $client->pid;
is($client->value('SELECT 1'), 1, 'continued after the request expired: it stays');
wait_until_idle($admin, $client);
is(cleanup($admin, "database => 'work'")->{count}, 1, 'asked again, it goes');
is($client->last_words->{C}, '57P05', 'and says why');

# Asked again and again while it is stopped, with the request that expired still in its way.
($client) = idle_clients($node, $admin, 1, 'work');
stop($client) for 1 .. 3;
$admin->query("SET ai_cleanup.wait_timeout = '60 s'");
$admin->send_query("SELECT ai_cleanup(database => 'work')");
my $other = connect_to($node, 'postgres');
my $waiting = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active'"
  . " AND wait_event_type IN ('Extension', 'IPC') AND pid = " . $admin->pid;
wait_for('the caller waits', sub { $other->value($waiting) == 1 });
kill 'CONT', $client->pid;
my $answer = $admin->answer;
is($answer->{rows}[0][0], 1, 'continued within a later request: it goes');
is_deeply($answer->{notices}, [], 'in time');

# What was idle when it was asked, and is not when it wakes up: the client had sent a request.
for my $tcp (0, 1)
{
	($client) = idle_clients($node, $admin, 1, 'work', tcp => $tcp);
	kill 'STOP', $client->pid;
	$client->send_query('SELECT 42');
	$admin->send_query("SELECT ai_cleanup(database => 'work')");
	wait_for('the caller waits', sub { $other->value($waiting) == 1 });
	kill 'CONT', $client->pid;
	is($admin->answer->{rows}[0][0], 0, 'a request that was sent before counts as work');
	is($client->answer->{rows}[0][0], 42, 'and is answered');
	is($client->value('SELECT 43'), 43, 'and so is the next');
	$client->log_out;
	wait_until_gone($other, $client);
}

# A request that its session never saw is not inherited by the next one in its slot.
my @stopped = idle_clients($node, $admin, 3, 'work');
$admin->query("SET ai_cleanup.wait_timeout = '200ms'");
kill 'STOP', $_->pid for @stopped;
cleanup($admin, "database => 'work'");
$_->hang_up for @stopped;
kill 'TERM', $_->pid for @stopped;
kill 'CONT', $_->pid for @stopped;
wait_until_gone($admin, @stopped);
my @heirs = idle_clients($node, $admin, 6, 'work');    # every slot there is
kill 'USR2', $_->pid for @heirs;
ok(is_alive($_), 'the next occupant of a slot is asked nothing') for @heirs;

$node->stop('fast');
done_testing();
