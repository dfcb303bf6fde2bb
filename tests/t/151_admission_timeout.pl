# A login that finds no room waits no longer than ai_cleanup.admission_timeout, not even if the clock is
# set back by an hour meanwhile; with 0 it does not wait at all.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Orders;
use PgClient;
use Test::More;

my $node = ordered { start_small_node('main', conf => <<'EOC') };
ai_cleanup.headroom = 1
ai_cleanup.admission_timeout = 0
authentication_timeout = '10min'
EOC
my $admin = connect_to($node, 'postgres');
my @busy = busy_clients($node, 16);

# The answer to a login that waits while the clock is set back. (On a busy machine it may have one before;
# then it has shown nothing.)
sub answer_after_set_back
{
	my ($seconds, %how) = @_;
	my $newcomer = PgClient->start($node, dbname => 'work', %how);
	wait_for('it waits', sub { $newcomer->has_news || newcomers($node) });
	order(clock => -$seconds);
	return $newcomer->answer;
}

my $refused = PgClient->start($node, dbname => 'work', user => 'dev')->answer;
is($refused->{error}{C}, '53300', 'with 0 a login is refused');
is(stats($admin)->{logins_waited}, 0, 'and has not waited');

$admin->value("ALTER SYSTEM SET ai_cleanup.admission_timeout = '2s'");
reload($node, $admin);
SKIP:
{
	skip 'needs a library that is loaded first', 4 unless can_be_ordered();
	is(answer_after_set_back(3600, user => 'dev')->{error}{C}, '53300', 'with 2 s it is refused in time');
	is(stats($admin)->{logins_waited}, 1, 'and has waited');

	# A superuser takes the last slot, and waits for a session that does not go: it is stopped.
	my ($stopped) = idle_clients($node, $admin, 1, 'work');
	my $other = connect_to($node, 'postgres');
	kill 'STOP', $stopped->pid;
	is(answer_after_set_back(7200)->{ready}, 'I', 'a superuser gets in in time');
	is(stats($admin)->{logins_waited}, 2, 'and has waited');
	kill 'CONT', $stopped->pid;
}

$node->stop('fast');
done_testing();
