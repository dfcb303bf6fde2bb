# postgres_fdw keeps a connection for each session that uses it, idle between queries. When that one
# is retired, the next query connects again by itself; in a transaction it stays.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
plan skip_all => 'postgres_fdw is not installed'
  unless $admin->value("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'");

my ($host, $port, $user) = ($node->host, $node->port, scalar getpwuid($<));
$admin->value($_) for 'CREATE DATABASE far', 'CREATE EXTENSION postgres_fdw',
  "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far')",
  "CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user '$user')",
  "CREATE FOREIGN TABLE t (i int) SERVER far OPTIONS (table_name 't')";
$node->safe_psql('far', 'CREATE TABLE t AS SELECT 42 AS i');

my $local = connect_to($node, 'postgres');
my $far = "SELECT pid FROM pg_stat_activity WHERE datname = 'far'";

is($local->value('SELECT i FROM t'), 42, 'a query');
my $first = $admin->value($far);
wait_until_idle($admin, $first);
is(cleanup($admin, "database => 'far'")->{count}, 1, 'its connection is idle, and goes');
is($local->value('SELECT i FROM t'), 42, 'the next query works all the same');
isnt($admin->value($far), $first, 'by another connection');

$local->query('BEGIN');
is($local->value('SELECT i FROM t'), 42, 'in a transaction');
wait_for('the far session is idle in its transaction', sub {
	$admin->value("SELECT count(*) FROM ai_connections WHERE database = 'far' AND state = 'idle in transaction'");
});
is(cleanup($admin, "database => 'far'")->{count}, 0, 'the connection is not idle, and stays');
is($local->value('UPDATE t SET i = 43 RETURNING i'), 43, 'for the next query');
is($local->query('COMMIT')->{tags}[0], 'COMMIT', 'and the end');
is($local->value('SELECT i FROM t'), 43, 'nothing is lost');

$node->stop('fast');
done_testing();
