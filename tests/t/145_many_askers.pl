# Several who ask the same session at once join one another's requests. None of them waits for an
# answer that has been given, or that will never be: a session that declines each time is asked a
# hundred thousand times, by eight callers.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => "log_statement = none\nfsync = off\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

# It looks idle, but its client does not read the answer to its last request.
my $deaf = connect_to($node, 'work');
$deaf->send_bytes(PgClient::message('Q', "SELECT repeat('x', 3500)\0") x 3000);
wait_until_waiting_on($admin, 'idle', 'ClientWrite', $deaf);

append_to_file("$PostgreSQL::Test::Utils::tmp_check/call.sql", "SELECT ai_cleanup(database => 'work');\n");
$node->command_ok(
	[ 'pgbench', '--no-vacuum', '--client=8', '--jobs=2', '--transactions=12500', '--file',
		"$PostgreSQL::Test::Utils::tmp_check/call.sql", '--host', $node->host, '--port', $node->port, 'postgres' ],
	'eight callers call');
my ($declined, $retired) =
  @{ $admin->query('SELECT sessions_declined, sessions_retired FROM ai_cleanup_stats')->{rows}[0] };
cmp_ok($declined, '>', 1000, "it has declined $declined times");
is($retired, 0, 'and is there');

$node->stop('immediate');
my @warnings = grep { /still leaving/ } split /\n/, new_log($node);
is(scalar @warnings, 0, 'no call has waited in vain');
done_testing();
