# ai_cleanup.enabled turns the automatic part off and on again; calls always work.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '500ms'
CONF
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value('CREATE DATABASE work');

sub turn
{
	my ($value) = @_;
	$admin->value("ALTER SYSTEM SET ai_cleanup.enabled = $value");
	return reload($node, $admin);
}

is(connect_to($node, 'work')->last_words->{C}, '57P05', 'on: an idle session is ended');

for my $round (1 .. 2)
{
	turn('off');
	my @idle = idle_clients($node, $admin, 3, 'work');
	my $own = connect_to($node, 'work', options => '-c ai_cleanup.idle_timeout=1');
	wait_for('they are idle for three times the limit', sub {
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE datname = 'work'"
			  . " AND now() - state_change > '1500ms'") == 4;
	});
	wait_for_worker($admin);
	ok(is_alive($_), "off, round $round: a session stays") for @idle, $own;

	wait_until_idle($admin, @idle, $own);
	is(cleanup($admin, "database => 'work', idle_for => '1 hour'")->{count}, 0,
		'a call for old ones finds none');
	my $called = pop @idle;
	$_->query('BEGIN') for @idle, $own;
	is(cleanup($admin, "database => 'work'")->{count}, 1, 'a call ends what is idle');
	ok(is_gone($admin, $called), 'it is gone');
	$_->query('COMMIT') for @idle, $own;

	turn('on');
	is($_->last_words->{C}, '57P05', "on again, round $round: the rest is ended") for @idle, $own;
}

# It belongs to the server as a whole.
is($admin->query('SET ai_cleanup.enabled = off')->{error}{C}, '55P02', 'no session can set it');
is($admin->query('ALTER DATABASE work SET ai_cleanup.enabled = off')->{error}{C}, '55P02',
	'nor a database');

$node->stop('fast');
done_testing();
