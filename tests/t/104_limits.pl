# ALTER DATABASE and ALTER ROLE ... CONNECTION LIMIT: a newcomer above the limit gets in as well,
# and the longest idle session of that very database or role makes way, one for each newcomer.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main', slots => 60,
	conf => "ai_cleanup.headroom = 0\nai_cleanup.databases = 'work, other'\n");
my $admin = connect_to($node, 'postgres');
$admin->value($_) for 'CREATE DATABASE other', 'CREATE ROLE few LOGIN';

# Idle clients, the first for longest.
sub idle_in_order
{
	my @clients = map { my $c = connect_to($node, $_->[0], user => $_->[1]); $c->value('SELECT 1'); $c } @_;
	wait_until_idle($admin, @clients);
	return @clients;
}

sub still_there
{
	return $admin->value('SELECT count(*) FROM pg_stat_activity WHERE pid IN (' . pids(@_) . ')');
}

sub hang_up_all
{
	$_->hang_up for @_;
	wait_until_gone($admin, @_);
	return;
}

# What is limited, where newcomers go, what else is there and idle for longer.
my @limits = (
	[ 'of a database', 'DATABASE work', [ 'work', 'dev' ], [ [ 'other', 'dev' ], [ 'other', 'few' ] ] ],
	[ 'of a role', 'ROLE few', [ 'work', 'few' ], [ [ 'work', 'dev' ], [ 'other', 'dev' ] ] ]);

for (@limits)
{
	my ($what, $object, $newcomer, $others) = @$_;
	my @others = idle_in_order(map { ($_) x 3 } @$others);
	my @idle = idle_in_order(($newcomer) x 5);
	# A role's sessions are counted in all databases.
	if ($object =~ /ROLE/)
	{
		hang_up_all(splice @idle, 0, 2);
		push @idle, idle_in_order([ 'other', 'few' ], [ 'other', 'few' ]);
	}
	$admin->value("ALTER $object CONNECTION LIMIT 5");

	my $before = stats($admin);
	for my $turn (1 .. 4)
	{
		my $longest = shift @idle;
		my ($new) = idle_in_order($newcomer);
		push @idle, $new;
		is(retired_since($admin, $before), $turn, "limit $what: for the next newcomer one more had to go");
		is(still_there($longest), 0, "limit $what: the longest idle one");
		is(still_there(@idle), 5, "limit $what: none of the others");
		is($longest->last_words->{C}, '57P05', "limit $what: which was told so");
	}
	is(still_there(@others), @others, "limit $what: no session of another");

	# At the same instant: as many make way as come, and not one more.
	$before = stats($admin);
	my $rounds = 30;
	my $report = logins($node, 'burst', dbname => $newcomer->[0], user => $newcomer->[1],
		superuser => scalar(getpwuid($<)), settled_at => 60, clients => 3, rounds => $rounds,
		pause_ms => 50);
	is($report->{in}, 3 * $rounds, "limit $what: three at the same instant get in, each time");
	is(retired_since($admin, $before), 3 * $rounds, "limit $what: one has gone for each of them");
	is(still_there(@others), @others, "limit $what: no session of another");
	note(said($report));
	$_->hang_up for @idle;

	# With all of them busy it is PostgreSQL's limit again.
	wait_for('they are gone', sub { $admin->value('SELECT ai_conn_count(NULL)') == 1 + @others });
	my @busy = map { connect_to($node, $newcomer->[0], user => $newcomer->[1]) } 1 .. 5;
	$_->send_query('SELECT pg_sleep(3600)') for @busy;
	wait_until_waiting_on($admin, 'active', 'PgSleep', @busy);
	my $answer = PgClient->start($node, dbname => $newcomer->[0], user => $newcomer->[1])->answer;
	my ($kind, $name) = $object =~ /(\w+) (\w+)/;
	is($answer->{error}{M}, 'too many connections for ' . lc($kind) . " \"$name\"",
		"limit $what: with all busy, PostgreSQL's own answer");
	is(still_there(@busy), 5, "limit $what: and none of them was ended");
	kill 'INT', $busy[0]->pid;
	my $new = connect_to($node, $newcomer->[0], user => $newcomer->[1]);
	is($new->value('SELECT 1'), 1, "limit $what: with one of them idle, the next gets in");
	kill 'INT', $_->pid for @busy;
	hang_up_all(@busy, @others, $new);
	$admin->value("ALTER $object CONNECTION LIMIT -1");
}

# For contrast.
$admin->value('ALTER SYSTEM SET ai_cleanup.enabled = off');
reload($node, $admin);
$admin->value('ALTER DATABASE work CONNECTION LIMIT 5');
my $report = logins($node, 'one-by-one', count => 8);
is($report->{in}, 5, 'for contrast: the limit, and no more');

$node->stop('fast');
done_testing();
