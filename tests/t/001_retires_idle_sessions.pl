# ai_cleanup() ends the idle sessions of one database, says how many, and nothing else.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value("CREATE DATABASE $_") for qw(work other);

my @idle = idle_clients($node, $admin, 5, 'work');
my ($elsewhere) = idle_clients($node, $admin, 1, 'other');

# Of its own database, from inside, and not itself.
my $caller = connect_to($node, 'work');
$caller->value('CREATE EXTENSION ai_cleanup');
is(cleanup($caller)->{count}, 5, 'the idle sessions of the database are counted');
ok(is_gone($admin, $_), 'idle session is gone when the call returns') for @idle;
ok(is_alive($caller), 'the caller stays');
ok(is_alive($elsewhere), 'a session of another database stays');
is(cleanup($caller)->{count}, 0, 'nothing is left to end');

# Sessions at work.
my $executing = connect_to($node, 'work');
$executing->send_query('SELECT pg_sleep(3600)');
my $open = connect_to($node, 'work');
$open->query('BEGIN');
my $failed = connect_to($node, 'work');
$failed->query('BEGIN; SELECT 1/0');

# Described but not synced: PostgreSQL calls it idle, with a transaction open.
my $described = connect_to($node, 'work');
$described->send_message('P', "s\0SELECT 1\0" . pack('n', 0));
$described->send_message('S');
$described->answer;
$described->send_message('D', "Ss\0");
$described->send_message('H');
wait_until_waiting_on($admin, 'idle', 'ClientRead', $described);
my $begun = 'SELECT xact_start IS NOT NULL FROM pg_stat_activity WHERE pid = ' . $described->pid;
wait_for('the Describe was executed', sub { $admin->value($begun) eq 't' });

# Bound and executed, its Sync outstanding.
my $unsynced = connect_to($node, 'work');
$unsynced->send_message('P', "\0SELECT 1\0" . pack('n', 0));
$unsynced->send_message('B', "\0\0" . pack('n n n', 0, 0, 0));
$unsynced->send_message('E', "\0" . pack('N', 0));
$unsynced->send_message('H');
wait_until_waiting_on($admin, 'active', 'ClientRead', $unsynced);

# In the middle of a COPY.
my $copying = connect_to($node, 'work');
$copying->value('CREATE TABLE copied (line text)');
$copying->send_query('COPY copied FROM STDIN');
wait_until_waiting_on($admin, 'active', 'ClientRead', $copying);

wait_until_waiting_on($admin, 'active', 'PgSleep', $executing);
wait_until_waiting_on($admin, 'idle in transaction', 'ClientRead', $open);
wait_until_waiting_on($admin, 'idle in transaction (aborted)', 'ClientRead', $failed);

my $answer = cleanup($caller);
is($answer->{count}, 0, 'sessions at work do not count');
is_deeply($answer->{notices}, [], 'nor are they worth a notice');

is($open->value('SELECT 1'), 1, 'a session in a transaction stays');
is($open->query('COMMIT')->{tags}[0], 'COMMIT', 'and commits');
is($failed->query('ROLLBACK')->{tags}[0], 'ROLLBACK', 'a session in a failed one stays');
$described->send_message('S');
is($described->answer->{ready}, 'I', 'a session that owes a Sync after a Describe stays');
$unsynced->send_message('S');
is($unsynced->answer->{rows}[0][0], 1, 'a session that owes a Sync after an Execute stays');
$copying->send_message('d', "a line\n");
$copying->send_message('c');
is($copying->answer->{tags}[0], 'COPY 1', 'a COPY goes on');
$admin->value('SELECT pg_cancel_backend(' . $executing->pid . ')');
is($executing->answer->{error}{C}, '57014', 'an executing session stays until it is cancelled');

# Those are idle now; how long, counts.
my @rested = ($open, $failed, $described, $unsynced, $copying, $executing);
wait_until_idle($admin, @rested);
is(cleanup($caller, "idle_for => '1 hour'")->{count}, 0, 'idle for less than idle_for: stays');
ok(is_alive($_), 'a session that is not idle for long enough stays') for @rested;

# One has been idle since before the mark, the others worked a second after it.
my ($old, @others) = @rested;
my $mark = $admin->value('SELECT clock_timestamp()');
wait_for('a second has passed',
	sub { $admin->value("SELECT clock_timestamp() > timestamptz '$mark' + '1 s'") eq 't' });
$_->value('SELECT 1') for @others;
wait_until_idle($admin, @others);
is(cleanup($caller, "idle_for => clock_timestamp() - timestamptz '$mark'")->{count},
	1, 'idle for longer than idle_for: goes');
ok(is_gone($admin, $old), 'and it was the right one');
ok(is_alive($_), 'the rest stay') for @others;

# From elsewhere, by name.
wait_until_idle($admin, @others, $elsewhere, $caller);
is(cleanup($admin, "database => 'work'")->{count}, 6, 'another database can be named');
ok(is_alive($elsewhere), 'the databases not named are left alone');

$node->stop('fast');
done_testing();
