# Where track_activities is off, pg_stat_activity says nothing; the sessions know all the same.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => "track_activities = off\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

sub wait_event
{
	my ($client) = @_;
	return $admin->value('SELECT wait_event FROM pg_stat_activity WHERE pid = ' . $client->pid)
	  // '';
}

sub in_event
{
	my ($event, @clients) = @_;
	for my $client (@clients)
	{
		wait_for("a session is in $event", sub { wait_event($client) eq $event });
	}
	return @clients;
}

my ($idle) = in_event('ClientRead', connect_to($node, 'work'));
is($admin->value('SELECT state FROM pg_stat_activity WHERE pid = ' . $idle->pid),
	'disabled', 'its state is hidden');

my $open = connect_to($node, 'work');
$open->query('BEGIN');
my $failed = connect_to($node, 'work');
$failed->query('BEGIN; SELECT 1/0');
my $copying = connect_to($node, 'work');
$copying->query('CREATE TEMP TABLE copied (line text)');
$copying->send_query('COPY copied FROM STDIN');
my $unsynced = connect_to($node, 'work');
$unsynced->send_message('P', "\0SELECT 1\0" . pack('n', 0));
$unsynced->send_message('B', "\0\0" . pack('n n n', 0, 0, 0));
$unsynced->send_message('E', "\0" . pack('N', 0));
$unsynced->send_message('H');
while (my ($type) = $unsynced->read_message) { last if $type eq 'C' }
my $executing = connect_to($node, 'work');
$executing->send_query('SELECT pg_sleep(3600)');
my @busy = ($open, $failed, $copying, $unsynced);
in_event('ClientRead', @busy);
in_event('PgSleep', $executing);

is(cleanup($admin, "database => 'work'")->{count}, 1, 'the idle session is retired');
is($idle->last_words->{C}, '57P05', 'and told');
is($open->query('COMMIT')->{tags}[0], 'COMMIT', 'one in a transaction stays');
is($failed->query('ROLLBACK')->{tags}[0], 'ROLLBACK', 'one in a failed transaction stays');
$copying->send_message('d', "a line\n");
$copying->send_message('c');
is($copying->answer->{tags}[0], 'COPY 1', 'a COPY goes on');
$unsynced->send_message('S');
is($unsynced->answer->{ready}, 'I', 'one that owes a Sync stays');
$admin->value('SELECT pg_cancel_backend(' . $executing->pid . ')');
is($executing->answer->{error}{C}, '57014', 'an executing one stays until it is cancelled');

# Its age counts from the end of its last transaction, whether that succeeded or not.
push @busy, $executing;
# One that shows its state within each transaction, and hides it in between.
my $shy = connect_to($node, 'work');
in_event('ClientRead', @busy, $shy);
my ($old, @young) = @busy;
my $mark = $admin->value('SELECT clock_timestamp()');
wait_for('a second has passed',
	sub { $admin->value("SELECT clock_timestamp() > timestamptz '$mark' + '1 s'") eq 't' });
$_->query($_ == $young[0] ? 'SELECT 1/0' : 'SELECT 1') for @young;
$shy->query($_) for 'BEGIN', 'SET LOCAL track_activities = on', 'COMMIT';
push @young, $shy;
in_event('ClientRead', @young);
my $since = "idle_for => clock_timestamp() - timestamptz '$mark'";
is(cleanup($admin, "database => 'work', $since")->{count}, 1, 'idle_for is respected');
ok(is_alive($_), 'the ones that worked since stay') for @young;
like($old->last_words->{D}, qr/had been idle for [1-9]/, 'the one that did not is gone');

# The worker respects its limit as well.
my ($limited) =
  in_event('ClientRead', connect_to($node, 'work', options => '-c ai_cleanup.idle_timeout=1200'));
my $busy = connect_to($node, 'work', options => '-c ai_cleanup.idle_timeout=1200');
$busy->query('BEGIN');
$node->append_conf('postgresql.conf', "ai_cleanup.enabled = on\n");
$admin->query('SET ai_cleanup.idle_timeout = 0');
$node->reload;
like($limited->last_words->{D}, qr/idle for (1\.[2-9]|[2-9]|\d\d).*idle_timeout, which is 1200ms/,
	'the worker ends it with the right age');
is($busy->query('COMMIT')->{tags}[0], 'COMMIT', 'and spares the one in a transaction');

$node->stop('fast');
done_testing();
