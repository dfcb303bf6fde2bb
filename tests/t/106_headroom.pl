# ai_cleanup.headroom: after each login so many slots are free again, by the longest idle
# sessions, never more of them than it takes; and with nothing to do, the worker sleeps.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;
use Time::HiRes qw(sleep);

my $slots = 20;
my $headroom = 5;
my $superuser = getpwuid($<);
my $node = start_small_node('main', slots => $slots, conf => "ai_cleanup.headroom = $headroom\n");
my $admin = connect_to($node, 'postgres');

sub count { return $admin->value('SELECT ai_conn_count(NULL)') }

sub settles_at
{
	my ($count) = @_;
	return wait_for("there are $count sessions", sub { count() <= $count })
	  && count() == $count;
}

sub set_headroom
{
	my ($value) = @_;
	$admin->value("ALTER SYSTEM SET ai_cleanup.headroom = $value");
	$admin->value('SELECT pg_reload_conf()');
	wait_for('the reload has arrived',
		sub { $admin->value('SHOW ai_cleanup.headroom') eq $value });
	return wait_for_worker($admin);
}

# Superusers eat the reserve: nothing but headroom stops them. They come slowly enough not to look
# like a pool that refills itself, which is left alone.
my @clients;
my $turns = 24;
for my $turn (1 .. $turns)
{
	my $before = stats($admin);
	push @clients, connect_to($node, 'work', user => $superuser);
	my $expected = $turn + 1 < $slots - $headroom ? $turn + 1 : $slots - $headroom;
	ok(settles_at($expected), "after login $turn there are $expected sessions");
	sleep 0.6 if retired_since($admin, $before) > 0;
}
my $keep = $slots - $headroom - 1;
is(stats($admin)->{sessions_retired}, $turns - $keep, 'as many were ended as were too many');
is($admin->value('SELECT count(*) FROM pg_stat_activity WHERE pid IN ('
	  . pids(@clients[ -$keep .. -1 ]) . ')'), $keep, 'the longest idle ones');
is($clients[0]->last_words->{C}, '57P05', 'which were told so');

# Nothing happens: the worker does not wake. It looks once more some time after it has asked
# a session to end, so not every stretch of five seconds will do, but one must come soon.
sub wake_ups_in_five_seconds
{
	my $before = stats($admin)->{wake_ups};
	sleep 5;
	return stats($admin)->{wake_ups} - $before;
}

{
	my @counts;
	push @counts, wake_ups_in_five_seconds() until (@counts && $counts[-1] == 0) || @counts == 6;
	is($counts[-1], 0, 'with nothing to do the worker does not wake up');
	note("wake-ups in stretches of five seconds: @counts");
}

# A login wakes it; so does a reload.
{
	my $before = stats($admin);
	push @clients, connect_to($node, 'work', user => 'dev');
	ok(settles_at($slots - $headroom), 'an ordinary role\'s login takes a slot that is given back');
	is(retired_since($admin, $before), 1, 'by one session');
	cmp_ok(stats($admin)->{wake_ups}, '>', $before->{wake_ups}, 'the login woke the worker');

	set_headroom(8);
	ok(settles_at($slots - 8), 'more headroom holds from the reload on');
	is(retired_since($admin, $before), 4, 'by as many as it takes');
}

# With the worker held up, a superuser that takes the last slot makes room for the next one.
{
	my $before = stats($admin);
	my $worker = worker_pid($admin);
	kill 'STOP', $worker;
	for my $turn (1 .. 2 * $slots)
	{
		my $client = PgClient->start($node, dbname => 'work', user => $superuser);
		is($client->answer->{ready}, 'I', "with the worker held up, login $turn gets in");
		push @clients, $client;
	}
	is(count(), $slots - 1, 'one slot is free');
	kill 'CONT', $worker;
	ok(settles_at($slots - 8), 'then there is headroom again');
	is(retired_since($admin, $before), 2 * $slots, 'and no more had to go than came');
	is(stats($admin)->{logins_refused}, $before->{logins_refused}, 'no login was refused');
}

# Off, the server may become full.
{
	set_headroom(0);
	my $before = stats($admin);
	push @clients, connect_to($node, 'work', user => $superuser) while count() < $slots;
	is(count(), $slots, 'without headroom all slots can be used');
	is(retired_since($admin, $before), 0, 'and no session had to go');
	my $answer = PgClient->start($node, dbname => 'work', user => $superuser)->answer;
	is($answer->{error}{M}, 'sorry, too many clients already', 'until there are none');

	set_headroom(262143);
	wait_for('the administrator is alone', sub { count() == 1 });
	my $one = connect_to($node, 'work', first => ['SELECT 1']);
	is($one->answer->{rows}[0][0], 1, 'with all of them as headroom one gets in');
	set_headroom(-1);
	@clients = ();
}

# Busy sessions stay, and all slots can be used for them.
{
	wait_for('all clients are gone', sub { count() == 1 });
	my $before = stats($admin);
	my @busy = busy_clients($node, 16);
	push @busy, busy_clients($node, 3, user => $superuser);
	is(count(), $slots, 'all slots are in use');
	is(retired_since($admin, $before), 0, 'and no session was ended');
	my $declined = stats($admin)->{sessions_declined} - $before->{sessions_declined};
	is($declined, 0, 'nor asked');
	note('wake-ups in five seconds with all of them busy: ', wake_ups_in_five_seconds());

	kill 'INT', $_->pid for @busy[0 .. 9];
	ok(settles_at($slots - 4), 'as soon as some are idle, a fifth of the slots is free again');
	is(retired_since($admin, $before), 4, 'by as many as it takes');
	$_->hang_up for @busy;
	kill 'INT', $_->pid for @busy;
}

# For contrast.
{
	reconfigure($node, 'ai_cleanup.enabled = off');
	$admin = connect_to($node, 'postgres');
	my @all = map { connect_to($node, 'work', user => $superuser) } 2 .. $slots;
	is(count(), $slots, 'for contrast: without the automatic part the server becomes full');
}

$node->stop('fast');
done_testing();
