# With nothing due the worker sleeps: not one context switch in a minute, however much goes on
# in the sessions meanwhile.
use strict;
use warnings;

use AiCleanup;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'this system does not tell of wake-ups' unless has_wake_ups();

# Until the worker has come to rest after what the test itself has set in motion.
sub at_rest
{
	my ($pid) = @_;
	my ($before, $since) = (wake_ups($pid), time);

	wait_for('the worker is at rest', sub {
		my $now = wake_ups($pid);
		($before, $since) = ($now, time) if $now != $before;
		return time - $since > 1;
	});
	return $before;
}

my %servers = (
	'limits far away' => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '1h'\n",
	'no limits' => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = 0\n",
	'off' => "ai_cleanup.enabled = off\nai_cleanup.idle_timeout = '1s'\n",
	'empty' => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '1h'\n");

for my $name (keys %servers)
{
	my $node = start_node($name =~ tr/ /_/r, conf => "log_statement = none\n" . $servers{$name});
	my $admin = connect_to($node, 'postgres');
	my %server = (node => $node, worker => worker_pid($admin), clients => []);

	if ($name eq 'empty')
	{
		$admin->log_out;
	}
	else
	{
		# Idle ones, one that is at work the whole time, one that works now and then.
		my @idle = idle_clients($node, $admin, 5, 'postgres');
		my $long = connect_to($node, 'postgres');
		$long->send_query('SELECT pg_sleep(3600)');
		$server{clients} = [ $admin, $long, @idle ];
		$server{active} = connect_to($node, 'postgres');
	}
	$servers{$name} = \%server;
}
$_->{before} = at_rest($_->{worker}) for values %servers;

# A minute of work: queries, transactions, errors, calls, and logins, whose limit is later than
# what the worker waits for.
my $queries = 0;
my $begin = time;
while (time - $begin < 60)
{
	for my $server (grep { $_->{active} } values %servers)
	{
		my $active = $server->{active};
		$active->query('SELECT 1');
		$active->query('BEGIN; SELECT 1/0');
		$active->query('ROLLBACK');
		cleanup($active, "idle_for => '1 day'");
		connect_to($server->{node}, 'postgres')->log_out;
		$queries += 4;
	}
	sleep 0.1;
}
note "$queries queries";

for my $name (sort keys %servers)
{
	my $server = $servers{$name};
	is(wake_ups($server->{worker}) - $server->{before}, 0, "$name: the worker has not stirred");
}

# The count would have shown it.
my $server = $servers{'limits far away'};
$server->{active}->query('SET ai_cleanup.idle_timeout = 300');
is($server->{active}->last_words->{C}, '57P05', 'something to do: it is awake at once');
cmp_ok(wake_ups($server->{worker}) - $server->{before}, '>', 0, 'and the count says so');

done_testing();
