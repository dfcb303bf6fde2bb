# When all ordinary slots are busy, a newcomer waits until one of them is free, and no longer
# than ai_cleanup.admission_timeout. However many try, superusers get in as they always do.
use strict;
use warnings;

use Admission;
use AiCleanup;
use List::Util qw(sum);
use Test::More;
use Time::HiRes qw(time);

# PostgreSQL 16 has other words.
my $reserved = 'remaining connection slots are reserved for'
  . ' (?:non-replication superuser connections|roles with the SUPERUSER attribute)$';
my $node = start_small_node('main', conf => <<CONF);
ai_cleanup.headroom = 0
ai_cleanup.admission_timeout = '60s'
CONF
my $admin = connect_to($node, 'postgres');
my @busy = busy_clients($node, 16); # and the superuser is the 17th

# The histogram's last buckets are the waits of up to a second and of more.
sub waits
{
	my @waits = $admin->value(q{SELECT array_to_string(login_waits, ',') FROM ai_cleanup_stats}) =~ /\d+/g;
	return { all => sum(@waits), longest => $waits[-2] + $waits[-1], buckets => scalar @waits };
}

sub newcomer { return PgClient->start($node, dbname => 'work', user => 'dev') }

# Another busy session, in the place of one that has ended.
sub replace_busy
{
	my ($ended) = @_;
	wait_until_gone($admin, $ended);
	my ($new) = busy_clients($node, 1);
	@busy = ((grep { $_ != $ended } @busy), $new);
	return;
}

my %ways = (
	'is terminated' => sub { $admin->value('SELECT pg_terminate_backend(' . $_[0]->pid . ')') },
	'hangs up' => sub { $_[0]->hang_up; kill 'INT', $_[0]->pid },
	'falls idle' => sub { $admin->value('SELECT pg_cancel_backend(' . $_[0]->pid . ')') });

for my $way (sort keys %ways)
{
	my $before = stats($admin);
	my ($newcomer, $pid) = waiting_newcomer($node);
	my $one = $busy[0];

	$ways{$way}->($one);
	my $answer = $newcomer->answer;
	is($answer->{ready}, 'I', "a newcomer waits and gets in when a busy one $way");
	is($newcomer->pid, $pid, 'that is the one that waited');
	is($newcomer->value('SELECT 1'), 1, 'and its session works');
	my $after = stats($admin);
	is($after->{logins_waited} - $before->{logins_waited}, 1, 'its wait is counted');
	is(waits()->{all}, $after->{logins_waited}, 'and stands in the histogram');
	is($after->{logins_rescued} - $before->{logins_rescued}, 1, 'and that it got in');
	is(retired_since($admin, $before), $way eq 'falls idle' ? 1 : 0, 'no other had to go');
	if ($way eq 'falls idle')
	{
		is($one->answer->{error}{C}, '57014', 'its statement was cancelled');
		is($one->last_words->{C}, '57P05', 'and it was told that it had to make way');
	}

	$newcomer->log_out;
	wait_until_gone($admin, $newcomer);
	replace_busy($one);
}

# One waits; a second one hears from PostgreSQL at once, for two would be in each other's way.
{
	my ($first) = waiting_newcomer($node);
	my $second = newcomer();
	my $answer = $second->answer;
	is($answer->{error}{C}, '53300', 'a second newcomer is refused');
	like($answer->{error}{M}, qr/^$reserved/, 'in PostgreSQL\'s own words');
	is(scalar(newcomers($node)), 1, 'while the first still waits');
	my $superuser = connect_to($node, 'postgres');
	is($superuser->value('SELECT 1'), 1, 'and a superuser gets in');
	$superuser->log_out;

	my $one = $busy[0];
	$ways{'is terminated'}->($one);
	is($first->answer->{ready}, 'I', 'the first gets the slot');
	$first->log_out;
	wait_until_gone($admin, $first);
	replace_busy($one);
}

# No session ends: PostgreSQL's own answer, in time.
{
	$admin->value("ALTER SYSTEM SET ai_cleanup.admission_timeout = '1s'");
	$admin->value('SELECT pg_reload_conf()');
	wait_for('the reload has arrived', sub { $admin->value('SHOW ai_cleanup.admission_timeout') eq '1s' });
	# Other processes may learn of it later.
	my ($answer, $took);
	my $before = waits();
	my $tries = 0;
	wait_for('a newcomer knows of it', sub {
		$tries++;
		my $start = time;
		$answer = newcomer()->answer;
		$took = time - $start;
		return $took < 30;
	});
	is($answer->{error}{C}, '53300', 'when none falls idle, the newcomer is refused');
	like($answer->{error}{M}, qr/^$reserved/, 'in PostgreSQL\'s own words');
	cmp_ok($took, '<', 10, 'within ai_cleanup.admission_timeout');
	note(sprintf 'refused after %.2f s', $took);
	is(waits()->{buckets}, 11, 'the histogram has a place for every wait');
	is(waits()->{longest} - $before->{longest}, $tries, 'and this one was among the longest');
	is(waits()->{all} - $before->{all}, $tries, 'and counts once');
	is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
		16, 'no busy session was ended');
	$admin->value('ALTER SYSTEM RESET ai_cleanup.admission_timeout');
}
$_->hang_up for @busy;
$admin->log_out;

# When others take the last free slots, a login that waits for a busy one is refused at once, though
# it has a minute: so the next superuser finds a slot.
{
	reconfigure($node, "authentication_timeout = '10min'");
	my @all = busy_clients($node, 17);
	my ($waiting) = waiting_newcomer($node);
	my $start = time;
	my @superusers = map { connect_to($node, 'postgres') } 1 .. 2;
	is($waiting->answer->{error}{C}, '53300', 'one that waits leaves when no slot is free behind it');
	cmp_ok(time - $start, '<', 30, 'long before ai_cleanup.admission_timeout');
	push @superusers, connect_to($node, 'postgres');
	is($superusers[-1]->value('SELECT 1'), 1, 'and the next superuser gets in');
	is(newcomer()->answer->{error}{C}, '53300', 'no other waits in that place');
	$_->hang_up for @all, @superusers;
}

# Six that want in all the time and may wait, and no more slots than the reserve: superusers get
# in as they do without the automatic part. There, too, it may happen that at one instant all
# slots of the reserve are taken by a login that is just being refused.
my %refused;
for my $enabled ('off', 'on')
{
	reconfigure($node, "ai_cleanup.enabled = $enabled", "ai_cleanup.admission_timeout = '1s'");
	my @all = busy_clients($node, 17);
	my $knocking = start_logins($node, 'knock', clients => 6, pause_ms => 20);
	my $superusers = logins($node, 'one-by-one', user => scalar(getpwuid($<)),
		count => 300, close => 'yes', pause_ms => 10, retry_ms => 500);
	my $others = finish_logins($knocking);
	is($superusers->{in}, 300, "enabled = $enabled: every superuser gets in within half a second");
	cmp_ok($others->{refused}, '>', 100, "enabled = $enabled: past many who do not");
	$refused{$enabled} = $superusers->{tries} - 300;
	note(said($superusers), "\n", said($others));
	$_->hang_up for @all;
}
cmp_ok($refused{on}, '<=', $refused{off} + 30, 'and almost always at the first try');
note("refused tries: $refused{on} of 300, without the automatic part $refused{off}");

$node->stop('fast');
done_testing();
