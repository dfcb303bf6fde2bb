# Ending idle sessions never ends work: clients work as hard as they can while ai_cleanup() is
# called a hundred times a second, and account for every unit of work. The same clients against
# the usual way, reading pg_stat_activity and terminating what is idle, show that they would
# notice.
#
# Over TLS, too: a request that has begun to arrive looks no different, but what a session writes on
# its way out has to fit into the order of the records.
#
# AI_CLEANUP_STORM is the client's program; AI_CLEANUP_STORM_RETIREMENTS (5000) is how many
# sessions each run ends.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use Test::More;

my $storm = $ENV{AI_CLEANUP_STORM};
plan skip_all => 'AI_CLEANUP_STORM is not set: it names the program that makes the load'
  unless $storm;

my $retirements = $ENV{AI_CLEANUP_STORM_RETIREMENTS} || 5000;
my $node = start_node('main', conf => <<CONF);
max_connections = 100
fsync = off
log_statement = none
log_min_messages = log
ai_cleanup.tell_client = when_it_asks
CONF
my $user = getpwuid($<);

# A server without a place for background workers, and so without an attendant.
my $alone = start_node('alone', conf => <<CONF);
max_connections = 100
max_worker_processes = 0
fsync = off
log_statement = none
CONF

# A database of its own for each run, so that no run finds another's tables or sessions.
sub storm
{
	my ($node, $kind, $how, $cleaner, $count, @more) = @_;
	my $database = join('_', $kind, $how, $cleaner);
	my ($report, $complaints) = ('', '');

	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION ai_cleanup');
	IPC::Run::run([
		$storm, '--host', $how eq 'unix' ? $node->host : '127.0.0.1', '--port', $node->port,
		'--tls', $how eq 'tls' ? 'yes' : 'no',
		'--dbname', $database, '--user', $user, '--kind', $kind, '--cleaner', $cleaner,
		'--retirements', $count, '--max-seconds', 600, @more
	], '>', \$report, '2>', \$complaints);
	my $exit = $? >> 8;
	note "$kind, $how, $cleaner, exit $exit\n$report$complaints";
	return ($exit, $report);
}

my $speaks_tls = can_speak_tls($node);
for my $how ('unix', 'tcp', $speaks_tls ? 'tls' : ())
{
	for my $kind (qw(statement transaction copy extended slow))
	{
		my ($exit, $report) = storm($node, $kind, $how, 'ai_cleanup', $retirements);
		my $name = "$kind, $how";
		is($exit, 0, "$name: $retirements sessions ended, no work") or diag $report;
	}
}

# Without an attendant sends may fail, since clients are told at once; work is as safe. Over TCP a
# session ends only when its client's system has confirmed what it was sent, which takes its time. With
# too few of them no client would have done anything before it is over.
my $fewer = $retirements < 1000 ? 100 : int($retirements / 10);
for my $how ('unix', 'tcp')
{
	for my $kind (qw(statement transaction copy extended slow))
	{
		my ($exit, $report) = storm($alone, $kind, $how, 'ai_cleanup', $fewer, '--attendant', 'no',
			$how eq 'tcp' ? ('--pause-max-ms', 60, '--clients', 20) : ());
		my $name = "no attendant, $kind, $how";
		is($exit, 0, "$name: $fewer sessions ended, no work") or diag $report;
	}
}

# The control needs no more than it takes to be caught.
my $few = $retirements < 1000 ? $retirements : 1000;
for my $kind (qw(statement transaction))
{
	my ($exit, $report) = storm($node, $kind, 'unix', 'sql', $few);
	is($exit, 1, "$kind, ended by what pg_stat_activity said: the promise is broken") or diag $report;
}

for my $server ($node, $alone)
{
	$server->stop('fast');
	unlike(new_log($server), qr/PANIC|was terminated by signal/, $server->name . ': the server has lived through it');
}
done_testing();
