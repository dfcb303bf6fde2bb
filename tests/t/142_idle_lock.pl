# An idle session that holds a session-level lock is in the way of sessions that wait for it, as Prisma
# Migrate's can be: idle_blocker_timeout ends it, and only then, and only it.
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

sub set
{
	$admin->value("ALTER SYSTEM SET $_") for @_;
	return reload($node, $admin);
}

sub holder
{
	my ($lock, @more) = @_;
	my $client = connect_to($node, 'work');
	$client->query($_) for "SELECT pg_advisory_lock($lock)", @more;
	wait_until_idle($admin, $client);
	return $client;
}

sub waiting_for
{
	my ($lock) = @_;
	my $client = connect_to($node, 'work');
	$client->send_query("SELECT pg_advisory_lock($lock)");
	wait_for('it waits', sub {
		($admin->value('SELECT wait_event_type FROM pg_stat_activity WHERE pid = ' . $client->pid) // '') eq 'Lock';
	});
	return $client;
}

my $unwanted = holder(1);
my $wanted = holder(72707369);
my $listener = holder(3, 'LISTEN a');
my $leader = connect_to($node, 'work', options => '-c ai_cleanup.idle_blocker_timeout=0');
$leader->query('SELECT pg_advisory_lock(4)');
wait_until_idle($admin, $leader);
my @waiting = map { waiting_for($_) } 72707369, 3, 4;
wait_for_worker($admin);
ok(is_alive($wanted), 'as it comes, the limit is off');
wait_until_idle($admin, $wanted);

set("ai_cleanup.idle_blocker_timeout = '300ms'");
my $words = $wanted->last_words;
is($words->{C}, '57P05', 'one that blocks another ends, as an idle session does');
like($words->{D},
	qr/^The session had been idle for [\d.]+ s; reason: idle with a lock that another session waits for, for longer than ai_cleanup\.idle_blocker_timeout, which is 300ms \(configuration file\)\.$/,
	'with its reason');
is($waiting[0]->answer->{rows}[0][0], '', 'and the other goes on');
is($admin->value("SELECT reason || ', ' || ended_by FROM ai_cleanup_journal"),
	'idle with a lock that another session waits for, for longer than ai_cleanup.idle_blocker_timeout, worker',
	'the journal says so');
is($admin->value('SELECT reason FROM ai_connections WHERE pid = ' . $unwanted->pid),
	'no limit on idleness is set for it', 'one that blocks no other stays');
is($admin->value('SELECT protected_by::text FROM ai_connections WHERE pid = ' . $unwanted->pid),
	'{lock}', 'protected as before');
ok(is_alive($_), 'one that is protected otherwise stays, and one that a limit of 0 takes out') for $listener, $leader;

# A wait that begins later is found, at a holder that was idle already and at one that comes.
my $later = waiting_for(1);
is($unwanted->last_words->{C}, '57P05', 'a wait that begins later is found');
is($later->answer->{rows}[0][0], '', 'and ends');
for my $round (1 .. 3)
{
	my $new = holder(10 + $round);
	my $waits = waiting_for(10 + $round);
	is($new->last_words->{C}, '57P05', "round $round: a holder that comes later");
	ok(!$waits->answer->{error}, 'and one that waits for it gets its lock');
	$waits->log_out;
}

# Who works while others wait is not meant, however long.
my $at_work = connect_to($node, 'work');
$at_work->send_query('SELECT pg_advisory_lock(20), pg_sleep(3600)');
wait_for('it works', sub {
	$admin->value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 1;
});
my $patient = waiting_for(20);
my $other = holder(21);
my $others = waiting_for(21);
is($other->last_words->{C}, '57P05', 'time passes');
is($admin->value('SELECT state FROM pg_stat_activity WHERE pid = ' . $at_work->pid), 'active',
	'one that executes stays');

$node->stop('fast');
done_testing();
