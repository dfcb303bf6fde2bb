# A client that never reads cannot hold its session: with its buffers full the session is
# left alone as long as it owes an answer, and can be ended; retired, it never waits to be
# heard.
use strict;
use warnings;

use AiCleanup;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value("CREATE DATABASE $_") for qw(work other);

my $query = "SELECT repeat('x', 3500)";

# Ends with the answer still on its way: PostgreSQL reports a session idle before that.
sub waits_to_write
{
	my ($client) = @_;
	my $event;

	wait_for('the query is over', sub {
		(my $state, $event) = @{
			$admin->query('SELECT state, wait_event FROM pg_stat_activity WHERE pid = '
				  . $client->pid)->{rows}[0]
		};
		$state eq 'idle' && ($event // '') =~ /^Client/;
	});
	return $event eq 'ClientWrite';
}

# Has the server send, without reading, until it cannot. Returns how many answers that took;
# with `$most`, stops after so many.
sub stuff
{
	my ($client, $most) = @_;

	for my $count (1 .. $most // 10000)
	{
		$client->send_query($query);
		return $count if waits_to_write($client);
	}
	return $most;
}

# The same for good: on TCP the kernels still shift bytes from one to the other for a while.
sub overstuff
{
	my ($client) = @_;

	$client->send_query($query) for 1 .. 3000;
	return wait_until_waiting_on($admin, 'idle', 'ClientWrite', $client);
}

sub answers
{
	my ($client) = @_;
	my $count = 0;

	$count++ while $client->answer->{ready};
	return $count;
}

sub at_once
{
	my ($name, $action) = @_;
	my $begin = time;

	$action->();
	return cmp_ok(time - $begin, '<', 5, $name);    # it would be for ever
}

for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';
	my %quiet = (tcp => $tcp, receive_buffer => 2048);

	# It owes an answer: not idle, whatever pg_stat_activity says.
	my $stuffed = connect_to($node, 'work', %quiet);
	overstuff($stuffed);
	at_once("$how: asking it takes no time", sub {
		my $answer = cleanup($admin, "database => 'work'");
		is($answer->{count}, 0, "$how: it declines");
		is_deeply($answer->{notices}, [], "$how: without delay");
	});
	at_once("$how: ending it takes none", sub {
		is($admin->value('SELECT pg_terminate_backend(' . $stuffed->pid . ', 60000)'), 't',
			"$how: pg_terminate_backend ends it");
	});
	$stuffed = connect_to($node, 'work', %quiet);
	overstuff($stuffed);
	at_once("$how: nor does force", sub {
		is(cleanup($admin, "database => 'work', force => true")->{count}, 1, "$how: force ends it");
	});

	# Its client has read some, so that its last answer is out, and there is next to no room.
	my $full = connect_to($node, 'work', %quiet);
	my $sent = stuff($full);
	my $read = 0;
	while (waits_to_write($full))
	{
		$full->answer;
		$read++;
	}
	note "$how: full with $sent answers, idle when $read are read";
	wait_until_idle($admin, $full);
	at_once("$how: retired over a full buffer", sub {
		is(cleanup($admin, "database => 'work'")->{count}, 1, "$how: it agrees");
	});
	ok(is_gone($admin, $full), "$how: it is gone");
	is($read + answers($full), $sent, "$how: every answer it had been sent arrives");
}

# On a unix socket the room for answers is always the same: filled to the brim, there is none
# for a farewell.
my $measure = connect_to($node, 'work');
my $brim = stuff($measure) - 1;
my $full = connect_to($node, 'work');
stuff($full, $brim);
$measure->hang_up;
wait_until_gone($admin, $measure);
wait_until_idle($admin, $full);
at_once('retired with no room for a farewell', sub {
	is(cleanup($admin, "database => 'work'")->{count}, 1, 'it agrees');
});
at_once('another database can be dropped at once', sub {
	$admin->value('DROP DATABASE other');
});
is(answers($full), $brim, 'every answer it had been sent arrives');

# A shutdown waits for neither kind.
my $owing = connect_to($node, 'work');
overstuff($owing);
my $paid = connect_to($node, 'work');
stuff($paid, $brim);
wait_until_idle($admin, $paid);
$admin->query('SET ai_cleanup.wait_timeout = 1');
cleanup($admin, "database => 'work'");
at_once('a fast shutdown does not wait', sub { $node->stop('fast') });

done_testing();
