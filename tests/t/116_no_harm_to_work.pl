# Work is no leak: with default settings no session is thrown out that merely pauses between two
# requests, and none before its first one, however many want in. What is judged is what the
# clients have seen of it; a session that has been idle for longer than any of them pauses may go.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

# As shipped, but that a client of `postgres` can look on.
my $slots = 50;
my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
max_connections = $slots
CONF
run_sql($node, 'CREATE ROLE dev LOGIN', 'CREATE DATABASE work');

# On a machine that stands still a pause is longer than it was meant to be.
my $longest_pause_ms = 900;

sub does_no_harm
{
	my ($report, $what) = @_;
	my $spared = $report->{out_between} == 0 || $report->{out_idle_min_ms} > $longest_pause_ms;
	is($report->{out_before_first}, 0, "$what: nobody is thrown out before its first request");
	ok($spared, "$what: nobody between two requests");
	is($report->{out_in_request}, 0, "$what: nobody in a request");
	is($report->{errors}, 0, "$what: no request fails");
	cmp_ok($report->{requests}, '>', 0, "$what: work is done");
	note(said($report));
	return;
}

# More clients than slots, which pause.
for (
	[ 'pauses of 200 ms', clients => 60, requests => 10, pause_ms => 200 ],
	[ 'pauses of 20 ms', clients => 200, requests => 5, pause_ms => 20 ],
	[ 'pauses of 0.7 s', clients => 60, requests => 3, pause_ms => 700 ],
	[ 'a pause before the first request', clients => 60, requests => 2, first_pause_ms => 500 ],
	[ 'a crowd', clients => 300, requests => 1, request_ms => 20 ])
{
	my ($what, %load) = @$_;
	does_no_harm(loads($node, 'visits', seconds => 4, %load), $what);
}

# All have room, and all that is missing is headroom.
{
	my $report = loads($node, 'visits', seconds => 5, clients => 45, requests => 100, pause_ms => 700);
	does_no_harm($report, '45 sessions that fit');
	is($report->{refused}, 0, '45 sessions that fit: no login is refused');
	is($report->{logins}, 45, '45 sessions that fit: none has to log in again');
}

# What leaks goes, and nothing else.
{
	my $leak = start_loads($node, 'leak', count => 30, requests => 1, seconds => 12);
	my $admin = connect_to($node, 'postgres');
	wait_for('they have been idle for long', sub {
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE datname = 'work'"
			  . " AND state = 'idle' AND state_change < now() - interval '2 s'") == 30;
	});
	$admin->log_out;
	does_no_harm(loads($node, 'visits', seconds => 4, clients => 60, requests => 10, pause_ms => 200),
		'beside a leak');
	my $leaked = finish_loads($leak);
	is($leaked->{lost_at_rest}, 30, 'beside a leak: those that leaked make way');
	is($leaked->{refused}, 0, 'beside a leak: they were let in themselves');
}

$node->stop('fast');
done_testing();
