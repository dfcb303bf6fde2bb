# ai_conn_count() is what pg_stat_activity says, without the cost of asking it.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', init => { allows_streaming => 'logical' });
my $admin = connect_to($node, 'postgres');
my @databases = ('postgres', 'template1', 'work', 'Other "one"', 'empty');
$admin->value("CREATE DATABASE $_") for ('work', '"Other ""one"""', 'empty');

# Both in one statement, so that nothing can change in between. (PostgreSQL 18 also shows who is
# still logging in, without a database.)
sub compare
{
	my ($when) = @_;
	my $rows = $admin->query(<<'SQL')->{rows};
SELECT datname, ai_conn_count(datname), count(pid) FILTER (WHERE backend_type = 'client backend')
FROM pg_database LEFT JOIN pg_stat_activity USING (datname)
WHERE datallowconn GROUP BY datname
UNION ALL
SELECT 'the server', ai_conn_count(NULL), count(datname)
FROM pg_stat_activity WHERE backend_type = 'client backend'
SQL
	my %ours = map { $_->[0] => $_->[1] } @$rows;
	my %theirs = map { $_->[0] => $_->[2] } @$rows;
	is_deeply(\%ours, \%theirs, "$when: as pg_stat_activity") or note explain $rows;
	return \%ours;
}

is(compare('alone')->{postgres}, 1, 'the caller counts');

my @sessions = (
	idle_clients($node, $admin, 5, 'work'),
	idle_clients($node, $admin, 3, 'Other "one"', tcp => 1),
	idle_clients($node, $admin, 1, 'template1'),
	idle_clients($node, $admin, 2, 'postgres'));
my $counts = compare('with idle sessions');
is_deeply(
	[ @{$counts}{@databases}, $counts->{'the server'} ],
	[ 3, 1, 5, 3, 0, 12 ],
	'every database has its own number');

# What is connected to a database and is no session.
my $walsender = connect_to($node, 'work', replication => 'database');
my $standby = connect_to($node, 'work', replication => 'true');
my ($leader, $open) = @sessions;
use_parallel_workers($leader);
$leader->send_query('SELECT pg_sleep(3600)');
$open->query('BEGIN');
wait_for('a parallel worker runs', sub {
	$admin->value("SELECT count(*) FROM pg_stat_activity"
		  . " WHERE backend_type = 'parallel worker' AND datname = 'work'") > 0;
});
is(compare('with walsenders and parallel workers')->{work}, 5, 'those do not count');

# The default is the caller's own database.
is($open->query('CREATE EXTENSION ai_cleanup; SELECT ai_conn_count()')->{rows}[0][0],
	5, 'without an argument: the current database');
$open->query('COMMIT');

# A login that has not come to its end, and one that fails.
my $lock = connect_to($node, 'postgres');
$lock->query('BEGIN; LOCK pg_db_role_setting IN ACCESS EXCLUSIVE MODE');
my $entering = PgClient->start($node, dbname => 'work');
wait_for('a login waits for the lock', sub {
	$admin->value("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0;
});
is(compare('during a login')->{work}, 5, 'a login that is not complete does not count');
$lock->query('ROLLBACK');
$entering->answer;
is(compare('after it')->{work}, 6, 'it counts when it is');
PgClient->start($node, dbname => 'nowhere')->answer;
compare('after a login that failed');

# Every way to end.
$entering->log_out;
$sessions[2]->hang_up;
$admin->value('SELECT pg_terminate_backend(' . $sessions[3]->pid . ', 60000)');
wait_until_gone($admin, $entering, $sessions[2]);
is(compare('after logout, hang-up and termination')->{work}, 3, 'those are counted no more');
cleanup($admin, 'database => $$Other "one"$$');
is(compare('after a cleanup')->{'Other "one"'}, 0, 'nor are retired ones');

is($admin->query("SELECT ai_conn_count('nowhere')")->{error}{C}, '3D000', 'unknown database');

$_->hang_up for ($walsender, $standby);
$node->stop('fast');
done_testing();
