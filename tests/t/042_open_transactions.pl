# The two limits on transactions left open, both off by default: how long one may be idle in a
# transaction, and how long while another session waits for its locks.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => <<'CONF');
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = 0
ai_cleanup.headroom = 0
CONF
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
connect_to($node, 'work')->query('CREATE TABLE t AS SELECT 1 AS i');

sub set
{
	$admin->value("ALTER SYSTEM SET $_") for @_;
	return reload($node, $admin);
}

sub open_transaction
{
	my (@commands) = @_;
	my $client = connect_to($node, 'work');
	$client->query($_) for 'BEGIN', @commands;
	return $client;
}

sub state_of
{
	my ($client) = @_;
	return $admin->value('SELECT state FROM pg_stat_activity WHERE pid = ' . $client->pid);
}

# It holds for sessions that are in that state already, and for failed transactions.
my $open = open_transaction('UPDATE t SET i = 2');
my $failed = open_transaction('SELECT 1/0');
my $listener = open_transaction();
$listener->query($_) for 'COMMIT', 'LISTEN a', 'BEGIN';
my $locker = open_transaction('SELECT pg_advisory_lock(1)');
my ($idle) = idle_clients($node, $admin, 1, 'work');
wait_until_waiting_on($admin, 'idle in transaction', 'ClientRead', $open, $listener, $locker);
my $at_work = connect_to($node, 'work');
$at_work->query('BEGIN');
$at_work->send_query('SELECT pg_sleep(3600)');
wait_for('it works', sub { (state_of($at_work) // '') eq 'active' });

set("ai_cleanup.idle_in_transaction_timeout = '200ms'");
for ([ $open, 'an open transaction' ], [ $failed, 'a failed one' ], [ $locker, 'one with a lock' ])
{
	my ($client, $what) = @$_;
	my $words = $client->last_words;
	is($words->{C}, '25P03', "$what ends");
	like($words->{D},
		qr/^The session had been idle in a transaction for [\d.]+ s; reason: idle in a transaction for longer than ai_cleanup\.idle_in_transaction_timeout, which is 200ms \(configuration file\)\.$/,
		'with its reason');
	like($words->{H}, qr/nothing of it was committed/, 'and what it means');
}
is(connect_to($node, 'work')->value('SELECT i FROM t'), 1, 'it was rolled back');
is(state_of($at_work), 'active', 'a statement at work is none of it');
is(state_of($listener), 'idle in transaction', 'one that listens is protected');
ok(is_alive($idle), 'one that has no transaction is not meant');

# One that begins later has its turn, whatever the worker was doing.
is(open_transaction()->last_words->{C}, '25P03', "round $_: a later one") for 1 .. 3;

# A session's own value; a role's is the same.
my $free = connect_to($node, 'work', options => '-c ai_cleanup.idle_in_transaction_timeout=0');
$free->query('BEGIN');
is(open_transaction()->last_words->{C}, '25P03', 'time passes');
is(state_of($free), 'idle in transaction', 'one that is free of the limit stays');
$_->hang_up for $free, $listener, $idle;
kill 'INT', $at_work->pid;
$at_work->hang_up;
set("ai_cleanup.idle_in_transaction_timeout = 0");

# Only a session that is in the way ends; and only while another waits.
my $blocker = open_transaction('UPDATE t SET i = 3');
my $bystander = open_transaction('SELECT 1');
my $waiting = connect_to($node, 'work');
$waiting->send_query('UPDATE t SET i = i + 40');
wait_for('it waits', sub {
	$admin->value('SELECT wait_event_type FROM pg_stat_activity WHERE pid = ' . $waiting->pid) eq 'Lock';
});
is(state_of($blocker), 'idle in transaction', 'by default the limit is off');
set("ai_cleanup.idle_blocker_timeout = '300ms'");
my $words = $blocker->last_words;
is($words->{C}, '25P03', 'one that blocks another ends');
like($words->{D},
	qr/^The session had been idle in a transaction for [\d.]+ s; reason: idle in a transaction that another session waits for, for longer than ai_cleanup\.idle_blocker_timeout, which is 300ms/,
	'with its reason');
ok(!$waiting->answer->{error}, 'and the other goes on');
is($waiting->value('SELECT i FROM t'), 41, 'with what was committed');
is(state_of($bystander), 'idle in transaction', 'a session that blocks no other stays');

# A session that begins to wait later is found.
my $late = connect_to($node, 'work');
my $second = open_transaction('UPDATE t SET i = 4');
$late->send_query('UPDATE t SET i = 5');
is($second->last_words->{C}, '25P03', 'a wait that begins later is found');
ok(!$late->answer->{error}, 'and ends');
is($admin->value("SELECT count(*) FROM ai_cleanup_journal WHERE outcome = 'retired' AND ended_by = 'worker' AND idle_for >= '200ms'"),
	$admin->value('SELECT sessions_retired FROM ai_cleanup_stats'), 'the journal has them all');

$node->stop('fast');
done_testing();
