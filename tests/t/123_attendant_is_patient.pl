# However a client behaves, what it costs is bounded: in memory, in work and in time.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.tell_client = when_it_asks\nlog_statement = none\n");
my $admin = connect_to($node, 'postgres');
my $attendant = attendant_pid($admin);
$admin->value('CREATE DATABASE work');

sub held_clients
{
	my ($count, %how) = @_;
	my @clients = idle_clients($node, $admin, $count, 'work', %how);
	my ($before) = hand_overs($admin);
	cleanup($admin, "database => 'work'");
	wait_until_held($admin, $before + $count);
	return @clients;
}

sub memory
{
	my ($kilobytes) = slurp_file("/proc/$attendant/status") =~ /^VmRSS:\s+(\d+) kB/m;
	return $kilobytes;
}

# One that never stops asking.
my $mebibyte = PgConnection::message('Q', 'SELECT 1' . (' ' x (1024 * 1024 - 20)) . "\0");
for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';
	my ($flooder) = held_clients(1, tcp => $tcp);
	my $before = -r "/proc/$attendant/status" ? memory() : 0;
	my $sent = 0;
	$sent++ while $sent < 64 && $flooder->send_bytes($mebibyte);
	note "$how: $sent MiB were taken";
	cmp_ok($sent, '<', 64, "$how: a client that floods is cut off");
	wait_until_held($admin, 0);
	cmp_ok(memory() - $before, '<', 4096, "$how: what it sent is nowhere") if $before;
	$flooder->hang_up;
}

# Held for no longer than the setting says, and told then.
my @clients = (held_clients(2), held_clients(1, tcp => 1));
$node->append_conf('postgresql.conf', "ai_cleanup.hold_timeout = '100ms'\n");
reload($node, $admin);
for my $client (@clients)
{
	is($client->last_words->{C}, '57P05', 'held for too long, a client is told unasked');
	$client->hang_up;
}
wait_until_held($admin, 0);
$node->append_conf('postgresql.conf', "ai_cleanup.hold_timeout = 0\n");
reload($node, $admin);

# Told, and there it sits: one that reads nothing with its buffers full, one that does not hang up,
# one that goes on asking a little now and then.
my ($deaf) = idle_clients($node, $admin, 1, 'work', receive_buffer => 2048);
for my $count (1 .. 1000)
{
	$deaf->send_query("SELECT repeat('x', 3500) -- $count");
	my $event;
	wait_for('the query is over', sub {
		$event = $admin->value("SELECT wait_event FROM pg_stat_activity WHERE pid = " . $deaf->pid
			  . " AND state = 'idle' AND query LIKE '%-- $count'") // '';
		$event =~ /^Client/;
	});
	last if $event eq 'ClientWrite';
}
# Room for it to be idle, but not for a last message.

until ($admin->value('SELECT wait_event FROM pg_stat_activity WHERE pid = ' . $deaf->pid) eq 'ClientRead')
{
	$deaf->answer;

}
cleanup($admin, "database => 'work'");
wait_until_held($admin, 1);
$deaf->send_query('SELECT 1');
my ($sits, $chats) = held_clients(2, tcp => 1);
$_->send_query('SELECT 1') for $sits, $chats;
is($_->answer->{error}{C}, '57P05', 'told') for $sits, $chats;
wait_for('none is held', sub { $chats->send_query('SELECT 2'); (hand_overs($admin))[0] == 0 });
ok(1, 'one that does not go is closed');

is(attendant_pid($admin), $attendant, 'the attendant has lived through it');
$node->stop('fast');
done_testing();
