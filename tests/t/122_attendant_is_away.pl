# Without an attendant that takes its connection over, a session still ends at once, and says itself
# what there is to say, without waiting.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use PostgreSQL::Test::Utils;
use Test::More;

sub refused
{
	my ($admin) = @_;
	return (hand_overs($admin))[3];
}

# Retires so many; they are gone when the call returns, which had nothing to wait for.
sub retire
{
	my ($node, $admin, $count, $name) = @_;
	my @clients = idle_clients($node, $admin, $count, 'work', tcp => $count % 2);
	my $answer = cleanup($admin, "database => 'work'");

	is($answer->{count}, $count, "$name: $count are retired");
	is_deeply($answer->{notices}, [], "$name: without a delay");
	is_deeply([ grep { !is_gone($admin, $_) } @clients ], [], "$name: their slots are free");
	return @clients;
}

# Not there at all: there is no place for background workers.
my $node = start_node('none', conf => <<CONF);
max_worker_processes = 0
ai_cleanup.tell_client = when_it_asks
CONF
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
for my $count (4, 5)
{
	for my $client (retire($node, $admin, $count, 'none there'))
	{
		is($client->last_words->{C}, '57P05', 'told at once, for nothing could tell it later');
		ok(!$client->was_reset, 'whole');
	}
}
is_deeply([ hand_overs($admin) ], [ 0, 0, 0, 9 ], 'which is counted');

# What a client has been sent and has not received yet could be lost with the connection.
SKIP:
{
	skip 'only Linux tells what a client has not received', 5 unless $^O eq 'linux';
	my $reader = connect_to($node, 'work', tcp => 1, receive_buffer => 4096);
	$reader->send_query("SELECT repeat('x', 1000) FROM generate_series(1, 600)");
	wait_for('its query is done', sub {
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle' AND wait_event = 'ClientRead'"
			  . " AND query LIKE '%repeat%' AND pid = " . $reader->pid);
	});
	is(cleanup($admin, "database => 'work'")->{count}, 0, 'none there: one that owes an answer declines');
	is(scalar(@{ $reader->answer->{rows} }), 600, 'the answer arrives');
	is($reader->value('SELECT 1'), 1, 'and so does the next');
	my $count;
	wait_for('it has received all', sub { $count = cleanup($admin, "database => 'work'")->{count} });
	is($count, 1, 'then the session is retired');
	is($reader->last_words->{C}, '57P05', 'and its client told');
}
$node->stop('fast');

# There, but stopped: the queue holds some, the others help themselves.
$node = start_node('stopped', conf => <<CONF);
max_connections = 60
log_statement = none
ai_cleanup.tell_client = when_it_asks
CONF
$admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
my $attendant = attendant_pid($admin);
kill 'STOP', $attendant;
my @first = retire($node, $admin, 50, 'stopped');
my @last = ();
my $rounds = 1;
until (refused($admin))
{
	$_->hang_up for @last;
	@last = retire($node, $admin, 50, 'stopped');
	die 'the queue has no end' if ++$rounds > 200;
}
my $told = refused($admin);
my $queued = $rounds * 50 - $told;
note "the queue takes $queued";
is(scalar(grep { $_->has_news } @first), 0, 'stopped: whom the queue takes hears nothing');
is(scalar(grep { $_->has_news } @last), $told, 'stopped: whom it does not take is told at once');
kill 'CONT', $attendant;
wait_until_held($admin, 100 - $told);
for my $client (@first, @last)
{
	my $error = $client->has_news ? $client->last_words : $client->query('SELECT 1')->{error};
	$told++ if $error && $error->{C} eq '57P05';
	$client->hang_up;
}
is($told - refused($admin), 100, 'going on: all others are told when they ask');
wait_until_held($admin, 0);

# Ended, it is back after a second. What it held is closed; no client waits.
my @held = retire($node, $admin, 3, 'ended');
wait_until_held($admin, 3);
is($admin->value("SELECT pg_terminate_backend($attendant, 60000)"), 't', 'the attendant is ended');
$_->last_words for @held;
ok(1, 'its clients see their connections end');
isnt(attendant_pid($admin), $attendant, 'another comes in its place');
my ($client) = retire($node, $admin, 1, 'back');
wait_until_held($admin, 1);
is($client->query('SELECT 1')->{error}{C}, '57P05', 'and does the same');
$node->stop('fast');

# There, but with hardly a file descriptor.
$node = start_node('full', start => 0, conf => <<CONF);
max_files_per_process = 80
ai_cleanup.tell_client = when_it_asks
CONF
my $start = sprintf("ulimit -n 120 && exec pg_ctl -w -s -D '%s' -l '%s' -o '--cluster-name=full' start",
	$node->data_dir, $node->logfile);
is(system_log('sh', '-c', $start), 0, 'a server starts that may open 120 files');
$node->_update_pid(1);
run_sql($node, 'CREATE EXTENSION ai_cleanup', 'CREATE DATABASE work');
$admin = connect_to($node, 'postgres');
$attendant = attendant_pid($admin);
my @clients = map { retire($node, $admin, 20, 'full') } 1 .. 5;
my ($held) = hand_overs($admin);
note "it holds $held";
is($held + refused($admin), 100, 'full: some are held, the others refused');
cmp_ok($held, '<=', 75, 'full: it keeps file descriptors for itself');
my $closed = 0;
for my $client (@clients)
{
	my $error = $client->has_news ? $client->last_words : $client->query('SELECT 1')->{error};
	$closed++ unless $error && $error->{C} eq '57P05';
	$client->hang_up;
}
is($closed, 0, 'full: each is told, at once or when it asks');
wait_until_held($admin, 0);
($client) = retire($node, $admin, 1, 'room again');
wait_until_held($admin, 1);
is(attendant_pid($admin), $attendant, 'it is still the same');
$node->stop('fast');

done_testing();
