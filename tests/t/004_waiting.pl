# ai_cleanup() waits until the sessions have ended, no longer than ai_cleanup.wait_timeout,
# and can be interrupted while it does.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
my $caller = connect_to($node, 'postgres');

# A stopped process can neither agree nor decline.
sub stopped_clients
{
	my ($count) = @_;
	my @clients = idle_clients($node, $admin, $count, 'work');
	kill 'STOP', $_->pid for @clients;
	return @clients;
}

sub is_waiting
{
	my ($client) = @_;
	return $admin->value('SELECT count(*) FROM pg_stat_activity WHERE pid = '
		  . $client->pid . " AND state = 'active' AND wait_event_type IN ('Extension', 'IPC')");
}

for my $force ('false', 'true')
{
	my @stopped = stopped_clients(2);
	my ($idle) = idle_clients($node, $admin, 1, 'work');

	$caller->query("SET ai_cleanup.wait_timeout = '5s'");
	my $answer = cleanup($caller, "database => 'work', force => $force");
	my ($warning) = @{ $answer->{notices} };
	is($answer->{count}, 1, "only what has ended is counted, force => $force");
	is($warning->{S}, 'WARNING', 'the caller is warned of the rest');
	is($warning->{M}, '2 sessions are still leaving after 5000 ms', 'and of how many');
	like($warning->{H}, qr/ai_cleanup\.wait_timeout/, 'and told what to do');
	ok(is_gone($admin, $idle), 'the one that was counted is gone');

	kill 'CONT', $_->pid for @stopped;
	# The request has expired for the one, SIGTERM never does.
	$caller->query("SET ai_cleanup.wait_timeout = '60s'");
	my $again = cleanup($caller, "database => 'work', force => true");
	is_deeply($again->{notices}, [], 'a second call finds no obstacle');
	ok(is_gone($admin, $_), 'and leaves none') for @stopped;
}

# Interrupted: by pg_cancel_backend, and then by Ctrl+C in psql.
{
	my ($stopped) = stopped_clients(1);
	$caller->query("SET ai_cleanup.wait_timeout = '1h'");
	$caller->send_query("SELECT ai_cleanup(database => 'work')");
	wait_for('the caller waits', sub { is_waiting($caller) });
	ok(!is_gone($admin, $stopped), 'it waits for the stopped session');
	$admin->value('SELECT pg_cancel_backend(' . $caller->pid . ')');
	is($caller->answer->{error}{C}, '57014', 'a waiting call can be cancelled');
	is($caller->value('SELECT 1'), 1, 'its session goes on');

	my ($out, $err) = ('', '');
	my @psql = ('psql', '-XAtq', '-d', $node->connstr('postgres'), '-c',
		"SET ai_cleanup.wait_timeout = '1h'", '-c', "SELECT ai_cleanup(database => 'work')");
	my $psql = IPC::Run::start(\@psql, '>', \$out, '2>', \$err);
	wait_for('psql waits', sub {
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%ai_cleanup(database%'"
			  . " AND wait_event_type IN ('Extension', 'IPC') AND pid <> pg_backend_pid()");
	});
	$psql->signal('INT');
	$psql->finish;
	like($err, qr/canceling statement due to user request/, 'Ctrl+C in psql interrupts it, too');

	# A caller that is terminated leaves no trace of its waiting.
	my $ended = connect_to($node, 'postgres');
	$ended->query("SET ai_cleanup.wait_timeout = '1h'");
	$ended->send_query("SELECT ai_cleanup(database => 'work')");
	wait_for('the caller waits', sub { is_waiting($ended) });
	$admin->value('SELECT pg_terminate_backend(' . $ended->pid . ')');
	is($ended->last_words->{C}, '57P01', 'a waiting caller can be terminated');

	kill 'CONT', $stopped->pid;
	$caller->query('RESET ai_cleanup.wait_timeout');
	cleanup($caller, "database => 'work', force => true");
	ok(is_gone($admin, $stopped), 'later calls are none the worse for it');
}

# A fast shutdown does not wait for a caller that waits.
{
	my ($stopped) = stopped_clients(1);
	$caller->query("SET ai_cleanup.wait_timeout = '1h'");
	$caller->send_query("SELECT ai_cleanup(database => 'work')");
	wait_for('the caller waits', sub { is_waiting($caller) });
	$node->command_ok(
		[ 'pg_ctl', '-D', $node->data_dir, '-m', 'fast', '--no-wait', 'stop' ],
		'a fast shutdown begins');
	is($caller->last_words->{C}, '57P01', 'a waiting caller is in no shutdown\'s way');
	kill 'CONT', $stopped->pid;
	$node->stop('fast', fail_ok => 1);    # it may have stopped by now
}

done_testing();
