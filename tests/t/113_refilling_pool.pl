# Endings that bring no room are not repeated: a pool that refills itself at once is left alone
# after some attempts. The log says so once, and ai_cleanup_stats until when.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgClient;
use Test::More;

my $headroom = 4;
my $node = start_small_node('main', conf => "ai_cleanup.headroom = $headroom\n");
my $admin = connect_to($node, 'postgres');
my $resting = 'SELECT headroom_rests_until > now() FROM ai_cleanup_stats';

is($admin->value($resting), undef, 'nothing rests as yet');

# All slots but two: the pool replaces whatever it loses, until it has not lost anything any more.
my @pool = map { connect_to($node, 'work', user => 'dev') } 1 .. 16;
wait_for('the worker gives up', sub {
	for my $connection (@pool)
	{
		next if is_alive($connection);
		$connection = PgClient->start($node, dbname => 'work', user => 'dev');
		$connection->answer;
	}
	return ($admin->value($resting) // '') eq 't';
});
cmp_ok(stats($admin)->{sessions_retired}, '<=', 3 * $headroom, 'after some attempts');
like(new_log($node), qr/LOG:  ai_cleanup cannot keep $headroom slots free: sessions that it ends come straight back/,
	'the log says why');

# From now on no session is ended, however long the pool is idle.
@pool = map { is_alive($_) ? $_ : connect_to($node, 'work', user => 'dev') } @pool;
my $before = stats($admin);
wait_for_worker($admin) for 1 .. 5;
is(retired_since($admin, $before), 0, 'then it is left alone');
is(scalar(grep { is_alive($_) } @pool), 16, 'all of it');
is(() = new_log($node) =~ /cannot keep $headroom slots free/g, 1, 'the log says it once');

$node->stop('fast');
done_testing();
