# The program `loads`, by which loads are measured and judged, books what has happened: each end of
# a session under the moment at which it came.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $slots = 10;
my $node = start_small_node('main', slots => $slots, conf => "ai_cleanup.enabled = off\n");
my $admin = connect_to($node, 'postgres');

my $theirs = "FROM pg_stat_activity WHERE datname = 'work' AND backend_type = 'client backend'";
my @harm = qw(refused out_before_first out_between out_in_request);

# Until so many have had an answer, and wait for their client again.
sub have_asked
{
	my ($count) = @_;
	return wait_for("$count have asked", sub {
		$admin->value("SELECT count(*) $theirs AND state = 'idle' AND wait_event = 'ClientRead'"
			  . " AND query LIKE '%pg_sleep%'") == $count;
	});
}

# Ends all clients when as many as there are have come to a state.
sub end_them
{
	my ($count, $state) = @_;
	wait_for("$count are $state",
		sub { $admin->value("SELECT count(*) $theirs AND state = '$state'") == $count });
	$admin->value("SELECT count(pg_terminate_backend(pid)) $theirs");
	return;
}

# The harm in a report as words.
sub harm
{
	my ($report) = @_;
	return join ', ', map { $report->{$_} > 0 ? "$_ $report->{$_}" : () } @harm;
}

my %for_ever = (seconds => 86400, rounds => 1, clients => 3);
my $long = 3600 * 1000;
{
	my $report = loads($node, 'visits', %for_ever, rounds => 5, requests => 4);
	is($report->{visits}, 3 * 5, 'with room: all visits are whole');
	is($report->{requests}, 3 * 5 * 4, 'with room: all requests are answered');
	is(harm($report), '', 'with room: no harm');
}
{
	my $run = start_loads($node, 'visits', %for_ever, first_pause_ms => $long);
	end_them(3, 'idle');
	is(harm(finish_loads($run)), 'out_before_first 3', 'ended before the first request');
}
{
	my $run = start_loads($node, 'visits', %for_ever, pause_ms => $long);
	have_asked(3);
	end_them(3, 'idle');
	my $report = finish_loads($run);
	is(harm($report), 'out_between 3', 'ended between two requests');
	is($report->{requests}, 3, 'one each was answered');
	ok(exists $report->{out_idle_max_ms}, 'how long they had been idle is told');
}
{
	my $run = start_loads($node, 'visits', %for_ever, request_ms => $long);
	end_them(3, 'active');
	is(harm(finish_loads($run)), 'out_in_request 3', 'ended in a request');
}
{
	# No client leaves, so that one too many is refused once and is done.
	my $room = $slots - 3 - 1;    # the reserve, and the session that looks on
	my $from = -s $node->logfile;
	my $run =
	  start_loads($node, 'visits', %for_ever, clients => $room + 2, first_pause_ms => $long);
	wait_for('two are refused', sub {
		2 == (() = new_log($node, $from) =~ /FATAL:  (?:remaining connection slots|sorry, too many)/g);
	});
	end_them($room, 'idle');
	is(harm(finish_loads($run)), "refused 2, out_before_first $room", 'refused');
}
{
	my $report = loads($node, 'leak', count => 4, requests => 1, seconds => 1);
	is("$report->{left_at_rest} $report->{lost_at_rest}", '4 0', 'one that leaks and is left');
	my $run = start_loads($node, 'leak', count => 4, requests => 1, seconds => 6);
	have_asked(4);
	end_them(4, 'idle');
	$report = finish_loads($run);
	is($report->{left_at_rest} + $report->{lost_at_rest}, 4, 'each one that leaked is booked');
	cmp_ok($report->{lost_at_rest}, '>', 0, 'one that leaked and is gone');
	is(harm($report), '', 'a leaked session that ends is no harm');
}
{
	my $run = start_loads($node, 'pools', pools => 2, size => 2, clients => 1, pause_ms => $long,
		refill => 'yes', seconds => 6);
	have_asked(2);
	end_them(4, 'idle');
	my $report = finish_loads($run);
	cmp_ok($report->{lost_at_rest}, '>=', 3, 'a pool hears of what it loses');
	cmp_ok($report->{logins}, '>=', 4 + 3, 'and replaces it');
	is(harm($report), '', 'which is no harm to those that use it');
}

$node->stop('fast');
done_testing();
