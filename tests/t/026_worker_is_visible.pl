# The worker shows itself in pg_stat_activity, is connected to no database, keeps no
# transaction open, and does not stop the server from stopping.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.enabled = on\n");
my $admin = connect_to($node, 'postgres');
my $pid = worker_pid($admin);

my $row;
wait_for('it sleeps', sub {
	$row = $admin->query(<<"SQL")->{rows}[0];
SELECT backend_type, application_name, datname, state, xact_start, backend_xmin,
	wait_event_type, wait_event IN ('Extension', 'AiCleanupWorker')
FROM pg_stat_activity WHERE pid = $pid
SQL
	return defined $row->[-1];
});
is_deeply(
	$row,
	[ 'ai_cleanup worker', 'ai_cleanup worker', undef, undef, undef, undef, 'Extension', 't' ],
	'it says what it is and what it waits for');
is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'ai_cleanup worker'"),
	1, 'there is one');
is($admin->value("SELECT count(*) FROM pg_locks WHERE pid = $pid AND locktype <> 'virtualxid'"),
	0, 'it holds no lock');

# Neither wait for clients it would have to end, nor for itself.
$admin->log_out;
$node->stop('smart');
like(new_log($node), qr/database system is shut down/, 'a smart shutdown ends it');
$node->start;
$admin = connect_to($node, 'postgres');
ok(worker_pid($admin), 'it is back with the server');
$node->stop('fast');
unlike(new_log($node), qr/(PANIC|WARNING|was terminated by signal)/, 'without complaints');

# It can be done without.
$node->append_conf('postgresql.conf', "max_worker_processes = 0\n");
$node->start;
$admin = connect_to($node, 'postgres');
is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'ai_cleanup%'"),
	0, 'with no room for workers there is none');
my @idle = idle_clients($node, $admin, 2, 'template1');
is(cleanup($admin, "database => 'template1'")->{count}, 2, 'calls work all the same');
$node->stop('fast');

done_testing();
