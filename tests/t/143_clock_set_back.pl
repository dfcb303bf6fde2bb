# The clock of the server is set back by an hour, as those of WSL and of Docker's machine may be: a
# call ends idle sessions all the same, waits no longer than it may, and what was asked or declined
# before does not count until the clock has caught up.
use strict;
use warnings;

use AiCleanup;
use Orders;
use Test::More;

plan skip_all => 'needs a library that is loaded first' unless can_be_ordered();

my $node = start_node('main', start => 0, conf => "ai_cleanup.databases = 'work'\n");
ordered { $node->start };
run_sql($node, 'CREATE EXTENSION ai_cleanup', 'CREATE DATABASE work');
my $admin = connect_to($node, 'postgres');
my $now = $admin->value('SELECT clock_timestamp()');

sub waits
{
	my ($caller) = @_;
	return (ask($node, 'postgres', 'SELECT wait_event_type FROM pg_stat_activity WHERE pid = ' . $caller->pid)
		  // '') =~ /^(Extension|IPC)$/;
}

# One that has been asked and has not answered: it is stopped.
my ($idle, $stopped) = idle_clients($node, $admin, 2, 'work');
kill 'STOP', $stopped->pid;
$admin->value("SET ai_cleanup.wait_timeout = '10min'");
$admin->send_query("SELECT ai_cleanup(database => 'work')");
my $looker = connect_to($node, 'postgres');
wait_until_gone($looker, $idle);
my $later = connect_to($node, 'work');
wait_until_idle($looker, $later);

order(clock => -3600);
is($looker->value("SELECT clock_timestamp() < timestamptz '$now'"), 't', 'the clock is set back');

# Its call waits by no clock: it can be cancelled, and the request that it made is stale now.
$looker->value('SELECT pg_cancel_backend(' . $admin->pid . ')');
is($admin->answer->{error}{C}, '57014', 'a call is cancelled');
is($looker->value('SELECT verdict FROM ai_cleanup_plan(database => \'work\') WHERE pid = ' . $later->pid),
	'retire', 'one that fell idle before that may go');
is($looker->value("SELECT count(*) FROM ai_cleanup_plan(database => 'work', idle_for => '10 min') WHERE verdict = 'retire'"),
	0, 'but not as one that has been idle for long');
$looker->value("SET ai_cleanup.wait_timeout = '1s'");
my $answer = cleanup($looker, "database => 'work'");
is($answer->{count}, 1, 'a call ends what is idle');
like($answer->{notices}[0]{M}, qr/1 session is still leaving after 1000 ms/, 'not the stopped one');
$later->last_words;
$looker->send_query("SELECT ai_cleanup(database => 'work')");
wait_for('the call waits', sub { waits($looker) });
kill 'CONT', $stopped->pid;
is($looker->answer->{rows}[0][0], 1, 'which goes when it can');

# Set back in the middle of a wait, it does not make that longer.
my ($other) = idle_clients($node, $looker, 1, 'work');
kill 'STOP', $other->pid;
$looker->send_query("SELECT ai_cleanup(database => 'work')");
wait_for('the call waits', sub { waits($looker) });
order(clock => -7200);
like($looker->answer->{notices}[0]{M}, qr/still leaving/, 'a call waits by no clock');
kill 'CONT', $other->pid;
$_->hang_up for $idle, $stopped, $later, $other;
wait_until_held($looker, 0);

# Nor is a client's connection held for longer.
my $held = connect_to($node, 'work', options => '-c ai_cleanup.tell_client=when_it_asks');
wait_until_idle($looker, $held);
cleanup($looker, "database => 'work'");
wait_until_held($looker, 1);
order(clock => -10800);
$node->append_conf('postgresql.conf', "ai_cleanup.hold_timeout = '100ms'\n");
reload($node, $looker);
is($held->last_words->{C}, '57P05', 'a client that is held is told in time');

$node->stop('fast');
done_testing();
