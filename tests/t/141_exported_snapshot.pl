# A session that has exported a snapshot is relied on by those that use it: the two limits on open
# transactions leave it alone, and one that has switched PostgreSQL's own limit off for itself. The
# leader of a parallel pg_dump is both. If it were ended, the tables that it locked could change
# under its workers, and the dump would silently lack them.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => <<'CONF');
fsync = off
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = 0
ai_cleanup.headroom = 0
ai_cleanup.exempt_applications = ''
CONF
my $admin = connect_to($node, 'postgres');
$admin->value("CREATE DATABASE $_") for qw(work restored);
my $work = connect_to($node, 'work');
$work->query($_) for (
	'CREATE TABLE note AS SELECT i FROM generate_series(1, 1000) AS i',
	map { "CREATE TABLE item$_ AS SELECT i, md5(i::text) FROM generate_series(1, 400000) AS i" } 1, 2);
$work->query('ANALYZE');    # pg_dump begins with the largest

sub set
{
	$admin->value("ALTER SYSTEM SET $_") for @_;
	return reload($node, $admin);
}

sub protected_by
{
	my ($client) = @_;
	return $admin->value('SELECT protected_by::text FROM ai_connections WHERE pid = '
		  . (ref $client ? $client->pid : $client));
}

sub open_transaction
{
	my (@commands) = @_;
	my $client = connect_to($node, 'work');
	$client->query($_) for @commands;
	return $client;
}

sub wait_until_blocked
{
	my ($client) = @_;
	return wait_for('it waits for a lock', sub {
		$admin->value('SELECT cardinality(pg_blocking_pids(' . $client->pid . '))') > 0;
	});
}

# What protects, and what does not any more.
my $off = 'SET idle_in_transaction_session_timeout = 0';
my @cases = (
	[ '{snapshot}', 'BEGIN', 'SELECT pg_export_snapshot()' ],
	[ '{snapshot}', 'BEGIN', 'SELECT pg_export_snapshot()', 'SELECT pg_export_snapshot()' ],
	[ '{timeout_off}', $off, 'BEGIN' ],
	[ '{timeout_off}', 'BEGIN', $off ],
	[ '{timeout_off}', 'BEGIN', $off =~ s/SET/SET LOCAL/r ],
	[ '{timeout_off}', "SELECT set_config('idle_in_transaction_session_timeout', '0', false)", 'BEGIN' ],
	[ '{}', 'BEGIN', 'SELECT pg_export_snapshot()', 'COMMIT', 'BEGIN' ],
	[ '{}', 'BEGIN', $off =~ s/SET/SET LOCAL/r, 'COMMIT', 'BEGIN' ],
	[ '{}', 'BEGIN', $off, 'ROLLBACK', 'BEGIN' ],
	[ '{}', $off, 'RESET idle_in_transaction_session_timeout', 'BEGIN' ],
	[ '{}', $off, $off =~ s/0$/3600000/r, 'BEGIN' ],
	[ '{}', $off, 'DISCARD ALL', 'BEGIN' ],
	[ '{}', 'BEGIN' ]);
my @clients = map { my ($by, @did) = @$_; open_transaction(@did) } @cases;
my $by_option = connect_to($node, 'work', options => '-c idle_in_transaction_session_timeout=0');
$by_option->query('BEGIN');
push @cases, [ '{timeout_off}', 'connection option' ];
push @clients, $by_option;
for my $i (0 .. $#cases)
{
	my ($by, @did) = @{ $cases[$i] };
	is(protected_by($clients[$i]), $by, join('; ', @did));
}
set("ai_cleanup.idle_in_transaction_timeout = '100ms'");
for my $i (0 .. $#cases)
{
	my ($by, @did) = @{ $cases[$i] };
	if ($by eq '{}') { is($clients[$i]->last_words->{C}, '25P03', 'it ends: ' . join('; ', @did)) }
	else { ok(is_alive($clients[$i]), 'it stays: ' . join('; ', @did)) }
}
$_->hang_up for @clients;

# The setting may say otherwise.
my $exporter = open_transaction('BEGIN', 'SELECT pg_export_snapshot()');
set("ai_cleanup.protect = 'listen, lock'");
is($exporter->last_words->{C}, '25P03', 'with protect = listen, lock it ends');
$admin->value('ALTER SYSTEM RESET ai_cleanup.protect');
set('ai_cleanup.idle_in_transaction_timeout = 0', "ai_cleanup.idle_blocker_timeout = '100ms'");

# pg_dump, stopped while its workers are busy with the large tables; meanwhile another session wants to
# truncate the small one, which only the leader has locked.
my $dump = $PostgreSQL::Test::Utils::tmp_check . '/dump';
my $log = '';
delete local $ENV{PGAPPNAME};    # with its own name, as people run it
my $run = IPC::Run::start([ 'pg_dump', '--host', $node->host, '--port', $node->port,
	'--format=directory', '--jobs=2', '--compress=9', "--file=$dump", 'work' ],
	'<', '/dev/null', '>', \my $out, '2>', \$log);
my ($leader) = $run->{KIDS}[0]{PID};
my @processes;
wait_for('pg_dump dumps the large tables', sub {
	@processes = ($leader, split ' ', `pgrep -P $leader`);
	return $admin->value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%item%'") == 2;
});
kill 'STOP', @processes;
my $session = $admin->value("SELECT pid FROM pg_stat_activity WHERE datname = 'work'"
	  . " AND application_name = 'pg_dump' ORDER BY backend_start LIMIT 1");
is(protected_by($session), '{snapshot,timeout_off}', "pg_dump's leader is protected twice");
$work->send_query('TRUNCATE note');
wait_until_blocked($work);
my $blocker = open_transaction('BEGIN', 'SELECT pg_advisory_xact_lock(1)');
my $blocked = connect_to($node, 'work');
$blocked->send_query('SELECT pg_advisory_xact_lock(1)');
is($blocker->last_words->{C}, '25P03', 'another that is in the way has been ended');
wait_until_blocked($work);
kill 'INT', $work->pid;
is($work->answer->{error}{C}, '57014', 'the leader has not, the other has waited for it');
kill 'CONT', @processes;
$run->finish;
is($run->result(0), 0, 'pg_dump succeeds') or diag $log;
is(system_log('pg_restore', '--host', $node->host, '--port', $node->port, '--dbname=restored', $dump), 0,
	'the dump can be restored');
is($node->safe_psql('restored', 'SELECT count(*) FROM note'), 1000, 'and lacks nothing');

$node->stop('fast');
done_testing();
