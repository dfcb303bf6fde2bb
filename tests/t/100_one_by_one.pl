# A thousand logins one after the other, none of them closing, into twenty slots: all get in.
# Without the automatic part the server is full after the first twenty.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main');
my %fit = (dev => 17, scalar(getpwuid($<)) => 20);

for my $user (sort keys %fit)
{
	wait_until_empty($node);
	my $report = logins($node, 'one-by-one', user => $user, count => 1000);
	is($report->{in}, 1000, "$user: all are let in");
	is($report->{refused}, 0, "$user: none is refused");
	is($report->{cut}, 0, "$user: none is cut short");
	note(said($report));
}

wait_until_empty($node);
my $admin = connect_to($node, 'postgres');
cmp_ok(stats($admin)->{sessions_retired}, '>=', 2 * (1000 - 20), 'the idle ones made way');
is(stats($admin)->{logins_refused}, 0, 'the server has counted no refusal');
$admin->log_out;

# Every client may run a query at once.
reconfigure($node);
for my $user (sort keys %fit)
{
	wait_until_empty($node);
	my $report = logins($node, 'one-by-one', user => $user, count => 200, query => 'yes');
	is($report->{in}, 200, "$user: all get an answer to their first query");
	note(said($report));
}

reconfigure($node, 'ai_cleanup.enabled = off');
for my $user (sort keys %fit)
{
	wait_until_empty($node);
	my $report = logins($node, 'one-by-one', user => $user, count => 1000);
	is($report->{in}, $fit{$user}, "$user, for contrast: $fit{$user} fit in");
	is($report->{refused}, 1000 - $fit{$user}, "$user, for contrast: all others are refused");
	note(said($report));
}

$node->stop('fast');
done_testing();
