# With a line, far more clients than sessions are all served, none refused and none thrown out; and a
# superuser gets in meanwhile. The same clients behind PgBouncer, which has as many connections as
# there are ordinary slots, meet a server with default settings that leaves those connections alone.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgBouncer;
use Test::More;

my $sessions = 47;
my $line = 300;
my $node = start_node('line', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.max_sessions = $sessions
ai_cleanup.admission_timeout = '1min'
authentication_timeout = '10min'
max_connections = @{[ $sessions + 3 + $line ]}
CONF
my $admin = connect_to($node, 'postgres');
$admin->value($_) for 'CREATE ROLE dev LOGIN', 'CREATE DATABASE work';

sub waiting { return $admin->value('SELECT logins_waiting FROM ai_cleanup_stats') }

# None of these pauses for as long as it takes to be ripe, unless the machine stands still.
my $ripe_ms = 900;

sub does_no_harm
{
	my ($report, $what) = @_;
	my $spared = $report->{out_between} == 0 || $report->{out_idle_min_ms} > $ripe_ms;
	is($report->{refused}, 0, "$what: nobody is refused");
	is($report->{out_before_first}, 0, "$what: nobody is thrown out before its first request");
	ok($spared, "$what: nobody between two requests");
	is($report->{out_in_request}, 0, "$what: nobody in a request");
	cmp_ok($report->{visits}, '>', 0, "$what: work is done");
	note(said($report));
	return;
}

my %visits = (clients => 200, requests => 10, pause_ms => 200);
my %crowd = (clients => 250, requests => 1, request_ms => 20);
{
	my $run = start_loads($node, 'visits', %visits, seconds => 8);
	wait_for('a line has formed', sub { waiting() > 50 });
	my $superuser = connect_to($node, 'work');
	ok(is_alive($superuser), 'a superuser gets in and can work');
	cmp_ok(waiting(), '>', 0, 'while others wait');
	$superuser->log_out;
	does_no_harm(finish_loads($run), 'visits in line');
	does_no_harm(loads($node, 'visits', %crowd, seconds => 3), 'a crowd in line');
	wait_for('all are gone', sub { waiting() == 0 });
	cmp_ok($admin->value('SELECT logins_served FROM ai_cleanup_stats'), '>', 0,
		'those that have waited are counted');
}
$node->stop('fast');

SKIP:
{
	skip 'PgBouncer is not installed', 1 unless PgBouncer::is_installed();
	my $server = start_node('behind', conf => <<CONF);
ai_cleanup.enabled = on
max_connections = @{[ $sessions + 3 ]}
CONF
	run_sql($server, 'CREATE ROLE app LOGIN', 'CREATE DATABASE work');
	my $bouncer = PgBouncer->start($server, 'pool', pool_mode => 'session',
		max_client_conn => 1000, default_pool_size => $sessions);
	does_no_harm(loads($bouncer, 'visits', %visits, seconds => 4, user => 'app'),
		'visits behind PgBouncer');
	is(ask($server, 'postgres', 'SELECT sessions_retired FROM ai_cleanup_stats'), 0,
		'behind PgBouncer: no session is ended at all');
	$bouncer->stop;
	$server->stop('fast');
}

done_testing();
