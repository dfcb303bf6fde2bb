# A reload of the configuration reaches sessions that are idle already, at once: they need not
# do anything for it.
use strict;
use warnings;

use AiCleanup;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('main', conf => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '1h'\n");
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value("CREATE DATABASE $_") for qw(work kept);
$admin->value('ALTER DATABASE kept SET ai_cleanup.idle_timeout = 0');
$admin->value('CREATE ROLE app LOGIN');
$admin->value("ALTER ROLE app SET ai_cleanup.idle_timeout = '2h'");

sub set
{
	my ($value) = @_;
	$admin->value("ALTER SYSTEM SET ai_cleanup.idle_timeout = '$value'");
	return reload($node, $admin);
}

sub idle_for
{
	my ($seconds, @clients) = @_;
	my $condition = "now() - state_change > '$seconds s' AND pid IN (" . pids(@clients) . ')';
	return wait_for('the sessions are old enough', sub {
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE $condition") == @clients;
	});
}

my @idle = idle_clients($node, $admin, 10, 'work');
my @kept = idle_clients($node, $admin, 2, 'kept');
my @own = idle_clients($node, $admin, 2, 'work', user => 'app');
idle_for(1, @idle, @kept, @own);

# Lowered below their age. The old limit would have let them be for an hour.
my $begin = time;
set('900ms');
like($_->last_words->{D}, qr/idle_timeout, which is 900ms \(configuration file\)\.$/, 'lowered: an idle session goes') for @idle;
cmp_ok(time - $begin, '<', 30, 'at once');
ok(is_alive($_), 'a database that is free stays so, however low the file') for @kept;
ok(is_alive($_), 'a role with its own limit keeps it') for @own;

# Lowered to what they will reach soon.
set('1h');
my ($soon) = idle_clients($node, $admin, 1, 'work');
$begin = time;
set('1500ms');
like($soon->last_words->{D}, qr/idle_timeout, which is 1500ms \(configuration file\)\.$/, 'lowered: one will go in its time');
cmp_ok(time - $begin, '<', 30, 'not in the old one');

# A session that is past its limit, and the worker has not seen it yet: it is held up until the
# file has changed.
sub change_while_due
{
	my ($value) = @_;
	set('500ms');
	my $due = connect_to($node, 'work', first => ['BEGIN']);
	$due->answer;
	my $worker = worker_pid($admin);
	kill 'STOP', $worker;
	$due->query('COMMIT');
	idle_for(1, $due);
	$admin->value("ALTER SYSTEM SET ai_cleanup.idle_timeout = '$value'");
	$admin->value('SELECT pg_reload_conf()');
	connect_to($node, 'postgres')->log_out;    # by then the postmaster has told its children
	kill 'CONT', $worker;
	wait_for_worker($admin);
	return $due;
}

# A session that is ended by a limit of its own shows that the worker has looked at all.
sub canary_is_ended
{
	my ($when) = @_;
	my $canary = connect_to($node, 'work', options => '-c ai_cleanup.idle_timeout=700ms');
	return like($canary->last_words->{D}, qr/is 700ms \(connection option\)\.$/, "$when: own limits still count");
}

# Raised: what was due is due no more.
my $late = change_while_due('1h');
canary_is_ended('raised');
ok(is_alive($late), 'raised: what was due stays');

# Turned off.
$late = change_while_due('0');
canary_is_ended('off');
ok(is_alive($late), 'off: what was due stays');

# A session whose value came with its login as the file had it then, follows the file all the
# same, and one that has reset its own does so again.
set('1h');
my ($follower) = idle_clients($node, $admin, 1, 'work');
$follower->query('SET ai_cleanup.idle_timeout = 0');
$follower->query('RESET ai_cleanup.idle_timeout');
wait_until_idle($admin, $follower);
set('300ms');
like($follower->last_words->{D}, qr/idle_timeout, which is 300ms \(configuration file\)\.$/, 'reset, it follows the file again');

# Sessions that log in while the file's value is new.
like(connect_to($node, 'work')->last_words->{D}, qr/is 300ms \(configuration file\)\.$/, 'the next session has it, too');

$node->stop('fast');
done_testing();
