# pg_dump and pg_basebackup while clients leak connections and everything that ends sessions is at
# work, as strictly as can be: both succeed, and what they wrote can be restored.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $rows = 200_000;
my $node = start_node('main', init => { allows_streaming => 1 }, conf => <<CONF);
max_connections = 20
fsync = off
log_statement = none
CONF
$node->safe_psql('postgres', $_) for 'CREATE DATABASE work', 'CREATE DATABASE restored';
$node->safe_psql('work', $_) for <<TABLES, 'ANALYZE';
CREATE TABLE item (id int PRIMARY KEY, text text);
INSERT INTO item SELECT i, md5(i::text) FROM generate_series(1, $rows) AS i;
CREATE TABLE note (id int PRIMARY KEY, item int REFERENCES item);
INSERT INTO note SELECT i, i FROM generate_series(1, 1000) AS i;
TABLES
my $folder = $PostgreSQL::Test::Utils::tmp_check;
my $digest = 'SELECT md5(string_agg(item::text, \',\' ORDER BY id)) FROM item';
my $expected = $node->safe_psql('work', $digest);
my @at = ('--host', $node->host, '--port', $node->port);

sub start
{
	my ($name, @command) = @_;
	return IPC::Run::start([@command], '<', '/dev/null', '>', "$folder/$name.out", '2>', "$folder/$name.log");
}

sub retired
{
	return ask($node, 'postgres', 'SELECT sessions_retired FROM ai_cleanup_stats');
}

# While clients leak, until the condition holds.
sub leak_until
{
	my ($condition) = @_;
	my @leak;

	until ($condition->())
	{
		# Whether they get in is not what this is about.
		push @leak, PgClient->start($node, dbname => 'work');
		$leak[-1]->answer;
		shift(@leak)->hang_up if @leak > 40;
	}
	return;
}

# Its exit status and its complaints, once a program is done.
sub expect_success
{
	my ($name, $run) = @_;
	leak_until(sub { $run->reap_nb; !$run->pumpable });
	$run->finish;
	return is($run->result(0), 0, "$name succeeds") || diag slurp_file("$folder/$name.log");
}

# pg_dump works in one transaction from beginning to end; what it says before that can be between
# two commands, and so idle. So it is in its transaction when the storm begins, and waits there.
my $lock = connect_to($node, 'work');
$lock->query('BEGIN');
$lock->query('LOCK TABLE note');
my $dump = start('pg_dump', 'pg_dump', @at, '--format=custom', "--file=$folder/dump", 'work');
wait_for('pg_dump waits for the table', sub {
	ask($node, 'postgres', 'SELECT count(*) FROM pg_locks WHERE NOT granted') == 1;
});

$node->append_conf('postgresql.conf', <<CONF);
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = '1ms'
ai_cleanup.connection_budget = 1
ai_cleanup.headroom = 20
CONF
$node->reload;
append_to_file("$folder/cleaner.sql", "SELECT ai_cleanup(database => 'work');\n");
my $cleaner = start('cleaner', 'pgbench', '--no-vacuum', '--rate', 100, '--time', 86400,
	'--file', "$folder/cleaner.sql", @at, 'postgres');

leak_until(sub { retired() > 30 });
$lock->query('COMMIT');
expect_success('pg_dump', $dump);
my $before = retired();
expect_success('pg_basebackup', start('pg_basebackup', 'pg_basebackup', @at,
	'--pgdata', $node->backup_dir . '/stormy', '--checkpoint=fast', '--wal-method=stream', '--no-sync'));
cmp_ok(retired(), '>', $before, 'sessions were ended meanwhile');
ok($cleaner->pumpable, 'the cleaner has cleaned all the time') or diag slurp_file("$folder/cleaner.log");
$cleaner->kill_kill;

is(system_log('pg_restore', @at, '--dbname=restored', "$folder/dump"), 0, 'the dump can be restored');
is($node->safe_psql('restored', $digest), $expected, 'and has everything');
is($node->safe_psql('restored', 'SELECT count(*) FROM note JOIN item ON note.item = item.id'), 1000,
	'the table that was locked as well');
$node->stop('fast');

my $copy = PostgreSQL::Test::Cluster->new('copy');
$copy->init_from_backup($node, 'stormy');
$copy->append_conf('postgresql.conf', 'ai_cleanup.enabled = off');
$copy->start;
is($copy->safe_psql('work', $digest), $expected, 'the base backup has everything');
$copy->stop('fast');
done_testing();
