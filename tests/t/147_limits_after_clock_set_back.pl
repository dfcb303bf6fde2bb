# The clock is set back by an hour: sessions that were idle before still pass their limits, and are
# ripe for a login in time. Their idleness counts from the first look after that.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Orders;
use Test::More;

plan skip_all => 'needs a library that is loaded first' unless can_be_ordered();

my $node = ordered { start_small_node('main', conf => <<'EOC') };
ai_cleanup.headroom = 0
ai_cleanup.idle_timeout = 0
ai_cleanup.ripe_for_login = '1s'
ai_cleanup.admission_timeout = '10s'
EOC
my $admin = connect_to($node, 'postgres');
my $now = $admin->value('SELECT clock_timestamp()');

# The limits: on idle sessions, on open transactions, and on those that are in another's way.
my %limit = (
	idle_timeout => '57P05',
	idle_in_transaction_timeout => '25P03',
	idle_blocker_timeout => '25P03');
my %client;
$client{$_} = connect_to($node, 'work', options => "-c ai_cleanup.$_=2s") for sort keys %limit;
$client{idle_in_transaction_timeout}->query('BEGIN');
$client{idle_blocker_timeout}->query($_) for 'CREATE TABLE wanted (i int)', 'BEGIN', 'LOCK wanted';
my $waiting = connect_to($node, 'work');
$waiting->send_query('TABLE wanted');
wait_until_waiting_on($admin, 'active', 'relation', $waiting);
order(clock => -3600);
is($admin->value("SELECT clock_timestamp() < timestamptz '$now'"), 't', 'the clock is set back');
for my $name (sort keys %limit)
{
	my $words = $client{$name}->last_words;
	is($words->{C}, $limit{$name}, "$name passes all the same");
	like($words->{D}, qr/^The session had been idle .*for \d{1,2}(\.\d)? s; .*\.$name, which is 2s/, 'and says so');
}
is($waiting->answer->{tags}[0], 'SELECT 0', 'one that waited is served');

# Ripeness. All slots are taken by sessions that were idle before the clock was set back again.
my @idle = map { connect_to($node, 'work', user => 'dev') } 1 .. 15;
wait_until_idle($admin, @idle);
order(clock => -7200);
my $newcomer = connect_to($node, 'work', user => 'dev');
is($newcomer->value('SELECT 1'), 1, 'a login finds a ripe session');
is($admin->value('SELECT sessions_retired FROM ai_cleanup_stats'), 4, 'one has made way');

$node->stop('fast');
done_testing();
