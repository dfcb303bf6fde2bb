# A session that looks idle may hide what others rely on, or what cannot be given back: LISTEN, a
# session-level lock, a temporary table, a base backup and more. It is protected from a call and
# from everything automatic, exactly as long as it does.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main', conf => <<'CONF');
ai_cleanup.headroom = 0
wal_level = replica
max_wal_senders = 2
CONF
my $admin = connect_to($node, 'postgres');
my $work = connect_to($node, 'work');
$work->query(<<'SQL');
CREATE FUNCTION listen_in_function() RETURNS void LANGUAGE plpgsql AS 'BEGIN LISTEN f; END'
SQL
$work->query(<<'SQL');
CREATE FUNCTION listen_in_vain() RETURNS void LANGUAGE plpgsql AS
	'BEGIN LISTEN v; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END'
SQL
$work->query($_) for (
	'CREATE FUNCTION briefly() RETURNS void LANGUAGE plpgsql AS'
	  . " 'BEGIN CREATE TEMPORARY TABLE b (i serial) ON COMMIT DROP; INSERT INTO b DEFAULT VALUES; END'",
	'CREATE MATERIALIZED VIEW known AS SELECT 1 AS i',
	'CREATE UNIQUE INDEX ON known (i)',
	"SELECT pg_replication_origin_create('elsewhere')",
	"SELECT pg_create_physical_replication_slot('kept')");
$work->log_out;

# A statement by the extended protocol, as a driver prepares it.
sub prepared
{
	my ($client, $sql) = @_;
	$client->send_message('P', "\0$sql\0" . pack('n', 0));
	$client->send_message('B', "\0\0" . pack('nnn', 0, 0, 0));
	$client->send_message('E', "\0" . pack('N', 0));
	$client->send_message('S', '');
	my $answer = $client->answer;
	die $answer->{error}{M} if $answer->{error};
	return;
}

sub client_that
{
	my (@commands) = @_;
	my $client = connect_to($node, 'work');
	for (@commands)
	{
		if (ref) { prepared($client, $$_) }
		else { $client->query($_) }
	}
	wait_until_idle($admin, $client);
	return $client;
}

sub verdict
{
	my ($client) = @_;
	return $admin->value(
		"SELECT verdict || ', ' || reason FROM ai_cleanup_plan(database => 'work') WHERE pid = "
		  . $client->pid);
}

my %stays = (
	backup => 'leave, protected: it runs a base backup',
	cursor => 'leave, protected: it has a cursor WITH HOLD',
	listen => 'leave, protected: it listens for notifications',
	lock => 'leave, protected: it holds a session-level lock',
	replication => 'leave, protected: it has a temporary replication slot or a replication origin',
	temp_table => 'leave, protected: it has temporary tables');
my $goes = 'retire, ai_cleanup() was called';
my $table = 'CREATE TEMPORARY TABLE t (i int)';
my $brief = 'CREATE TEMPORARY TABLE u (i serial) ON COMMIT DROP';
my $cursor = 'DECLARE c CURSOR WITH HOLD FOR SELECT 1';
my $slot = "SELECT pg_create_physical_replication_slot('brief', false, true)";
my $backup = "SELECT pg_backup_start('a', true)";
my $origin = "SELECT pg_replication_origin_session_setup('elsewhere')";

# What was done in the session, and what it is afterwards.
my @cases = (
	[ listen => 'LISTEN a' ],
	[ listen => 'BEGIN', 'LISTEN a', 'COMMIT' ],
	[ listen => 'BEGIN', 'SAVEPOINT s', 'LISTEN a', 'RELEASE s', 'COMMIT' ],
	[ listen => 'LISTEN a', 'LISTEN b', 'UNLISTEN b' ],
	[ listen => 'LISTEN a', 'BEGIN', 'UNLISTEN *', 'ROLLBACK' ],
	[ listen => 'SELECT listen_in_function()' ],
	[ listen => \'LISTEN a' ],
	[ undef, 'BEGIN', 'LISTEN a', 'ROLLBACK' ],
	[ undef, 'BEGIN', 'SAVEPOINT s', 'LISTEN a', 'ROLLBACK TO s', 'COMMIT' ],
	[ undef, 'BEGIN', 'LISTEN a', 'SELECT 1/0', 'COMMIT' ],
	[ undef, 'SELECT listen_in_vain()' ],
	[ undef, 'LISTEN a', 'UNLISTEN a' ],
	[ undef, 'LISTEN a', 'LISTEN b', 'UNLISTEN *' ],
	[ undef, 'LISTEN a', 'DISCARD ALL' ],
	[ undef, \'LISTEN a', \'UNLISTEN a' ],
	[ lock => 'SELECT pg_advisory_lock(72707369)' ],
	[ lock => 'BEGIN', 'SELECT pg_advisory_lock(1)', 'ROLLBACK' ],
	[ lock => 'SELECT pg_advisory_lock_shared(1)' ],
	[ lock => 'SELECT pg_advisory_lock(1), pg_advisory_lock(1)', 'SELECT pg_advisory_unlock(1)' ],
	[ undef, 'BEGIN', 'SELECT pg_advisory_xact_lock(1)', 'LOCK pg_class IN SHARE MODE', 'COMMIT' ],
	[ undef, 'SELECT pg_advisory_lock(1)', 'SELECT pg_advisory_unlock(1)' ],
	[ undef, 'SELECT pg_advisory_lock(1)', 'SELECT pg_advisory_unlock_all()' ],
	[ undef, 'SELECT pg_advisory_lock(1)', 'DISCARD ALL' ],
	[ temp_table => $table ],
	[ temp_table => 'BEGIN', $table, 'COMMIT' ],
	[ temp_table => \$table ],
	[ temp_table => 'SELECT 1 AS i INTO TEMPORARY t' ],
	[ temp_table => "EXPLAIN ANALYZE $table AS SELECT 1" =~ s/ \(i int\)//r ],
	[ temp_table => "DO 'BEGIN $table; END'" ],
	[ temp_table => 'CREATE TEMPORARY VIEW v AS SELECT 1' ],
	[ temp_table => 'CREATE TEMPORARY SEQUENCE s' ],
	[ temp_table => "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'" ],
	[ temp_table => $table, 'BEGIN', 'DROP TABLE t', 'ROLLBACK' ],
	[ temp_table => $table, 'BEGIN', 'SAVEPOINT s', 'DROP TABLE t', 'ROLLBACK TO s', 'COMMIT' ],
	[ temp_table => $table, $brief ],
	[ temp_table => 'BEGIN', $brief, $table, 'COMMIT' ],
	[ temp_table => 'BEGIN', $table, $brief, 'COMMIT' ],
	[ undef, $brief ],
	[ undef, 'BEGIN', $brief, $brief =~ s/ u / w /r, 'CREATE INDEX ON u (i)', 'CREATE TEMPORARY VIEW v AS TABLE u', 'COMMIT' ],
	[ undef, 'SELECT briefly()' ],
	[ undef, 'REFRESH MATERIALIZED VIEW CONCURRENTLY known' ],
	[ undef, 'BEGIN', $table, 'ROLLBACK' ],
	[ undef, $table, 'DROP TABLE t' ],
	[ undef, \$table, \'DROP TABLE t' ],
	[ undef, $table, 'BEGIN', 'DROP TABLE t', 'COMMIT' ],
	[ undef, $table, 'DISCARD TEMPORARY' ],
	[ undef, $table, 'DISCARD ALL' ],
	[ undef, "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", 'DROP FUNCTION pg_temp.f()' ],
	[ cursor => $cursor ],
	[ cursor => 'BEGIN', $cursor, 'COMMIT' ],
	[ cursor => $cursor, 'BEGIN', 'CLOSE c', 'SELECT 1/0', 'ROLLBACK', $cursor =~ s/ c / d /r ],
	[ cursor => $cursor, $cursor =~ s/ c / d /r, 'CLOSE d' ],
	[ cursor => $cursor, $cursor =~ s/ c / d /r, 'CLOSE c' ],
	[ cursor => "DO 'BEGIN EXECUTE ''$cursor''; END'" ],
	[ undef, 'BEGIN', $cursor, 'ROLLBACK' ],
	[ undef, 'BEGIN', 'DECLARE c CURSOR FOR SELECT 1', 'COMMIT' ],
	[ undef, $cursor, 'CLOSE c' ],
	[ undef, $cursor, 'CLOSE ALL' ],
	[ undef, $cursor, 'DISCARD ALL' ],
	[ replication => $slot ],
	[ undef, $slot, "SELECT pg_drop_replication_slot('brief')" ],
	[ undef, "SELECT pg_replication_slot_advance('kept', pg_current_wal_lsn())" ],
	[ replication => $origin ],
	[ undef, $origin, 'SELECT pg_replication_origin_session_reset()' ],
	[ backup => $backup ],
	[ undef, $backup, 'SELECT pg_backup_stop(false)' ],
	[ undef, 'SET idle_in_transaction_session_timeout = 0' ],    # speaks of open transactions only
	[ undef, 'SELECT 1' ]);

for my $case (@cases)
{
	my ($kind, @commands) = @$case;
	my $client = client_that(@commands);
	my $did = join('; ', map { ref ? "prepared $$_" : $_ } @commands);
	my $expected = $kind ? $stays{$kind} : $goes;

	is(verdict($client), $expected, $did);
	my $answer = cleanup($admin, "database => 'work'");
	is($answer->{count}, $kind ? 0 : 1, 'and so it is done');
	if ($kind)
	{
		is($answer->{notices}[0]{M}, '1 session left alone: it is protected', 'the caller is told');
		like($answer->{notices}[0]{H}, qr/force => true/, 'and what to do about it');
		is($admin->value("SELECT protected_by::text FROM ai_connections WHERE pid = " . $client->pid),
			"{$kind}", 'the view says by what');
		ok(is_alive($client), 'it is still there');
		wait_until_idle($admin, $client);
		is(cleanup($admin, "database => 'work', force => true")->{count}, 1, 'force ends it');
	}
	wait_until_gone($admin, $client);
}

# The setting says what protects; the session itself learns of it from the request.
{
	my @all = (client_that('LISTEN a'), client_that('SELECT pg_advisory_lock(1)'), client_that($table));
	$admin->value("ALTER SYSTEM SET ai_cleanup.protect = 'lock'");
	reload($node, $admin);
	is(cleanup($admin, "database => 'work'")->{count}, 2, 'with protect = lock, two go');
	ok(is_alive($all[1]), 'and the one with the lock stays');
	wait_until_idle($admin, $all[1]);
	$admin->value("ALTER SYSTEM SET ai_cleanup.protect = ''");
	reload($node, $admin);
	is(cleanup($admin, "database => 'work'")->{count}, 1, 'with nothing, it goes as well');
	$admin->value('ALTER SYSTEM RESET ai_cleanup.protect');
	reload($node, $admin);
}

# The limit, the budget, the headroom and a login pass over the protected; others go instead.
{
	my $before = stats($admin);
	my @protected = map { client_that('LISTEN a') } 1 .. 3;
	my @idle = map { client_that('SELECT 1') } 1 .. 3;
	$admin->value("ALTER SYSTEM SET ai_cleanup.headroom = 16");
	$admin->value('SELECT pg_reload_conf()');
	wait_until_gone($admin, @idle);
	is(retired_since($admin, $before), 3, 'headroom takes those that are not protected');
	$admin->value("ALTER SYSTEM SET ai_cleanup.headroom = 0");
	$admin->value("ALTER SYSTEM SET ai_cleanup.connection_budget = 2");
	reload($node, $admin);
	my $other = connect_to($node, 'work');
	wait_until_gone($admin, $other);
	$admin->value("ALTER SYSTEM SET ai_cleanup.connection_budget = 0");
	$admin->value("ALTER SYSTEM SET ai_cleanup.idle_timeout = '1ms'");
	reload($node, $admin);
	$other = connect_to($node, 'work');
	is($other->last_words->{C}, '57P05', 'the limit ends an idle session');
	$admin->value("ALTER SYSTEM SET ai_cleanup.idle_timeout = 0");
	reload($node, $admin);
	my @ordinary = map { connect_to($node, 'work', user => 'dev') } 1 .. 30;
	ok(is_alive($ordinary[-1]), 'logins without end get in');
	ok(is_alive($_), 'and the protected are there after all this') for @protected;
}

$node->stop('fast');
done_testing();
