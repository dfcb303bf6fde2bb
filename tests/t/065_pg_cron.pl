# pg_cron in the same server: both are preloaded, in either order, and its jobs run in time, over
# connections of its own and in background workers, while limits as strict as can be end sessions.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $library = `pg_config --pkglibdir`;
chomp $library;
plan skip_all => 'pg_cron is not installed' unless -e "$library/pg_cron.so";

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = '1ms'
ai_cleanup.connection_budget = 1
ai_cleanup.headroom = 30
cron.database_name = 'work'
CONF
run_sql($node, 'CREATE DATABASE work');
$node->append_conf('postgresql.conf', 'cron.host = \'' . $node->host . '\'');

my %libraries = ('ai_cleanup first' => 'ai_cleanup, pg_cron', 'pg_cron first' => 'pg_cron, ai_cleanup');
for my $order (sort keys %libraries)
{
	for my $workers ('off', 'on')
	{
		my $name = "$order, cron.use_background_workers = $workers";
		$node->append_conf('postgresql.conf',
			"shared_preload_libraries = '$libraries{$order}'\ncron.use_background_workers = $workers\n");
		$node->restart;
		my $admin = connect_to($node, 'postgres');
		ask($node, 'work', $_) for 'DROP EXTENSION IF EXISTS pg_cron', 'CREATE EXTENSION pg_cron',
		  'DROP TABLE IF EXISTS done', 'CREATE TABLE done (job text, at timestamptz)';
		is(ask($node, 'work', 'SELECT ai_conn_count()'), 1, "$name: pg_cron's launcher is no session")
		  if ask($node, 'work', 'CREATE EXTENSION IF NOT EXISTS ai_cleanup') // 1;

		# A job for every minute; what it does takes longer than any limit.
		ask($node, 'work', "SELECT cron.schedule('$_', '* * * * *',"
			  . " 'INSERT INTO done SELECT ''$_'', now() FROM pg_sleep(0.2)')") for 'one', 'two';
		my $launcher = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_cron launcher'";
		my $pid = $admin->value($launcher);
		wait_for('both jobs have run', sub {
			# A leak, and somebody who calls.
			PgClient->start($node, dbname => 'work')->answer;
			$admin->value("SELECT ai_cleanup(database => 'work')");
			return ask($node, 'work', 'SELECT count(DISTINCT job) FROM done') == 2;
		});
		is(ask($node, 'work', 'SELECT count(*) FROM done WHERE extract(second FROM at) >= 30'), 0,
			"$name: they ran when their minute began");
		wait_for('both are recorded', sub {
			ask($node, 'work', "SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE status = 'succeeded'") == 2;
		});
		is(ask($node, 'work', "SELECT count(*) FROM cron.job_run_details WHERE status = 'failed'"), 0,
			"$name: none has failed");
		is($admin->value($launcher), $pid, "$name: the launcher is the same process");
		cmp_ok($admin->value('SELECT sessions_retired FROM ai_cleanup_stats'), '>', 0,
			"$name: sessions were ended meanwhile");
		ask($node, 'work', 'SELECT cron.unschedule(jobid) FROM cron.job');
	}
}

$node->stop('fast');
done_testing();
