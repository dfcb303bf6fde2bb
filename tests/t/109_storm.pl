# Ten times as many clients as slots: some leak their sessions, some work in transactions, some
# come and go. Afterwards every client's books are right, no session was cut short at work, no login was
# refused for which a session could have been ended, and nothing has grown.
#
# AI_CLEANUP_STORM_SECONDS says for how long, 60 by default.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $seconds = $ENV{AI_CLEANUP_STORM_SECONDS} || 60;
my %how = (clients => 200, superuser => scalar(getpwuid($<)));
my $node = start_small_node('main');
my $admin = connect_to($node, 'postgres');

# In kB; not everywhere is there a /proc.
sub resident
{
	my ($pid) = @_;
	open my $status, '<', "/proc/$pid/status" or return;
	my ($size) = map { /^VmRSS:\s+(\d+) kB/ ? $1 : () } <$status>;
	return $size;
}

sub shared_memory
{
	return $admin->value('SELECT string_agg(format(\'%s %s\', coalesce(name, \'free\'), allocated_size),'
		  . ' E\'\n\' ORDER BY name) FROM pg_shmem_allocations');
}

sub expect_right_books
{
	my ($report, $what) = @_;
	is($report->{missing}, 0, "$what: no transaction is lost that was answered");
	is($report->{unanswered}, 0, "$what: none is there that was not answered");
	is($report->{wrong}, 0, "$what: none with another amount");
	is($report->{balanced}, 1, "$what: the ledger says what the accounts say");
	is($report->{cut}, 0, "$what: none was ended between BEGIN and COMMIT");
	is($report->{odd}, 0, "$what: nothing odd was answered");
	is($report->{watcher_ended}, 0, "$what: a database that is no target is left alone");
	return;
}

# Warm.
logins($node, 'crowd', %how, seconds => 10);
my $worker = worker_pid($admin);
my ($resident, $shared, $before) = (resident($worker), shared_memory(), stats($admin));

my $report = logins($node, 'crowd', %how, seconds => $seconds, seed => 2);
expect_right_books($report, 'storm');
cmp_ok($report->{committed}, '>', 10 * $seconds, 'storm: there was work');
cmp_ok($report->{retired_told}, '>', $seconds, 'storm: many sessions made way');
is($report->{retired_untold}, 0, 'storm: all of which were told so');
is($report->{refused_with_somebody_idle}, 0,
	'storm: no login was refused while a session was idle for a second');
cmp_ok($report->{watcher_looks}, '>', 10 * $seconds, 'storm: it was looked at');
my $after = stats($admin);
note("$_: ", $report->{$_}) for sort grep { !ref $report->{$_} } keys %$report;
note($_) for @{ $report->{said} }, @{ $report->{noted} };
note("server: $_: ", $after->{$_} - $before->{$_}) for sort keys %$after;

is(worker_pid($admin), $worker, 'storm: the worker is the same');
is(shared_memory(), $shared, 'storm: no shared memory was allocated');
SKIP:
{
	skip 'there is no /proc', 1 unless $resident;
	my $now = resident($worker);
	cmp_ok($now - $resident, '<', 512, "storm: the worker has not grown ($resident kB, $now kB)");
}
$admin->log_out;

# For contrast: without the automatic part, leaked sessions keep every login out for good.
reconfigure($node, 'ai_cleanup.enabled = off');
my $without = logins($node, 'crowd', %how, seconds => 10);
expect_right_books($without, 'for contrast');
cmp_ok($without->{refused_with_somebody_idle}, '>', 0,
	'for contrast: many are refused while sessions are idle');
is($without->{retired_told}, 0, 'for contrast: no session made way');
note(said($without));

$node->stop('fast');
done_testing();
