# A full server with sessions that are not ripe, and newcomers in line: nothing can be done, and next to
# nothing is. A login is no news to the worker, and of those in line the first ones look now and then.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgClient;
use Test::More;

plan skip_all => 'this system does not tell of wake-ups' unless has_wake_ups();

my $node = start_small_node('main', slots => 80, conf => <<CONF);
ai_cleanup.databases = '*'
ai_cleanup.max_sessions = 10
ai_cleanup.ripe_for_login = '1h'
ai_cleanup.ripe_for_headroom = '1h'
ai_cleanup.admission_timeout = '1min'
authentication_timeout = '10min'
CONF
my $admin = connect_to($node, 'postgres');
my @in = map { connect_to($node, 'work', user => 'dev') } 1 .. 9;
my $worker = worker_pid($admin);

sub sweeps { return $admin->value('SELECT sweeps FROM ai_cleanup_stats') }

# One after the other, each a superuser's, which does not wait. The worker may be about to look at an
# exit, or at the end of the logins above.
my $before = sweeps();
connect_to($node, 'work')->log_out for 1 .. 30;
worker_pid($admin);
my $more = sweeps() - $before;
cmp_ok($more, '<=', 5, "30 logins to a full server wake the worker a few times at most ($more)");

# Forty in line. What the last one does while the first looks six times, which takes some seconds.
my @waiting;
for my $place (1 .. 40)
{
	push @waiting, PgClient->start($node, dbname => 'work', user => 'dev');
	wait_for("$place wait", sub { $admin->value('SELECT count(*) FROM ai_cleanup_line') == $place });
}
my ($first, $last) = split /,/,
  $admin->value("SELECT string_agg(pid::text, ',' ORDER BY place) FROM ai_cleanup_line WHERE place IN (1, 40)");
my ($of_first, $of_last) = (wake_ups($first), wake_ups($last));
wait_for('the first looks', sub { wake_ups($first) >= $of_first + 6 });
my $looks = wake_ups($last) - $of_last;
cmp_ok($looks, '<=', 3, "the last one meanwhile looks seldom ($looks)");

# And yet each is served in its turn.
for my $place (1 .. 12)
{
	(shift @in)->log_out;
	my $client = shift @waiting;
	is($client->answer->{ready}, 'I', "$place is let in");
	push @in, $client;
}

$node->stop('fast');
done_testing();
