# A session that is killed takes the whole server through recovery. Everything shared begins
# anew then, and works.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => <<CONF);
restart_after_crash = on
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '500ms'
CONF
my %spared = (options => '-c ai_cleanup.idle_timeout=0');

sub connect_again
{
	my $client;
	wait_for('the server is back',
		sub { $client = eval { connect_to($node, 'postgres', %spared) } });
	return $client;
}

# In different states of ours: idle, a call that waits, a session asked and not answered yet.
my %kill = (
	'an idle session' => sub { $_[0]->pid },
	'a waiting caller' => sub {
		my ($idle, $admin) = @_;
		my $caller = connect_to($node, 'postgres', %spared);
		kill 'STOP', $idle->pid;
		$caller->query("SET ai_cleanup.wait_timeout = '1h'");
		$caller->send_query("SELECT ai_cleanup(database => 'template1')");
		wait_until_waiting($admin, $caller);
		return $caller->pid;
	},
	'a session that was asked' => sub {
		my ($idle, $admin) = @_;
		kill 'STOP', $idle->pid;
		$admin->query("SET ai_cleanup.wait_timeout = '50ms'");
		cleanup($admin, "database => 'template1'");
		return $idle->pid;
	},
	'the worker' => sub { worker_pid($_[1]) });

sub wait_until_waiting
{
	my ($admin, $client) = @_;
	return wait_for('it waits', sub {
		$admin->value('SELECT wait_event_type FROM pg_stat_activity WHERE pid = ' . $client->pid)
		  =~ /Extension|IPC/;
	});
}

for my $what (sort keys %kill)
{
	my $admin = connect_again();
	my ($idle) = idle_clients($node, $admin, 1, 'template1', %spared);
	my $from = -s $node->logfile;
	kill 'KILL', $kill{$what}->($idle, $admin);
	kill 'CONT', $idle->pid;
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $from);

	$admin = connect_again();
	is($admin->value('SELECT ai_conn_count(NULL)'), 1, "killed $what: counting begins anew");
	is(connect_to($node, 'template1')->last_words->{C}, '57P05', 'the worker works');
	my @again = idle_clients($node, $admin, 3, 'template1', %spared);
	is(cleanup($admin, "database => 'template1'")->{count}, 3, 'so do calls');
	like($_->last_words->{D}, qr/ai_cleanup\(\) was called/, 'and last messages') for @again;
	$admin->log_out;
}

$node->stop('fast');
done_testing();
