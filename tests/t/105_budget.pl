# ai_cleanup.connection_budget: a database that comes to have more sessions than that loses its
# longest idle ones, and no others; a session that has just come stays.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main', slots => 80,
	conf => "ai_cleanup.headroom = 0\nai_cleanup.databases = 'work, other, odd'\n");
my $admin = connect_to($node, 'postgres');
$admin->value("CREATE DATABASE $_") for 'other', 'odd';
$admin->value('ALTER DATABASE work SET ai_cleanup.connection_budget = 10');

sub still_there
{
	return $admin->value('SELECT count(*) FROM pg_stat_activity WHERE pid IN (' . pids(@_) . ')');
}

sub settles_at
{
	my ($database, $count) = @_;
	return wait_for("$database has $count sessions",
		sub { $admin->value("SELECT ai_conn_count('$database')") == $count });
}

# A client that has run something, each later than those before.
sub login
{
	my ($database, %how) = @_;
	my $client = connect_to($node, $database, user => 'dev', %how);
	is($client->value("SELECT 'at once'"), 'at once', 'one that has just come can work')
	  if $how{check};
	return $client;
}

my @other = map { login('other') } 1 .. 15; # idle for longer than all others

# Others do nothing and stay, while the database fills up.
{
	my @early = map { login('work') } 1 .. 3;
	my ($busy, $in_transaction, $idle) = @early;
	$busy->send_query('SELECT pg_sleep(3600)');
	$in_transaction->query('BEGIN');
	my @later = map { login('work', check => 1) } 1 .. 20;
	my @stay = ($busy, $in_transaction, @later[-8 .. -1]);

	ok(settles_at('work', 10), 'after many logins the budget is kept');
	is(still_there(@stay), 10, 'the longest idle have gone, the busy ones and the newest are there');
	is(still_there($idle), 0, 'the first idle one is not');
	is($idle->last_words->{C}, '57P05', 'and was told so');
	is(still_there(@other), 15, 'other databases are not concerned');
	is(stats($admin)->{sessions_retired}, 3 + 20 - 10, 'as many were ended as were too many');
	is($in_transaction->value('SELECT 1'), 1, 'the transaction goes on');
	$_->hang_up for @early, @later;
	kill 'INT', $busy->pid;
	settles_at('work', 0);
}

# Only busy ones: none goes, and no login is kept out, until some of them are idle again.
{
	my @busy = busy_clients($node, 14);
	my $before = stats($admin);
	is($admin->value("SELECT ai_conn_count('work')"), 14, 'a budget keeps no login out');
	kill 'INT', $_->pid for @busy[0 .. 7];
	ok(settles_at('work', 10), 'as soon as some are idle, those that are too many go');
	is(retired_since($admin, $before), 4, 'and no more than those');
	is(still_there(@busy[8 .. 13]), 6, 'none of those that work');
	kill 'INT', $_->pid for @busy;
	$_->hang_up for @busy;
	settles_at('work', 0);
}

# The budget of the configuration file, the strictest one of a database, and a newcomer that
# brings a stricter one.
{
	$admin->value('ALTER SYSTEM SET ai_cleanup.connection_budget = 6');
	$admin->value('SELECT pg_reload_conf()');
	ok(settles_at('other', 6), 'a budget that a reload brings holds at once');
	is(still_there(@other[9 .. 14]), 6, 'for those that were idle for longest');

	my @odd = map { login('odd') } 1 .. 6;
	$admin->value('ALTER DATABASE odd SET ai_cleanup.connection_budget = 3');
	my $new = login('odd', check => 1);
	ok(settles_at('odd', 3), 'a new session\'s stricter budget holds for its database');
	is(still_there(@odd[4, 5], $new), 3, 'the newest stay');

	$admin->value('ALTER DATABASE work RESET ALL');
	$admin->value('ALTER SYSTEM SET ai_cleanup.connection_budget = 0');
	reload($node, $admin);
	my $before = stats($admin);
	my @many = map { login('work') } 1 .. 25;
	wait_until_idle($admin, @many);
	is(still_there(@many), 25, 'for contrast: without a budget, no session goes');
	is(retired_since($admin, $before), 0, 'for contrast: and none is counted');
}

$node->stop('fast');
done_testing();
