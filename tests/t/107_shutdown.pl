# A login that waits for room is not in the way: not in a shutdown's, not in
# authentication_timeout's, and it goes when it is told to or when its server dies.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;
use Time::HiRes qw(time);

my $reserved = 'remaining connection slots are reserved for';
my $node = start_small_node('main', conf => <<CONF);
ai_cleanup.headroom = 0
ai_cleanup.admission_timeout = '60s'
authentication_timeout = '10min'
CONF

# A full server with one newcomer that waits: all its clients, the newcomer first.
sub full_server
{
	my @busy = busy_clients($node, 17);
	return (waiting_newcomer($node), @busy);
}

# SIGTERM.
{
	my ($newcomer, $pid, @busy) = full_server();
	my $start = time;
	kill 'TERM', $pid;
	is($newcomer->answer->{ready}, undef, 'a newcomer that is terminated does not get in');
	cmp_ok(time - $start, '<', 10, 'and ends at once');
	wait_for('its process is gone', sub { !newcomers($node) });

	my ($next) = waiting_newcomer($node);
	kill 'TERM', $busy[0]->pid;
	is($next->answer->{ready}, 'I', 'the next one waits in its place, and gets in');

	# A client that hangs up while it waits: its process goes in the end, and takes no other's slot.
	$next->hang_up;
	wait_for('its slot is free', sub { running(16) });
	push @busy, busy_clients($node, 1);
	my ($gone) = waiting_newcomer($node);
	$gone->hang_up;
	kill 'TERM', $busy[1]->pid;
	wait_for('one slot is free', sub { running(16) });
	is(scalar(newcomers($node)), 0, 'a newcomer that hangs up does not stay');
	is(connect_to($node, 'work', user => 'dev')->value('SELECT 1'), 1, 'nor does it keep the slot');
	$node->stop('immediate');
}

sub running { return @{[ client_processes($node) ]} == $_[0] }

# A fast shutdown.
for my $waiting (0, 1)
{
	$node->start;
	my ($newcomer, $pid, @busy) = $waiting ? full_server() : (undef, undef, busy_clients($node, 17));
	my $start = time;
	$node->stop('fast');
	my $took = time - $start;
	cmp_ok($took, '<', 30, 'a fast shutdown takes no longer for a newcomer that waits') if $waiting;
	ok(!kill(0, $pid), 'of which nothing is left') if $waiting;
	note(sprintf 'with%s newcomer: %.2f s', $waiting ? ' a' : 'out a', $took);
}

# The server dies.
{
	$node->start;
	my ($newcomer, $pid, @busy) = full_server();
	$node->kill9;
	ok(wait_for('it is gone', sub { !kill(0, $pid) }), 'a newcomer does not outlive its server');
	is($newcomer->answer->{ready}, undef, 'and does not get in');
	wait_for('all are gone', sub { !grep { kill(0, $_->pid) } @busy });
}

# PostgreSQL's own limit for a login, with and without the automatic part: a newcomer that waits
# hears why it is turned away before that limit would cut it off without a word.
{
	$node->append_conf('postgresql.conf', "authentication_timeout = '4s'");
	$node->start;
	my @busy = busy_clients($node, 17);
	for (1 .. 3)
	{
		my $answer = PgClient->start($node, dbname => 'work', user => 'dev')->answer;
		is($answer->{error}{C}, '53300', 'an authentication_timeout that is shorter: refused');
		like($answer->{error}{M}, qr/^$reserved/, 'in PostgreSQL\'s own words');
	}
}

$node->stop('fast');
done_testing();
