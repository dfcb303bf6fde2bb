# ai_cleanup(force => true) ends every session of the database whatever it does, and only
# sessions: nothing that serves replication, vacuum or the extension itself.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node(
	'main',
	init => { allows_streaming => 'logical' },
	conf => "autovacuum = on\nautovacuum_naptime = 1s\n");
my $admin = connect_to($node, 'postgres');
$admin->value("CREATE DATABASE $_") for qw(work other);

sub pids_of
{
	my ($type) = @_;
	# Other workers of autovacuum come and go.
	my $which = $type eq 'autovacuum worker' ? "AND query LIKE 'autovacuum: %.dusty'" : '';
	return $admin->value("SELECT string_agg(pid::text, ',' ORDER BY backend_start) FROM pg_stat_activity"
		  . " WHERE backend_type ~ '^$type\$' $which");
}

# A subscription of the database to itself: a walsender and a background worker in it.
my $owner = connect_to($node, 'work');
my $self = $node->connstr('work') =~ s/'/''/gr;
$owner->value($_) for (
	'CREATE TABLE published (id int PRIMARY KEY)',
	'CREATE PUBLICATION pub FOR TABLE published',
	"SELECT pg_create_logical_replication_slot('own', 'pgoutput')",
	"CREATE SUBSCRIPTION sub CONNECTION '$self' PUBLICATION pub"
	  . " WITH (create_slot = false, slot_name = 'own', copy_data = false)");

# A vacuum that takes for ever, on a schedule of the server's own.
$owner->value($_) for (
	'CREATE TABLE dusty (id int) WITH (autovacuum_vacuum_threshold = 0,'
	  . ' autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100,'
	  . ' autovacuum_vacuum_cost_limit = 1)',
	'INSERT INTO dusty SELECT generate_series(1, 200000)',
	'DELETE FROM dusty',
	'SELECT pg_stat_force_next_flush()');

my $physical = connect_to($node, undef, replication => 'true');
my $logical = connect_to($node, 'work', replication => 'database');
is($logical->value('SELECT 1'), 1, 'a walsender of the database runs SQL');

wait_for('replication and vacuum run in the database', sub {
	(pids_of('walsender') // '') =~ /,.*,/
	  && pids_of('logical replication.* worker')
	  && pids_of('autovacuum worker');
});

my ($idle, $open, $failed, $executing, $elsewhere, $parallel) =
  (idle_clients($node, $admin, 4, 'work'), idle_clients($node, $admin, 1, 'other'),
	connect_to($node, 'work'));
$open->query('BEGIN');
$failed->query('BEGIN; SELECT 1/0');
$executing->send_query('SELECT pg_sleep(3600)');
use_parallel_workers($parallel);
$parallel->send_query('SELECT pg_sleep(3600)');
wait_until_waiting_on($admin, 'active', 'PgSleep', $executing);
wait_for('a parallel worker runs', sub { pids_of('parallel worker') });

my @untouchable = ('walsender', 'logical replication.* worker', 'autovacuum worker',
	'ai_cleanup worker', 'autovacuum launcher');
my %before = map { $_ => pids_of($_) } @untouchable;
my $sessions = $admin->value("SELECT ai_conn_count('work')");

is($sessions, 6, 'six sessions in the database');
is(cleanup($admin, "force => true, database => 'work'")->{count}, $sessions, 'all are ended');
for ($owner, $idle, $open, $failed, $executing, $parallel)
{
	ok(is_gone($admin, $_), 'ended by force');
	is($_->last_words->{C}, '57P01', 'as by pg_terminate_backend');
}
ok(is_alive($elsewhere), 'a session of another database stays');

# And when nothing but those is left.
is(cleanup($admin, "force => true, database => 'work'")->{count}, 0, 'none is left');
is(pids_of($_), $before{$_}, "untouched: $_") for @untouchable;
ok(is_alive($logical), 'a walsender of the database still answers');
is($physical->query('IDENTIFY_SYSTEM')->{ready}, 'I', 'a physical walsender still answers');

# A walsender may call, too; it is no session and has nothing to spare.
my ($victim) = idle_clients($node, $admin, 1, 'other');
my $calling = connect_to($node, 'postgres', replication => 'database');
is(cleanup($calling, "database => 'other'")->{count}, 2, 'a walsender calls');
is(pids_of('walsender'), "$before{walsender}," . $calling->pid, 'and stays');

# The caller is spared by force as well.
is(cleanup($admin, 'force => true')->{count}, 0, 'the caller is spared');
ok(is_alive($admin), 'and goes on');

$_->hang_up for ($physical, $logical, $calling);
$node->stop('fast');
done_testing();
