# An idle session whose process is stopped cannot make way. Others do so in its place: for a
# login as well as for headroom.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main',
	conf => "ai_cleanup.headroom = 0\nai_cleanup.admission_timeout = '20s'\n");
my $admin = connect_to($node, 'postgres');

sub idle_in_order
{
	my ($count) = @_;
	my @clients = map { my $c = connect_to($node, 'work', user => 'dev'); $c->value('SELECT 1'); $c } 1 .. $count;
	wait_until_idle($admin, @clients);
	return @clients;
}

sub count { return $admin->value('SELECT ai_conn_count(NULL)') }

# A login.
{
	my @idle = idle_in_order(16);
	kill 'STOP', $_->pid for @idle[0, 1];
	for my $next (2 .. 5)
	{
		push @idle, connect_to($node, 'work', user => 'dev');
		is($idle[-1]->value('SELECT 1'), 1, 'a newcomer gets in past stopped sessions');
		is($idle[$next]->last_words->{C}, '57P05', 'the longest idle one of the others made way');
	}
	kill 'CONT', $_->pid for @idle[0, 1];
	$_->hang_up for @idle;
}

# Headroom.
{
	wait_for('they are gone', sub { count() == 1 });
	my @idle = idle_in_order(12);
	kill 'STOP', $_->pid for @idle[0, 1];
	$admin->value('ALTER SYSTEM SET ai_cleanup.headroom = 10');
	$admin->value('SELECT pg_reload_conf()');
	ok(wait_for('there is headroom', sub { count() <= 10 }), 'headroom is made past stopped sessions');
	is(count(), 10, 'and no more than that');
	is($idle[$_]->last_words->{C}, '57P05', 'by the longest idle of the others') for 2 .. 4;
	kill 'CONT', $_->pid for @idle[0, 1];
}

$node->stop('fast');
done_testing();
