# Queries made at random from everything that is in a database, our functions and views among it:
# whatever they are called with, the server lives and raises no internal error of ours.
#
# AI_CLEANUP_RANDOM_QUERIES says how many, 400 by default; the same ones in each run of one version.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'sqlsmith, which makes the queries, is not there'
  unless IPC::Run::run([ 'sh', '-c', 'command -v sqlsmith' ], '>', \my $where, '2>', \my $why);

my $count = $ENV{AI_CLEANUP_RANDOM_QUERIES} || 400;
my $node = start_node('main', conf => "log_statement = all\n");
my $admin = connect_to($node, 'postgres');
my $postmaster = $node->data_dir . '/postmaster.pid';
my $started = slurp_file($postmaster);

# An ordinary role, which may not write files or stop the server, in a database with little but
# the extension; and an idle session, which it may end.
$admin->value($_) for (
	'CREATE ROLE smith LOGIN',
	"ALTER ROLE smith SET statement_timeout = '1s'",
	'CREATE DATABASE random OWNER smith');
connect_to($node, 'random')->value('CREATE EXTENSION ai_cleanup');
my ($idle) = idle_clients($node, $admin, 1, 'random', user => 'smith');

my $ours = qr/\bai_(?:cleanup|conn_count|connections|leaks)/;
my $output;
IPC::Run::run(
	[
		'sqlsmith', '--exclude-catalog', '--seed=1', "--max-queries=$count",
		'--target=host=' . $node->host . ' port=' . $node->port . ' dbname=random user=smith'
	],
	'>', \$output, '2>&1');
my $log = new_log($node);
my $mentions = () = $log =~ /$ours/g;
note "$mentions mentions of ours in the log";

cmp_ok($mentions, '>', $count / 4, 'the queries have to do with us');
unlike($log, qr/PANIC|was terminated by signal|TRAP:/, 'the server has not crashed');
is(slurp_file($postmaster), $started, 'nor restarted');
unlike($log, qr/ERROR:  (?:XX000: )?ai_cleanup: /, 'no exception has come through');
is($admin->value('SELECT ai_conn_count(NULL) > 0'), 't', 'all is well');

$node->stop('fast');
done_testing();
