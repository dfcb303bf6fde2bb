# The client of a session that was ended learns what happened, why, and what to do.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main',
	conf => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = 0\nlog_statement = none\n");
my $admin = connect_to($node, 'postgres', application_name => 'the admin');
$admin->value('CREATE DATABASE work');
$admin->value('CREATE ROLE "the boss" SUPERUSER LOGIN');

sub check_words
{
	my ($words, $cause, $name) = @_;
	is($words->{S}, 'FATAL', "$name: severity");
	is($words->{V}, 'FATAL', "$name: severity, not localized");
	is($words->{C}, '57P05', "$name: SQLSTATE");
	is($words->{M}, 'ai_cleanup retired this idle connection', "$name: message");
	like($words->{D}, qr/^The session had been idle for \d+(\.\d)? s; reason: $cause\.$/,
		"$name: detail");
	like($words->{H}, qr/^Connect again.*nothing after the last completed command was committed/,
		"$name: hint");
	return;
}

my $boss = connect_to($node, 'postgres', user => 'the boss');
my $call = 'ai_cleanup\(\) was called by process ' . $boss->pid;
for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';

	# In the protocol.
	my ($client) = idle_clients($node, $admin, 1, 'work',
		tcp => $tcp, application_name => 'my app');
	my $from = -s $node->logfile;
	is(cleanup($boss, "database => 'work'")->{count}, 1, "$how: retired by a call");
	check_words($client->last_words, $call, "$how, call");
	my $peer = $tcp ? '127\.0\.0\.1:\d+' : '\[local\]';
	my $pid = $client->pid;
	like(new_log($node, $from),
		qr/LOG:  ai_cleanup retired session $pid: database "work", role "\w+", application "my app", client $peer, idle for \d+\.\d s; reason: $call \(role "the boss"\)\n/,
		"$how: and in the log");
	my @lines = split(/\n/, new_log($node, $from));
	is(scalar(@lines), 1, "$how: in one line") or note explain \@lines;

	$client =
	  connect_to($node, 'work', tcp => $tcp, options => '-c ai_cleanup.idle_timeout=200ms');
	check_words($client->last_words, 'idle for longer than ai_cleanup\.idle_timeout, which is 200ms \(connection option\)', "$how, limit");

	# In psql, at its next command.
	my $address = $tcp ? '127.0.0.1' : $node->host;
	my $psql = $node->background_psql('work', on_error_stop => 0, extra_params => [
		'-v', 'VERBOSITY=verbose',
		'-d', "host=$address port=" . $node->port . ' dbname=work'
	]);
	my $psql_pid = $psql->query_safe('SELECT pg_backend_pid()');
	wait_until_idle($admin, $psql_pid);
	is(cleanup($boss, "database => 'work'")->{count}, 1, "$how: psql's session is retired");
	eval { $psql->query('SELECT 1') };
	like($psql->{stderr}, qr/FATAL:  57P05: ai_cleanup retired this idle connection\n/,
		"$how: psql shows it with its SQLSTATE");
	like($psql->{stderr}, qr/DETAIL:  The session had been idle for .*; reason: $call\.\n/,
		"$how: psql shows the detail");
	like($psql->{stderr}, qr/HINT:  Connect again/, "$how: psql shows the hint");
}

# The figures are true.
my ($client) = idle_clients($node, $admin, 1, 'work');
wait_for('it has been idle for 2 s', sub {
	$admin->value("SELECT now() - state_change > '2 s' FROM pg_stat_activity WHERE pid = "
		  . $client->pid) eq 't';
});
my $least = $admin->value('SELECT extract(epoch FROM now() - state_change)'
	  . ' FROM pg_stat_activity WHERE pid = ' . $client->pid);
cleanup($boss, "database => 'work'");
my ($told) = $client->last_words->{D} =~ /idle for ([\d.]+) s/;
cmp_ok($told, '>=', $least - 0.1, 'the idle time it tells is not too short');
cmp_ok($told, '<=', $least + 60, 'nor too long');

# Statistics know the difference between a client that went away and one that was sent away.
wait_for('the statistics are in', sub {
	$admin->value("SELECT sessions_killed FROM pg_stat_database WHERE datname = 'work'") == 7;
});
is($admin->value("SELECT sessions_abandoned FROM pg_stat_database WHERE datname = 'work'"),
	0, 'a retired session does not count as abandoned');

$node->stop('fast');
done_testing();
