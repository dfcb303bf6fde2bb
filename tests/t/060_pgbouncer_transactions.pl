# PgBouncer in front, in transaction mode: its idle connections to the server may go, and its
# clients do not notice. That holds where connections rest for longer than PgBouncer trusts one
# (server_check_delay) before they may go. Where they may go at any moment, PgBouncer can hand a
# client a connection that is just ending; then the client is told so before its transaction has
# begun, and none is ever cut short or lost.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use PgBouncer;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use Transfers;

plan skip_all => 'PgBouncer is not installed' unless PgBouncer::is_installed;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = 0
ai_cleanup.headroom = 0
ai_cleanup.ripe_for_headroom = '10ms'
max_connections = 60
fsync = off
log_statement = none
CONF
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value('CREATE ROLE app LOGIN');

# Calls of ai_cleanup(), a hundred per second.
sub start_cleaner
{
	my ($database, $idle_for) = @_;
	my $script = "$PostgreSQL::Test::Utils::tmp_check/cleaner.sql";

	unlink $script;
	append_to_file($script, "SELECT ai_cleanup(database => '$database', idle_for => '$idle_for');\n");
	return IPC::Run::start([
		'pgbench', '--no-vacuum', '--rate', 100, '--time', 86400, '--file', $script,
		'--host', $node->host, '--port', $node->port, 'postgres'
	], '<', '/dev/null', '>&', '/dev/null');
}

sub retired
{
	return $admin->value('SELECT sessions_retired FROM ai_cleanup_stats');
}

# Transactions, a few at a time, until so many of PgBouncer's connections have gone. Whenever
# few are left, many clients come at once, for which it opens new ones. The pause, in microseconds, is
# for connections that have to rest before they go: meanwhile there would be tens of thousands of
# transactions.
sub work_until_retired
{
	my ($transfers, $database, $count, $pause) = @_;
	my $end = retired() + $count;

	do
	{
		$transfers->random_round(16) for 1 .. 20;
		usleep($pause) if $pause;
		$transfers->round(16) if $admin->value("SELECT ai_conn_count('$database')") <= 10;
	} while retired() < $end;
	return;
}

sub expect_right_books
{
	my ($transfers, $name) = @_;

	note "$name: ", join ', ', map { "$_ " . $transfers->count($_) } qw(committed refused cut unsure);
	note "$name: $_" for $transfers->failures;
	is_deeply([ $transfers->discrepancies ], [], "$name: what was answered is what is there");
	is($transfers->count('cut') + $transfers->count('unsure'), 0, "$name: no transaction is cut short");
	cmp_ok($transfers->count('committed'), '>', 50, "$name: there was work");
	return;
}

# PgBouncer between the clients and a database of its own.
sub pooled
{
	my ($transport, $kind, %settings) = @_;
	my $database = "${transport}_$kind";

	$admin->value("CREATE DATABASE $database");
	my $bouncer = PgBouncer->start($node, $database,
		pool_mode => 'transaction', tcp => $transport eq 'tcp', %settings);
	return ($bouncer, $database, Transfers->new($node, $bouncer, $database, user => 'app'));
}

for my $transport (qw(unix tcp))
{
	# With server_check_delay = 0 PgBouncer tries each connection before it hands it out.
	{
		my ($bouncer, $database, $transfers) = pooled($transport, 'limit', server_check_delay => 0);
		my $name = "$transport, idle for 2 s";
		$admin->value("ALTER DATABASE $database SET ai_cleanup.idle_timeout = '2s'");
		my $cleaner = start_cleaner($database, '2s');
		work_until_retired($transfers, $database, 25, 100_000);
		$cleaner->kill_kill;
		expect_right_books($transfers, $name);
		is_deeply([ $transfers->failures ], [], "$name: no client has noticed anything");
		$bouncer->stop;
	}

	# As PgBouncer comes: a connection is not tried that was in use half a minute ago. After twice the
	# budget it would be left alone, for it opens anew what it has lost.
	{
		my ($bouncer, $database, $transfers) = pooled($transport, 'budget');
		$admin->value("ALTER DATABASE $database SET ai_cleanup.connection_budget = 8");
		work_until_retired($transfers, $database, 10);
		expect_right_books($transfers, "$transport, budget");
		$bouncer->stop;
	}
	{
		my ($bouncer, $database, $transfers) = pooled($transport, 'any');
		my $cleaner = start_cleaner($database, '0');
		work_until_retired($transfers, $database, 300);
		$cleaner->kill_kill;
		expect_right_books($transfers, "$transport, at any moment");
		$bouncer->stop;
	}
}

$node->stop('fast');
done_testing();
