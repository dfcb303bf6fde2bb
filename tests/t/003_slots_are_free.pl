# When ai_cleanup() returns, the slots of the sessions it ended are free: not soon, but now.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $limit = 12;
my $node =
  start_node('main', conf => "max_connections = $limit\nsuperuser_reserved_connections = 2\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE ROLE app LOGIN');
$admin->value('CREATE DATABASE work');

# Logs in as often as it can; returns the clients and the refusal.
sub fill_up
{
	my (%how) = @_;
	my @clients;

	for (1 .. $limit + 1)
	{
		my $client = PgClient->start($node, dbname => 'work', %how);
		my $answer = $client->answer;
		return ($answer->{error}, @clients) unless $answer->{ready};
		push @clients, $client;
	}
	die 'no login was refused';
}

# The admin has one slot, and two are reserved, of which the admin's does not count.
my $ordinary = $limit - 1 - 2;
for my $round (1 .. 10)
{
	my ($refusal, @clients) = fill_up(user => 'app');
	is(@clients, $ordinary, "round $round: an ordinary role has all its slots");
	is($refusal->{C}, '53300', 'the next one is refused');
	wait_until_idle($admin, @clients);

	is(cleanup($admin, "database => 'work'")->{count}, $ordinary, 'all are ended');
	is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE datname = 'work'"),
		0, 'none is in pg_stat_activity');
	is($admin->value("SELECT ai_conn_count('work')"), 0, 'none is counted');
}

# Not even a superuser gets in; a session that is in can make room for all.
for my $force ('false', 'true')
{
	my ($refusal, @clients) = fill_up();
	is(@clients, $limit - 1, 'superusers take every slot');
	is($refusal->{C}, '53300', 'the next one is refused');
	wait_until_idle($admin, @clients);

	is(cleanup($admin, "database => 'work', force => $force")->{count}, $limit - 1,
		"all are ended, force => $force");
	($refusal, @clients) = fill_up();
	is(@clients, $limit - 1, 'and every slot is free again');
	wait_until_idle($admin, @clients);
	cleanup($admin, "database => 'work'");
}

# Looked at in the same statement, before anything else can happen.
my $still_there = "SELECT ai_cleanup(database => 'work'),"
  . " (SELECT count(*) FROM pg_stat_activity WHERE datname = 'work')";
my @counts;
for my $round (1 .. 10)
{
	my @idle = idle_clients($node, $admin, 9, 'work');
	push @counts, join(' of which ', @{ $admin->query($still_there)->{rows}[0] });
}
is_deeply(\@counts, [ ('9 of which 0') x 10 ], 'none is there any more when it is counted');

$node->stop('fast');
done_testing();
