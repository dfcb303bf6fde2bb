# Logins at the same instant, into a server full of idle sessions: as many as ai_cleanup.headroom
# keeps free get in at once, and ten times as many by trying again for two seconds. A second
# apart: with half a second between them it would look like a pool that refills itself, which is left
# alone.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $slots = 50;
my $headroom = 20;
my $rounds = 12;
my $superuser = getpwuid($<);
my $node = start_small_node('main', slots => $slots, conf => "ai_cleanup.headroom = $headroom\n");
my %how = (superuser => $superuser, settled_at => $slots - $headroom, fill => $slots - $headroom);

for my $user ('dev', $superuser)
{
	wait_until_empty($node);
	my $report =
	  logins($node, 'burst', %how, user => $user, clients => $headroom, rounds => $rounds,
		pause_ms => 1000);
	is($report->{logins}, $headroom * $rounds, "$user: all have tried");
	is($report->{in}, $headroom * $rounds, "$user: all are let in at the first try");
	is($report->{refused}, 0, "$user: none is refused");
	is($report->{cut}, 0, "$user: none is cut short");
	note(said($report));

	wait_until_empty($node);
	$report = logins($node, 'burst', %how, user => $user, clients => 200, retry_ms => 60_000);
	is($report->{in}, 200, "$user: 200 at once get in, if they try again");
	note(said($report));
}

# For contrast, without headroom: superusers, which use up the reserve, do not all get in at once.
reconfigure($node, 'ai_cleanup.enabled = off');
{
	wait_until_empty($node);
	my $report = logins($node, 'burst', %how, user => $superuser, settled_at => $slots,
		clients => $headroom, rounds => 2);
	is($report->{in}, $slots - ($slots - $headroom) - 1, 'for contrast: what is free, and no more');
	cmp_ok($report->{refused}, '>', 0, 'for contrast: the rest is refused');
	note(said($report));
}

$node->stop('fast');
done_testing();
