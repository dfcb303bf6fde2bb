# A login reads no catalog for our sake while there is room, and waits for no lock when there is
# none: whatever somebody has locked for longer than authentication_timeout, a login for which there
# is room gets in as it does without the library.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgClient;
use Test::More;
use Time::HiRes qw(time);

my $node = start_small_node('main', conf => <<CONF);
authentication_timeout = '2s'
ai_cleanup.headroom = 0
ai_cleanup.admission_timeout = '100ms'
CONF
my $admin = connect_to($node, 'postgres');
my $locker = connect_to($node, 'postgres');

# PostgreSQL itself reads pg_database after the authentication, when no time is running out.
$locker->value('BEGIN');
$locker->value('LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE');
my @clients = map { PgClient->start($node, dbname => 'work', user => $_) } 'dev', scalar getpwuid($<);
wait_for('they wait as they would without the library', sub {
	$admin->value("SELECT count(*) FROM pg_locks WHERE NOT granted") == 2;
});
my $locked = time;
wait_for('authentication_timeout is over', sub { time > $locked + 2.5 });
ok(!$_->has_news, 'a login that waits for the catalog is not given up') for @clients;
$locker->value('COMMIT');
is($_->answer->{ready}, 'I', 'and gets in when the lock is gone') for @clients;

# Without room: nobody can be ended for a login of whom nothing can be read, and it fails in
# PostgreSQL's own way, not by a timeout.
my @all = map { connect_to($node, 'work', user => 'dev') } 1 .. 13;
is($admin->value('SELECT ai_conn_count(NULL)'), 17, 'the server is full, but for the reserve');
for my $catalog (qw(pg_database pg_auth_members))
{
	my $before = stats($admin);
	$locker->value('BEGIN');
	$locker->value("LOCK TABLE $catalog IN ACCESS EXCLUSIVE MODE");
	my $newcomer = PgClient->start($node, dbname => 'work', user => 'dev');
	is($newcomer->answer->{error}{C}, '53300', "$catalog locked: refused for want of room, at once");
	is(retired_since($admin, $before), 0, "$catalog locked: and nobody was ended");
	$locker->value('COMMIT');
}
is(refusal($node, 'work', 'dev'), '', 'for contrast: with nothing locked, room is made');

$node->stop('fast');
done_testing();
