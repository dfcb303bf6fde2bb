# Thinking is not leaking: need ends only a session that has been idle for long enough, for a login
# and for the headroom each by a setting of its own, and never more than makes room.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgClient;
use Test::More;

my $node = start_small_node('main', conf => <<CONF);
ai_cleanup.headroom = 5
ai_cleanup.ripe_for_headroom = '1h'
ai_cleanup.ripe_for_login = '1h'
ai_cleanup.admission_timeout = '50ms'
CONF
my $admin = connect_to($node, 'postgres');

sub set
{
	my ($name, $value) = @_;
	$admin->value("ALTER SYSTEM SET ai_cleanup.$name = '$value'");
	return reload($node, $admin);
}

# One slot more than there are for ordinary roles is the administrator's.
my @pausing = idle_clients($node, $admin, 16, 'work', user => 'dev');

is(stats($admin)->{sessions_retired}, 0, 'the headroom is gone, and no session is ended for it');
is(refusal($node, 'work', 'dev') =~ /reserved/, 1, 'a login that only sessions that pause could make room for is refused');
is(stats($admin)->{sessions_retired}, 0, 'and no session is ended for it');

# Where no login waits it takes longer.
set('admission_timeout', '30s');
set('ripe_for_login', '10ms');
is(refusal($node, 'work', 'dev'), '', 'a ripe one makes way for a login');
is(stats($admin)->{sessions_retired}, 1, 'one, and none for the headroom');
is($pausing[0]->last_words->{C}, '57P05', 'the longest idle one');

set('ripe_for_headroom', '10ms');
wait_for('there is headroom', sub { $admin->value('SELECT ai_conn_count(NULL)') <= 15 });
is(join('', map { is_alive($_) ? 'y' : 'n' } @pausing) =~ /^n+y+$/, 1, 'the longest idle ones made way for it');

# A login that has waited in vain is no rescue; one that got in is, once.
is(stats($admin)->{logins_rescued}, 1, 'one login was rescued');
is($admin->value('SELECT retired_unused FROM ai_cleanup_stats'), stats($admin)->{sessions_retired},
	'one that had never run anything is counted apart');

$node->stop('fast');
done_testing();
