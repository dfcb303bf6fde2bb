# A server of 100 slots retires many times as many sessions, whose clients all stay: the attendant
# holds them all in little memory, does nothing while no client sends, and answers each that does.
#
# AI_CLEANUP_HELD (2000) is how many.
use strict;
use warnings;

# One file for each client; a process may open more than it is given at first.
BEGIN
{
	my $files = ($ENV{AI_CLEANUP_HELD} || 2000) + 200;
	exec('sh', '-c', "ulimit -S -n $files && exec \"\$@\"", 'sh', $^X, (map { "-I$_" } @INC), $0)
	  unless $ENV{AI_CLEANUP_HAS_FILES}++;
}

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $count = $ENV{AI_CLEANUP_HELD} || 2000;
my $step = 80;
my $node = start_node('main', conf => <<CONF);
max_connections = 100
log_statement = none
log_min_messages = warning
ai_cleanup.tell_client = when_it_asks
CONF
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
my $attendant = attendant_pid($admin);
my $status = "/proc/$attendant/status";

sub status
{
	my ($name) = @_;
	my ($value) = slurp_file($status) =~ /^$name:\s+(\d+)/m;
	return $value;
}

my $memory = -r $status ? status('VmRSS') : 0;
my (@clients, $retiring);
while (@clients < $count)
{
	my @more = idle_clients($node, $admin, $step, 'work', tcp => @clients % (2 * $step) ? 1 : 0);
	my $begin = time;
	my $retired = cleanup($admin, "database => 'work'")->{count};
	$retiring += time - $begin;
	push @clients, @more;
	die "only $retired of $step were retired" if $retired != $step;
}
wait_until_held($admin, scalar @clients);
is((hand_overs($admin))[3], 0, scalar(@clients) . ' sessions are retired, none of them said it itself');
note sprintf('%.2f ms a session', 1000 * $retiring / @clients);
is(scalar(grep { $_->has_news } @clients), 0, 'no client has heard of it');

SKIP:
{
	skip 'there is no /proc here', 2 unless -r $status;
	my $grown = status('VmRSS') - $memory;
	note "$grown kB for " . scalar(@clients) . ' connections';
	cmp_ok($grown, '<', @clients * 2 + 2048, 'they take less than 2 kB each');
	my $switches = status('voluntary_ctxt_switches');
	$admin->value('SELECT 1') for 1 .. 1000;
	connect_to($node, 'work')->log_out for 1 .. 10;
	is(status('voluntary_ctxt_switches'), $switches, 'no client sends, and the attendant does not stir');
}

my $told = 0;
for my $client (@clients)
{
	my $error = $client->query('SELECT 1')->{error};
	$told++ if $error && $error->{C} eq '57P05' && !$client->was_reset;
	$client->hang_up;
}
is($told, scalar @clients, 'each is told when it asks');
wait_until_held($admin, 0);

$node->stop('fast');
done_testing();
