# ai_cleanup.max_sessions: logins beyond it wait in line, and are served in the order in which they
# came, one for each session that leaves. Superusers do not wait. A login that disconnects, is ended
# or has waited for too long gives up its place.
use strict;
use warnings;

use Admission;
use AiCleanup;
use List::Util qw(sum);
use PgClient;
use Test::More;

my $node = start_small_node('main', slots => 60, conf => <<CONF);
ai_cleanup.max_sessions = 6
ai_cleanup.ripe_for_login = '1h'
ai_cleanup.headroom = 0
ai_cleanup.admission_timeout = '60s'
authentication_timeout = '10min'
CONF
my $admin = connect_to($node, 'postgres');
my $line = 'SELECT string_agg(pid::text, \',\' ORDER BY place) FROM ai_cleanup_line';

sub line_is
{
	my ($length) = @_;
	return wait_for("$length wait", sub {
		$admin->value('SELECT logins_waiting FROM ai_cleanup_stats') == $length
		  && $admin->value('SELECT count(*) FROM ai_cleanup_line') == $length;
	});
}

# One that waits, after all those that wait already.
my @waiting;

sub queue_up
{
	my (%how) = @_;
	my $before = $admin->value('SELECT count(*) FROM ai_cleanup_line');
	push @waiting, PgClient->start($node, dbname => 'work', user => 'dev', %how);
	line_is($before + 1);
	return $waiting[-1];
}

# Let in: the one that is first now. Dies if another one is.
sub is_served
{
	my ($client, $what) = @_;
	wait_for('one is served', sub { grep { $_->has_news } @waiting });
	my @served = grep { $_->has_news } @waiting;
	is(scalar @served, 1, "$what: one is served");
	is($served[0], $client, "$what: whose turn it is");
	is($client->answer->{ready}, 'I', "$what: it is let in");
	@waiting = grep { $_ != $client } @waiting;
	return;
}

# The administrator is one of the six.
my @in = map { connect_to($node, 'work', user => 'dev') } 1 .. 5;
is($admin->value('SELECT ai_conn_count(NULL)'), 6, 'as many sessions as there may be');

# First come, first served.
{
	my @all = map { queue_up() } 1 .. 8;
	is($admin->value('SELECT count(*) FROM ai_cleanup_line WHERE role = \'dev\' AND database = \'work\''
		  . ' AND waits_for = \'a connection slot\' AND waited > \'0\' AND since < now()'), 8,
		'the line shows who waits, for what and since when');
	my @order = split /,/, $admin->value($line);
	is(scalar @order, 8, 'all are in it');
	for my $turn (1 .. 5)
	{
		(shift @in)->log_out;
		my $next = shift @all;
		is_served($next, "turn $turn");
		is($next->pid, shift @order, "turn $turn: in the order that the line showed");
		push @in, $next;
		is($admin->value('SELECT ai_conn_count(NULL)'), 6, "turn $turn: there are six sessions again");
	}

	# Two at once: two are served.
	$_->log_out for splice @in, 0, 2;
	my @next = splice @all, 0, 2;
	wait_for('both are served', sub { 2 == grep { $_->has_news } @next });
	is($_->answer->{ready}, 'I', 'of two that leave at once, both slots are used') for @next;
	push @in, @next;
	@waiting = @all;
	is($admin->value('SELECT logins_served FROM ai_cleanup_stats'), 7, 'the served are counted');
	is(stats($admin)->{logins_rescued}, 0, 'as such: PostgreSQL itself would have let them in');
	is(stats($admin)->{sessions_retired}, 0, 'no session was ended');
}

# A superuser does not stand in line, and is counted.
{
	my $superuser = connect_to($node, 'work');
	is($superuser->value('SELECT 1'), 1, 'a superuser gets in past the line');
	line_is(1);
	(shift @in)->log_out;
	ok(!$waiting[0]->has_news, 'a slot for which a superuser came first is taken');
	$superuser->log_out;
	is_served(my $last = $waiting[0], 'after the superuser');
	push @in, $last;
}

# What gives up its place: a client that disconnects, a login that an administrator ends, one whose time
# is over. The next one moves up.
{
	my ($hangs_up, $ended, $stays) = map { queue_up() } 1 .. 3;
	my (undef, $pid) = split /,/, $admin->value($line);
	$hangs_up->hang_up;
	line_is(2);
	pass('a client that hangs up frees its place at once');
	kill 'TERM', $pid;
	line_is(1);
	is($ended->answer->{ready}, undef, 'so does one that is ended');
	@waiting = ($stays);
	(shift @in)->log_out;
	is_served($stays, 'behind those');
	push @in, $stays;

	$admin->value("ALTER SYSTEM SET ai_cleanup.admission_timeout = '50ms'");
	reload($node, $admin);
	my $answer = PgClient->start($node, dbname => 'work', user => 'dev')->answer;
	is($answer->{error}{C}, '53300', 'one whose time is over is refused');
	is($answer->{error}{M}, 'sorry, too many clients already', 'in PostgreSQL\'s words');
	like($answer->{error}{D}, qr/ai_cleanup\.max_sessions is 6/, 'and is told of the setting');
	line_is(0);
	$admin->value('ALTER SYSTEM RESET ai_cleanup.admission_timeout');
	reload($node, $admin);
}

# The limits of a role and of a database have lines of their own: a login that waits for one is in no
# other's way.
{
	$admin->value('CREATE ROLE few LOGIN CONNECTION LIMIT 1');
	(shift @in)->log_out;
	my $first = connect_to($node, 'work', user => 'few');
	(shift @in)->log_out;
	my $second = queue_up(user => 'few');
	is($admin->value('SELECT waits_for FROM ai_cleanup_line'), 'the connection limit of its role',
		'it waits for its role\'s limit');
	push @in, connect_to($node, 'work', user => 'dev');
	pass('and another for which there is a slot is let in');
	$first->log_out;
	is_served($second, 'role');

	my $there = $admin->value("SELECT ai_conn_count('work')");
	$admin->value("ALTER DATABASE work CONNECTION LIMIT $there");
	my $third = queue_up();
	wait_for('it waits for the database', sub {
		$admin->value('SELECT waits_for FROM ai_cleanup_line') eq 'the connection limit of its database';
	});
	$second->log_out;
	is_served($third, 'database');
	$admin->value('ALTER DATABASE work CONNECTION LIMIT -1');
	push @in, $third;
}

# Not ripe, no session had to go; ripe, the longest idle one makes way for the first in line.
{
	my $next = queue_up();
	is(stats($admin)->{sessions_retired}, 0, 'those that merely pause stay, though a login waits');
	# One that waits keeps the settings that it came with.
	$next->hang_up;
	line_is(0);
	@waiting = ();
	$admin->value("ALTER SYSTEM SET ai_cleanup.ripe_for_login = '10ms'");
	reload($node, $admin);
	$next = connect_to($node, 'work', user => 'dev');
	pass('a ripe one makes way');
	is(stats($admin)->{sessions_retired}, 1, 'one is ended, and no more');
	$admin->value('ALTER SYSTEM RESET ai_cleanup.ripe_for_login');
	reload($node, $admin);
	push @in, $next;
}

# An exit wakes the one whose turn it is, not the whole line. Each looks once a second besides.
SKIP:
{
	skip 'this system does not tell of wake-ups', 1 unless has_wake_ups();
	my @all = map { queue_up() } 1 .. 20;
	my @behind = (split /,/, $admin->value($line))[10 .. 19];
	my $woken = sub { return sum(map { wake_ups($_) } @behind) };
	my ($before, $start) = ($woken->(), time);
	for (1 .. 10)
	{
		my ($leaves) = grep { is_alive($_) } @in;
		@in = grep { $_ != $leaves } @in;
		$leaves->log_out;
		is_served(my $next = shift @all, 'of many');
		push @in, $next;
	}
	my $looks = @behind * (time - $start + 2);
	cmp_ok($woken->() - $before, '<=', $looks + 10, 'ten exits did not wake those far behind');

	# A full line: a login that finds no room to wait is told at once, and the reserve stays free.
	while (1)
	{
		my $length = $admin->value('SELECT count(*) FROM ai_cleanup_line');
		my $client = PgClient->start($node, dbname => 'work', user => 'dev');
		wait_for('it waits or is refused',
			sub { $client->has_news
				  || $admin->value('SELECT count(*) FROM ai_cleanup_line') > $length });
		if ($client->has_news)
		{
			is($client->answer->{error}{C}, '53300', 'with no room left to wait, it is refused');
			last;
		}
		push @waiting, $client;
		die "the line has no end\n" if @waiting > 60;
	}
	cmp_ok(scalar @waiting, '>=', 50, 'the slots beyond the sessions\' were room to wait');
	my $superuser = connect_to($node, 'work');
	is($superuser->value('SELECT 1'), 1, 'a superuser still gets in');
	$superuser->log_out;
}

# A shutdown does not wait for logins in line.
$node->stop('fast');
is($waiting[0]->answer->{ready}, undef, 'one that waits is gone, too');
unlike(new_log($node), qr/PANIC|TRAP|was terminated by signal/, 'and nothing crashed');
done_testing();
