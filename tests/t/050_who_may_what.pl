# Who may call, see and set what: for each caller and each session the answer is compared with that
# of PostgreSQL's nearest own function, view or setting.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = 0\nai_cleanup.headroom = 0\n");
my $admin = connect_to($node, 'postgres');
my $boss = getpwuid($<);
$admin->value($_)
  for 'CREATE ROLE owner LOGIN', 'CREATE ROLE signaller LOGIN', 'GRANT pg_signal_backend TO signaller',
  'CREATE ROLE reader LOGIN', 'GRANT pg_read_all_stats TO reader', 'CREATE ROLE app LOGIN',
  'CREATE ROLE stranger LOGIN', 'CREATE DATABASE work OWNER owner';
$node->safe_psql('work', 'CREATE EXTENSION ai_cleanup', extra_params => [ '-U', 'owner' ]);

# One session of each role, to be looked at; and one that has ended, for the journal.
my @victims = ($boss, 'owner', 'app');
my %victim;
for my $role (@victims)
{
	my ($ended) = idle_clients($node, $admin, 1, 'work', user => $role, tcp => 1);
	is(cleanup($admin, "database => 'work'")->{count}, 1, "a session of $role ends");
	$victim{$role} = { ended => $ended->pid };
}
for my $role (@victims)
{
	($victim{$role}{client}) = idle_clients($node, $admin, 1, 'work', user => $role, tcp => 1, first => ["SELECT 'secret'"]);
	$victim{$role}{client}->answer;
	wait_until_idle($admin, $victim{$role}{client});
}

# SET, and ALTER SYSTEM where only that will do: beside a setting of PostgreSQL's own of that kind.
my $settings = $admin->query("SELECT name, context, boot_val FROM pg_settings WHERE name LIKE 'ai\\_cleanup.%'")->{rows};
cmp_ok(scalar @$settings, '>', 10, 'there are settings');

sub code
{
	my ($client, $sql) = @_;
	return $client->query($sql)->{error}{C} // 'allowed';
}

for my $caller ($boss, 'owner', 'signaller', 'reader', 'app', 'stranger')
{
	my $session = connect_to($node, 'work', user => $caller);

	for my $role (@victims)
	{
		my $name = "$caller looks at a session of $role";
		my $pid = $victim{$role}{client}->pid;
		my $details = 'client_addr IS NOT NULL, client_port IS NOT NULL, state IS NOT NULL';
		my $core = $session->query("SELECT usename, $details FROM pg_stat_activity WHERE pid = $pid")->{rows};
		my $sees = $core->[0][1];

		is_deeply($session->query("SELECT role, $details FROM ai_connections WHERE pid = $pid")->{rows},
			$core, "$name: as much as in pg_stat_activity");
		is_deeply($session->query("SELECT role, $details FROM ai_cleanup_plan() WHERE pid = $pid")->{rows},
			$core, 'and in the plan');
		is($session->value("SELECT count(*) FROM ai_connections WHERE pid = $pid AND"
				  . ' num_nonnulls(opened_at, idle_for, idle_timeout, protected_by, exempt_by, retires_at, reason) > 0'),
			$sees eq 't' ? 1 : 0, 'and what becomes of it is a detail, too');
		is_deeply(
			$session->query('SELECT role, client_addr IS NOT NULL, idle_for IS NOT NULL, reason IS NOT NULL AND outcome IS NOT NULL'
				  . " FROM ai_cleanup_journal WHERE pid = $victim{$role}{ended}")->{rows},
			[ [ $role, ($sees) x 3 ] ], 'and in the journal');
		is($session->value("SELECT count(*) FROM ai_leaks WHERE role = '$role' AND client_addr IS NOT NULL"),
			$sees eq 't' ? 1 : 0, 'and of who leaks');
	}
	is($session->value("SELECT count(*) FROM ai_connections c, ai_cleanup_plan() p WHERE (c, p)::text LIKE '%secret%'"),
		0, "$caller sees nobody's query");

	is(code($session, 'SELECT ai_cleanup_reset_stats()'), code($session, 'SELECT pg_stat_reset()'),
		"$caller resets the counters as those of PostgreSQL");
	is(code($session, 'SELECT count(*) FROM ai_cleanup_stats'), 'allowed', 'and may read them');

	for (@$settings)
	{
		my ($setting, $context, $value) = @$_;
		my ($ours, $theirs) =
		  $context eq 'superuser' ? ("SET $setting = DEFAULT", 'SET log_min_duration_statement = DEFAULT')
		  : $context eq 'user' ? ("SET $setting = DEFAULT", 'SET work_mem = DEFAULT')
		  : ("ALTER SYSTEM RESET $setting", 'ALTER SYSTEM RESET log_checkpoints');
		is(code($session, $ours), code($session, $theirs), "$caller: $ours");
	}

	for ("INSERT INTO ai_cleanup_journal(pid) VALUES (1)", 'DELETE FROM ai_cleanup_journal', 'UPDATE ai_cleanup_stats SET sweeps = 0')
	{
		isnt(code($session, $_), 'allowed', "$caller cannot: $_");
	}
	if ($caller ne $boss)
	{
		my $worker = worker_pid($admin);
		isnt(code($session, "SELECT pg_terminate_backend($worker)"), 'allowed', "$caller cannot stop the worker");
		is(worker_pid($admin), $worker, 'it is still there');
	}
}

# The journal has what has ended, and nothing else.
is($admin->value('SELECT count(*) FROM ai_cleanup_journal'), scalar @victims, 'nothing has been added to the journal');

$node->stop('fast');
done_testing();
