# ai_cleanup.idle_timeout ends sessions that pass it, in every database, and the log has one
# line for each.
use strict;
use warnings;

use AiCleanup;
use Test::More;
use Time::HiRes;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '700ms'
log_statement = none
CONF
my %spared = (options => '-c ai_cleanup.idle_timeout=0');
my $admin = connect_to($node, 'postgres', %spared, application_name => 'the admin');
$admin->value('CREATE DATABASE work');
$admin->value('CREATE ROLE app LOGIN');

# At work for longer than the limit.
my ($executing, $open, $failed) = map { connect_to($node, 'work', first => [$_]) }
  ('SELECT pg_sleep(3600)', 'BEGIN', 'BEGIN; SELECT 1/0');
is($open->answer->{ready}, 'T', 'one has begun a transaction');
is($failed->answer->{ready}, 'E', 'one has failed in one');

my $from = -s $node->logfile;
my %idle = (
	a => connect_to($node, 'work', user => 'app', application_name => 'web server'),
	b => connect_to($node, 'work', user => 'app', tcp => 1),
	c => connect_to($node, 'postgres'),
	d => connect_to($node, 'template1', application_name => 'odd: "name"'));

# One is never idle for as long as the limit, though together for much longer. (It need not
# be exact: a session idle for less than the limit must never be ended, however busy the
# machine is; where this client itself is held up for so long, the session may go.)
my $longest = 0;
my $cut = 0;
my $last = Time::HiRes::time();
my $active = connect_to($node, 'work');
wait_for('the idle ones are gone', sub {
	my $begin = Time::HiRes::time();
	$cut = 1 unless is_alive($active);
	# It was idle for no longer than from before one answer until after the next.
	my $pause = Time::HiRes::time() - $last;
	$longest = $pause if $pause > $longest;
	$last = $begin;
	return !grep { !is_gone($admin, $_) } values %idle;
});
ok(!$cut || $longest > 0.3, 'a session that works now and then stays');

my $log = new_log($node, $from);
my $limit = 'reason: idle for longer than ai_cleanup\.idle_timeout, which is 700ms \(configuration file\)';
for (
	[ a => 'work', 'app', 'web server', '\[local\]' ],
	[ b => 'work', 'app', '', '127\.0\.0\.1:\d+' ],
	[ c => 'postgres', '\w+', '', '\[local\]' ],
	[ d => 'template1', '\w+', 'odd: "name"', '\[local\]' ])
{
	my ($name, $database, $role, $application, $client) = @$_;
	my $pid = $idle{$name}->pid;
	my @lines = grep { /ai_cleanup/ && /\b$pid\b/ } split(/\n/, $log);
	is(scalar(@lines), 1, "one line in the log for session $name") or note explain \@lines;
	my ($age) = ($lines[0] // '') =~
	  qr/LOG:  ai_cleanup retired session $pid: database "$database", role "$role", application "$application", client $client, idle for ([\d.]+) s; $limit$/;
	ok(defined $age, 'it says whose it was and what the limit is') or note $lines[0];
	cmp_ok($age // 0, '>=', 0.7, 'and how long it was idle: no less than the limit');

	my $words = $idle{$name}->last_words;
	is($words->{C}, '57P05', 'its client is told');
	like($words->{D}, qr/; $limit\.$/, 'why');
}

is($open->query('COMMIT')->{tags}[0], 'COMMIT', 'a session in a transaction stays');
is($failed->query('ROLLBACK')->{tags}[0], 'ROLLBACK', 'one in a failed transaction stays');
$admin->value('SELECT pg_cancel_backend(' . $executing->pid . ')');
is($executing->answer->{error}{C}, '57014', 'an executing one stays');
ok(is_alive($admin), 'so does one whose own limit is off');

# Now that they are done, their time runs as well.
is($_->last_words->{C}, '57P05', 'work done, it is ended like the others')
  for $open, $failed, $executing;

# So it goes on for ever: each session that comes later has its turn.
for my $round (1 .. 3)
{
	is(connect_to($node, 'work')->last_words->{C}, '57P05', "round $round: a later session");
}

$node->stop('fast');
done_testing();
