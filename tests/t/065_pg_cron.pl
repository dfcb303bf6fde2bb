# pg_cron in the same server: both are preloaded, in either order, and its jobs run when they are
# due, in background workers and over connections, while limits as strict as can be end sessions.
#
# A job's connection is idle for a moment, between its login and its statement. So it is either
# exempt, as here, or the limits leave it that moment; the limits that people use do.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $library = `pg_config --pkglibdir`;
chomp $library;
plan skip_all => 'pg_cron is not installed' unless -e "$library/pg_cron.so";

# All at once, for each waits for the next minute.
my @servers;
for my $libraries ('ai_cleanup, pg_cron', 'pg_cron, ai_cleanup')
{
	for my $workers ('off', 'on')
	{
		my $node = start_node('node' . @servers, conf => <<CONF);
shared_preload_libraries = '$libraries'
cron.use_background_workers = $workers
cron.database_name = 'work'
ai_cleanup.databases = 'work'
ai_cleanup.exempt_roles = 'clock'
ai_cleanup.idle_timeout = '1ms'
ai_cleanup.connection_budget = 1
ai_cleanup.headroom = 30
ai_cleanup.enabled = on
CONF
		run_sql($node, 'CREATE DATABASE work', 'CREATE ROLE clock LOGIN SUPERUSER',
			'ALTER SYSTEM SET cron.host = \'' . $node->host . '\'');
		$node->restart;
		push @servers, {
			node => $node, admin => connect_to($node, 'postgres'),
			# A call does not spare exempt sessions.
			idle_for => $workers eq 'on' ? '0' : '1 hour',
			name => "$libraries, cron.use_background_workers = $workers"
		};
	}
}

my $launcher = 'SELECT pid FROM pg_stat_activity WHERE backend_type = \'pg_cron launcher\'';
for my $server (@servers)
{
	my $node = $server->{node};
	ask($node, 'work', $_) for 'CREATE EXTENSION pg_cron', 'CREATE TABLE done (job text, at timestamptz)';
	for my $job ('one', 'two')
	{
		ask($node, 'work', "SELECT cron.schedule('$job', '* * * * *',"
			  . " 'INSERT INTO done SELECT ''$job'', now() FROM pg_sleep(0.2)')");
	}
	ask($node, 'work', 'UPDATE cron.job SET username = \'clock\'');
	$server->{launcher} = $server->{admin}->value($launcher);
}

# Until shortly before the minute is over. Then clients leak, and another calls.
$servers[0]{admin}->value(
	'SELECT pg_sleep_until(date_trunc(\'minute\', clock_timestamp()) + interval \'58 s\')');
wait_for('all jobs have run', sub {
	my $missing = 0;
	for my $server (@servers)
	{
		push @{ $server->{leak} }, PgClient->start($server->{node}, dbname => 'work');
		$server->{leak}[-1]->answer;
		cleanup($server->{admin}, "database => 'work', idle_for => '$server->{idle_for}'");
		$missing += 2 - ask($server->{node}, 'work',
			'SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE status IN (\'succeeded\', \'failed\')');
	}
	return $missing == 0;
});

for my $server (@servers)
{
	my ($node, $admin, $name) = @$server{qw(node admin name)};
	is(ask($node, 'work', 'SELECT string_agg(DISTINCT status || coalesce(\': \' || return_message, \'\'), \', \')'
		  . ' FROM cron.job_run_details WHERE status <> \'running\''), 'succeeded: INSERT 0 1', "$name: jobs succeed");
	is(ask($node, 'work', 'SELECT count(DISTINCT job) FROM done'), 2, "$name: both have done what they do");
	is(ask($node, 'work', 'SELECT count(*) FROM done WHERE extract(second FROM at) >= 45'), 0,
		"$name: when they were due");
	is($admin->value($launcher), $server->{launcher}, "$name: pg_cron's own process is the same");
	cmp_ok($admin->value('SELECT sessions_retired FROM ai_cleanup_stats'), '>', 0,
		"$name: sessions were ended meanwhile");
	$node->stop('fast');
}
done_testing();
