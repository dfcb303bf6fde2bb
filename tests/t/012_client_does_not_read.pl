# A client that never reads cannot hold its session: with its buffers full the session is
# left alone as long as it owes an answer, and can be ended; retired, it never waits to be
# heard. The last message comes once there is room for it.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

my $query = "SELECT repeat('x', 3500)";

# Ends with the answer to its last query still on its way? PostgreSQL reports a session idle
# before that.
sub waits_to_write
{
	my ($client, $last) = @_;
	my $condition = 'pid = ' . $client->pid . " AND state = 'idle'";
	$condition .= " AND query = '" . $last =~ s/'/''/gr . "'" if $last;
	my $event;

	wait_for('the query is over', sub {
		$event = $admin->value("SELECT wait_event FROM pg_stat_activity WHERE $condition") // '';
		$event =~ /^Client/;
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
		my $numbered = "$query -- $count";
		$client->send_query($numbered);
		return $count if waits_to_write($client, $numbered);
	}
	return $most;
}

# The same with more requests waiting: on TCP the kernels still shift bytes from one to the
# other for a while, so that one last answer may get through after all.
sub overstuff
{
	my ($client) = @_;

	$client->send_bytes(PgConnection::message('Q', "$query\0") x 3000);
	return wait_until_waiting_on($admin, 'idle', 'ClientWrite', $client);
}

# Reads to the end: the number of answers, and the last message if there was one.
sub read_all
{
	my ($client) = @_;

	for (my $count = 0;; $count++)
	{
		my $answer = $client->answer;
		return ($count, $answer->{error}) unless $answer->{ready};
	}
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
	my $fill = $tcp ? \&overstuff : \&stuff;
	my $stuffed = connect_to($node, 'work', %quiet);
	$fill->($stuffed);
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
	$fill->($stuffed);
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
	is($read + (read_all($full))[0], $sent, "$how: every answer it had been sent arrives");
}

# On a unix socket the room for answers is nearly always the same, so that it can be filled to
# the brim, with nothing owed and no place for a last message yet.
my $room = stuff(connect_to($node, 'work'));
cleanup($admin, "database => 'work', force => true");
my $tried = 0;
for my $count (reverse $room - 4 .. $room - 1)
{
	my $brim = connect_to($node, 'work');
	if (stuff($brim, $count) < $count || waits_to_write($brim))
	{
		cleanup($admin, "database => 'work', force => true");
		next;
	}
	wait_until_idle($admin, $brim);
	at_once("with $count answers unread, of $room at most: retired", sub {
		is(cleanup($admin, "database => 'work'")->{count}, 1, 'it agrees');
	});
	$admin->value('CREATE DATABASE other');
	at_once('nothing of it is in the way of others', sub { $admin->value('DROP DATABASE other') });
	my ($read, $last_message) = read_all($brim);
	is($read, $count, 'every answer it had been sent arrives');
	is($last_message->{C}, '57P05', 'and after them the last message');
	$tried++;
}
cmp_ok($tried, '>', 0, 'some were full to the brim');

# One that owes an answer does not keep the server from stopping, either.
my $owing = connect_to($node, 'work');
overstuff($owing);
is(cleanup($admin, "database => 'work'")->{count}, 0, 'asked once more, in vain');
at_once('a fast shutdown does not wait', sub { $node->stop('fast') });

done_testing();
