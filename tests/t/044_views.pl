# The views: every session with its limits and prospects, what leaks, and the journal, which
# outlives a clean restart and nothing else.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => <<'CONF');
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.headroom = 0
ai_cleanup.idle_timeout = '1h'
ai_cleanup.journal_size = 5
CONF
my $admin = connect_to($node, 'postgres');
$admin->value($_)
  for 'CREATE ROLE app LOGIN', 'CREATE DATABASE work',
  'ALTER DATABASE work SET ai_cleanup.connection_budget = 20';

sub row
{
	my ($columns, $client) = @_;
	my $answer = $admin->query("SELECT $columns FROM ai_connections WHERE pid = " . $client->pid);
	return $answer->{rows}[0];
}

# A session, as the view has it and as pg_stat_activity has.
my ($client) = idle_clients($node, $admin, 1, 'work', user => 'app', application_name => 'web', tcp => 1);
is_deeply(
	row('database, role, application, client_addr, state, idle_timeout, idle_in_transaction_timeout,'
		  . ' idle_blocker_timeout, connection_budget, protected_by, exempt_by, reason', $client),
	[ 'work', 'app', 'web', '127.0.0.1', 'idle', '01:00:00', undef, undef, 20, '{}', undef,
		'idle for longer than ai_cleanup.idle_timeout' ],
	'an idle session');
is($admin->value(<<'SQL'), 1, 'agrees with pg_stat_activity');
SELECT count(*) FROM ai_connections c JOIN pg_stat_activity a USING (pid, state, client_addr, client_port)
WHERE c.database = a.datname AND c.role = a.usename AND c.application = a.application_name
  AND c.opened_at >= a.backend_start AND c.retires_at = a.state_change + c.idle_timeout
SQL
is($admin->value('SELECT count(*) FROM ai_connections'), $admin->value('SELECT ai_conn_count(NULL)'),
	'each session has one row');
is(row('reason', $admin)->[0], 'its database is not in ai_cleanup.databases', 'why one stays');
$client->query('BEGIN');
wait_until_waiting_on($admin, 'idle in transaction', 'ClientRead', $client);
is_deeply(row('state, retires_at, reason', $client), [ 'idle in transaction', undef, 'in a transaction' ],
	'in a transaction');
$client->query('SET LOCAL ai_cleanup.wait_timeout = 1');
$client->query('COMMIT');
wait_until_idle($admin, $client);

# The journal: by a call, by the worker, by force.
is(cleanup($admin, "database => 'work'")->{count}, 1, 'a call');
my ($forced) = idle_clients($node, $admin, 1, 'work', user => 'app');
is(cleanup($admin, "database => 'work', force => true")->{count}, 1, 'force');
$admin->value("ALTER ROLE app SET ai_cleanup.idle_timeout = '50ms'");
my $limited = connect_to($node, 'work', user => 'app', application_name => 'web');
$limited->last_words;
wait_until_gone($admin, $limited);
my $me = getpwuid($<);
my $journal = 'SELECT pid, database, role, application, client_addr, ended_by, asker_role, reason, outcome'
  . ' FROM ai_cleanup_journal ORDER BY ended_at';
my $worker = $admin->value("SELECT pid FROM pg_stat_activity WHERE backend_type = 'ai_cleanup worker'");
my $expected = [
	[ $client->pid, 'work', 'app', 'web', '127.0.0.1', 'call', $me, 'ai_cleanup() was called', 'retired' ],
	[ $forced->pid, 'work', 'app', '', undef, 'call', $me, 'ai_cleanup(force => true) was called', 'terminated' ],
	[ $limited->pid, 'work', 'app', 'web', undef, 'worker', undef,
		'idle for longer than ai_cleanup.idle_timeout', 'retired' ] ];
is_deeply($admin->query($journal)->{rows}, $expected, 'the journal has all three');
is($admin->value("SELECT string_agg(asker_pid::text, ',' ORDER BY ended_at) FROM ai_cleanup_journal"),
	join(',', $admin->pid, $admin->pid, $worker), 'and who asked');
is($admin->value("SELECT count(*) FROM ai_cleanup_journal WHERE idle_for >= '0' AND idle_for < '1h'"), 3,
	'and for how long they were idle');
is_deeply($admin->query(
		"SELECT application, client_addr, sessions, retired FROM ai_leaks WHERE database = 'work' ORDER BY 2")->{rows},
	[ [ 'web', '127.0.0.1', 0, 1 ], [ 'web', undef, 0, 1 ] ],
	'what leaks: what was retired, by application and host');
is($admin->value("SELECT bool_and(last_retired_at = (SELECT max(ended_at) FROM ai_cleanup_journal j"
		  . " WHERE j.database = l.database AND j.application = l.application"
		  . " AND j.client_addr IS NOT DISTINCT FROM l.client_addr AND outcome = 'retired'))"
		  . " FROM ai_leaks l WHERE retired > 0"), 't', 'and when the last time was');
$admin->value('ALTER ROLE app RESET ALL');
my @leaked = idle_clients($node, $admin, 3, 'work', user => 'app', application_name => 'web');
is_deeply($admin->query(
		"SELECT sessions, idle, longest_idle IS NOT NULL, retired FROM ai_leaks WHERE application = 'web' AND client_addr IS NULL")->{rows},
	[ [ 3, 3, 't', 1 ] ], 'and what is there');
$_->hang_up for @leaked;

# Over a clean restart it stays, with the counters.
my $counted = 'SELECT since, sessions_retired, sessions_terminated FROM ai_cleanup_stats';
my $before = $admin->query($counted)->{rows};
my $file = $node->data_dir . '/pg_stat/ai_cleanup.stat';
$node->restart;
$admin = connect_to($node, 'postgres');
is_deeply($admin->query($journal)->{rows}, $expected, 'after a restart it is the same');
is_deeply($admin->query($counted)->{rows}, $before, 'and so are the counters');
ok(!-e $file, 'the file is gone while the server runs');

# It is a ring.
for my $round (1 .. 4)
{
	my @kept = idle_clients($node, $admin, 1, 'work');
	is(cleanup($admin, "database => 'work'")->{count}, 1, "one more: $round");
}
is($admin->value('SELECT count(*) FROM ai_cleanup_journal'), 5, 'it keeps the last five');
is($admin->value('SELECT count(*) FROM ai_cleanup_journal WHERE pid = ' . $limited->pid), 1, 'the newest');
is($admin->value('SELECT count(*) FROM ai_cleanup_journal WHERE pid = ' . $client->pid), 0, 'not the oldest');

# A smaller one takes what it has room for; none is none.
$node->append_conf('postgresql.conf', 'ai_cleanup.journal_size = 2');
$node->restart;
$admin = connect_to($node, 'postgres');
is($admin->value('SELECT count(*) FROM ai_cleanup_journal'), 2, 'a smaller one keeps the newest');
$node->append_conf('postgresql.conf', 'ai_cleanup.journal_size = 0');
$node->restart;
$admin = connect_to($node, 'postgres');
my @kept = idle_clients($node, $admin, 1, 'work');
is(cleanup($admin, "database => 'work'")->{count}, 1, 'without a journal all goes on');
is($admin->value('SELECT count(*) FROM ai_cleanup_journal'), 0, 'and nothing is kept');
$node->append_conf('postgresql.conf', 'ai_cleanup.journal_size = 5');
$node->restart;

# What is torn or foreign is not taken for a journal.
$node->stop;
my $whole = slurp_file($file);
for (
	[ 'torn', substr($whole, 0, length($whole) - 3) ],
	[ 'longer', $whole . 'x' ],
	[ 'empty', '' ],
	[ 'foreign', 'x' x 4096 ],
	[ 'altered', substr($whole, 0, 40) . chr(ord(substr($whole, 40, 1)) ^ 1) . substr($whole, 41) ])
{
	my ($what, $content) = @$_;
	open my $out, '>:raw', $file or die "$file: $!";
	print $out $content;
	close $out;
	my $from = -s $node->logfile;
	$node->start;
	$admin = connect_to($node, 'postgres');
	is($admin->value('SELECT sessions_retired FROM ai_cleanup_stats'), 0, "a file that is $what: all begins anew");
	like(new_log($node, $from), qr/LOG:  ignoring file "pg_stat\/ai_cleanup\.stat": it is damaged/, 'and the log says so');
	$node->stop;
}

# After a crash there is none.
$node->start;
$admin = connect_to($node, 'postgres');
@kept = idle_clients($node, $admin, 1, 'work');
is(cleanup($admin, "database => 'work'")->{count}, 1, 'one ends');
$node->stop('immediate');
$node->start;
$admin = connect_to($node, 'postgres');
ok(is_alive($admin), 'after an immediate shutdown it starts');

# Counting anew is the superusers' business, until they grant it.
is(cleanup($admin, "database => 'work'")->{error}, undef, 'a call');
$admin->value('SELECT ai_cleanup_reset_stats()');
is($admin->value('SELECT sessions_retired + sessions_terminated FROM ai_cleanup_stats'), 0, 'reset, it counts from zero');
is($admin->value("SELECT since > now() - interval '1 h' FROM ai_cleanup_stats"), 't', 'since then');
my $app = connect_to($node, 'postgres', user => 'app');
is($app->query('SELECT ai_cleanup_reset_stats()')->{error}{C}, '42501', 'an ordinary role may not');
$admin->value('GRANT EXECUTE ON FUNCTION ai_cleanup_reset_stats() TO app');
ok(!$app->query('SELECT ai_cleanup_reset_stats()')->{error}, 'unless it is granted');

$node->stop('fast');
done_testing();
