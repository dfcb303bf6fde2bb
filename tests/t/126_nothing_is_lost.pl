# What a client was sent arrives, however late it reads; what it had asked is answered; what it is
# told of its last command is true. And no session that has agreed to end can be kept by its client.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.tell_client = when_it_asks
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = 0
CONF
my $admin = connect_to($node, 'postgres');
attendant_pid($admin);
$admin->value('CREATE DATABASE work');
ask($node, 'work', 'CREATE TABLE kept (id int)');

# Until a session has done this, the last it was sent, and waits for more.
sub wait_until_done
{
	my ($client, $sql) = @_;
	my $done = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle' AND wait_event = 'ClientRead'"
	  . ' AND pid = ' . $client->pid . " AND query LIKE '$sql%'";

	return wait_for("\"$sql\" is done", sub { $admin->value($done) == 1 });
}

sub parts    # of the extended protocol, for a statement without parameters
{
	my ($sql) = @_;
	return join '', PgConnection::message('P', "\0$sql\0\0\0"), PgConnection::message('B', "\0\0\0\0\0\0\0\0"),
	  PgConnection::message('E', "\0\0\0\0\0");
}

for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';

	# The answer that is still on its way, to a client that reads slowly.
	my $slow = connect_to($node, 'work', tcp => $tcp, receive_buffer => 4096);
	my $rows = $tcp ? 600 : 80;
	$slow->send_query("INSERT INTO kept SELECT 1 FROM generate_series(1, $rows)"
		  . " RETURNING repeat('x', 1000)");
	wait_until_done($slow, 'INSERT');
	is(cleanup($admin, "database => 'work'")->{count}, 1, "$how: retired with its answer unread");
	wait_until_held($admin, 1);
	$slow->send_query('SELECT 1');
	my $answer = $slow->answer;
	is(scalar(@{ $answer->{rows} }), $rows, "$how: the answer arrives whole");
	is_deeply($answer->{tags}, ["INSERT 0 $rows"], "$how: to its end");
	is($answer->{ready}, 'I', "$how: and says that it is the end");
	is($slow->answer->{error}{C}, '57P05', "$how: the next request is told");
	ok(!$slow->was_reset, "$how: without a reset");
	$slow->hang_up;

	# A batch is answered as a whole, or not begun.
	my $batch = connect_to($node, 'work', tcp => $tcp);
	$batch->send_bytes(join '', (map { parts("INSERT INTO kept VALUES ($_)") } 1 .. 5),
		PgConnection::message('S', ''));
	wait_until_done($batch, 'INSERT INTO kept VALUES (5)');
	is(cleanup($admin, "database => 'work'")->{count}, 1, "$how: retired between two batches");
	$batch->send_bytes(join '', (map { parts("INSERT INTO kept VALUES (1000 + $_)") } 1 .. 5),
		PgConnection::message('S', ''));
	$answer = $batch->answer;
	is_deeply($answer->{tags}, [ ('INSERT 0 1') x 5 ], "$how: the first is answered");
	is($answer->{ready}, 'I', "$how: to its end");
	is($batch->answer->{error}{C}, '57P05', "$how: the second is told");
	$batch->hang_up;
}
is(ask($node, 'work', 'SELECT count(*) FROM kept WHERE id > 1000'), 0, 'and has not begun');

# A transaction that is committed, in a batch that has not ended: the client has not been told that
# all is well. Where the activity of sessions is not tracked, that cannot be seen in their status.
sub unfinished_batch
{
	my ($id) = @_;
	my $client = connect_to($node, 'work', options => '-c track_activities=off');
	$client->send_bytes(join '', parts('BEGIN'), parts("INSERT INTO kept VALUES ($id)"), parts('COMMIT'),
		PgConnection::message('H', ''));
	wait_for('it is committed', sub { ask($node, 'work', "SELECT count(*) FROM kept WHERE id = $id") });
	# Those that looked have gone: a session that leaves by itself as it is asked counts as ended, too.
	wait_for('it is alone', sub { $admin->value("SELECT ai_conn_count('work')") == 1 });
	wait_for('it waits for more', sub {
		$admin->value('SELECT wait_event FROM pg_stat_activity WHERE pid = ' . $client->pid) eq 'ClientRead';
	});
	return $client;
}
my $batch = unfinished_batch(2001);
my $mine = 'database => $$work$$';
is(cleanup($admin, $mine)->{count}, 0, 'not tracked, in a batch: it declines');
$batch->send_message('S');
my $answer = $batch->answer;
is($answer->{ready}, 'I', 'its batch comes to an end');
my $gone;
wait_for('it is retired', sub { $gone = cleanup($admin, $mine)->{count} });
is($gone, 1, 'then it agrees');
is($batch->query('SELECT 1')->{error}{C}, '57P05', 'and nothing was committed that it had not heard of');
$batch->hang_up;

# Without the title of the process it cannot be known at all. Then it is said that it is not.
$node->append_conf('postgresql.conf', "update_process_title = off\n");
reload($node, $admin);
$batch = unfinished_batch(2002);
is(cleanup($admin, $mine)->{count}, 1, 'without a title either: it agrees');
$answer = $batch->query('SELECT 1');
is_deeply($answer->{tags}, [ 'BEGIN', 'INSERT 0 1', 'COMMIT' ], 'what it was told before arrives');
is($answer->{error}{C}, '40003', 'it is not told that nothing was committed');
$batch->hang_up;
$node->append_conf('postgresql.conf', "update_process_title = on\n");
reload($node, $admin);

# A limit of PostgreSQL's own that has passed is PostgreSQL's to tell. A session that was stopped finds
# both signals waiting for it: its own alarm, and the worker's request.
sub pending
{
	my ($pid) = @_;
	my ($mask) = slurp_file("/proc/$pid/status") =~ /^ShdPnd:\s+([0-9a-f]+)/m;
	return join ',', grep { hex($mask) >> ($_ - 1) & 1 } 12, 14;    # SIGUSR2, SIGALRM
}
for my $setting ('idle_in_transaction_session_timeout', 'transaction_timeout')
{
  SKIP:
	{
		skip 'pending signals are in /proc, which this system has not', 3 unless -r "/proc/$$/status";
		skip "there is no $setting here", 3
		  unless $admin->value("SELECT count(*) FROM pg_settings WHERE name = '$setting'");
		my $client = connect_to($node, 'work',
			options => '-c client_min_messages=log -c ai_cleanup.idle_in_transaction_timeout=2s'
			  . " -c $setting=2500ms");
		$client->value('BEGIN');
		kill 'STOP', $client->pid;
		wait_for('both signals wait', sub { pending($client->pid) eq '12,14' });
		# An alarm may ring a millisecond before the clock on the wall shows its time, if that is being
		# slowed down; the session then finds that no limit has passed.
		wait_for('the limit has passed', sub {
			$admin->value("SELECT clock_timestamp() > state_change + interval '2600ms'"
				  . ' FROM pg_stat_activity WHERE pid = ' . $client->pid) eq 't';
		});
		kill 'CONT', $client->pid;
		$answer = $client->query('SELECT 1');
		is($answer->{error}{C}, $setting =~ /^idle/ ? '25P03' : '25P04', "$setting: the client is told")
		  or diag explain $answer;
		like($answer->{error}{M}, qr/^terminating connection due to/, "$setting: by PostgreSQL");
		is_deeply([ grep { $_->{M} =~ /ai_cleanup/ } @{ $answer->{notices} } ],
			[], "$setting: no line of our log goes to the client");
		wait_until_gone($admin, $client);
		$client->hang_up;
	}
}

# Nothing of ours is written to the client on the way out, whatever it wants to hear.
for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';
	my $curious = connect_to($node, 'work', tcp => $tcp, receive_buffer => 2048,
		options => '-c client_min_messages=debug5');
	$curious->send_query("SELECT repeat('x', 3500)");
	wait_until_done($curious, 'SELECT repeat');
	is(cleanup($admin, $mine)->{count}, 1, "$how: one that wants to hear everything is retired");
	my ($row, $notices) = (0, 0);
	while (my ($type, $body) = $curious->read_message)
	{
		$row++ if $type eq 'D';
		last if $type eq 'Z';
	}
	is($row, 1, "$how: it gets its answer");
	$answer = $curious->query('SELECT 1');
	is($answer->{error}{C}, '57P05', "$how: and the farewell");
	is_deeply([ grep { $_->{M} =~ /ai_cleanup retired/ } @{ $answer->{notices} } ],
		[], "$how: but no line of the log");
	$curious->hang_up;
}

$node->stop('fast');
done_testing();
