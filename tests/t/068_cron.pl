# pg_cron in the same server, loaded before us and after: its jobs run, by connections and by
# background workers, while limits are strict; and its own worker is no session to us.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', start => 0);
plan skip_all => 'pg_cron is not installed'
  unless -e `pg_config --pkglibdir` =~ s/\n//r . '/pg_cron.so';

# A job runs at the next full minute; so each order of loading has one way of running them.
for my $order ([ 'pg_cron, ai_cleanup', 'off' ], [ 'ai_cleanup, pg_cron', 'on' ])
{
	my ($libraries, $workers) = @$order;
	my $host = $node->host;
	$node->append_conf('postgresql.conf', <<CONF);
shared_preload_libraries = '$libraries'
cron.database_name = 'postgres'
cron.host = '$host'
cron.use_background_workers = $workers
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '500ms'
ai_cleanup.connection_budget = 1
ai_cleanup.exempt_roles = ''
CONF
	$node->start;
	# Busy all the time, so that no limit concerns it.
	my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.exempt=on');
	$admin->query("CREATE EXTENSION IF NOT EXISTS $_") for 'ai_cleanup', 'pg_cron';
	$admin->query('CREATE TABLE IF NOT EXISTS done (at timestamptz)');
	$admin->query('TRUNCATE done, cron.job_run_details');
	my $job = $admin->value("SELECT cron.schedule('* * * * *', 'INSERT INTO done VALUES (now())')");
	my ($idle) = idle_clients($node, $admin, 1, 'template1');

	wait_for('the job has run', sub {
		$admin->value("SELECT count(*) FROM cron.job_run_details WHERE status IN ('succeeded', 'failed')");
	});
	is($admin->value("SELECT string_agg(status, ',') FROM cron.job_run_details"),
		'succeeded', "with $libraries, use_background_workers = $workers: the job succeeds");
	is($admin->value('SELECT count(*) FROM done'), 1, 'it has done its work');
	is($idle->last_words->{C}, '57P05', 'meanwhile the limit was in force');
	is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_cron launcher'"), 1,
		'the launcher is there');
	$admin->value("SELECT cron.unschedule($job)");
	$node->stop('fast');
}

done_testing();
