# A SIGUSR2 that ai_cleanup has not sent does nothing: without a request a session has no
# reason to look at itself.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

my @idle = idle_clients($node, $admin, 3, 'work');
my ($open, $executing, $working) = map { connect_to($node, 'work') } 1 .. 3;
$open->query('BEGIN');
$executing->send_query('SELECT pg_sleep(3600)');
wait_until_waiting_on($admin, 'active', 'PgSleep', $executing);

my $worker = worker_pid($admin);
my $right = 0;
for my $round (1 .. 50)
{
	$working->send_query("SELECT sum(n) FROM generate_series(1, 20000) n");
	kill 'USR2', $_->pid for @idle, $open, $executing, $working;
	kill 'USR2', $worker;
	$right++ if $working->answer->{rows}[0][0] == 200010000;
}
is($right, 50, 'work is done all the while');
ok(is_alive($_), 'an idle session stays') for @idle, $working;
is($open->query('COMMIT')->{tags}[0], 'COMMIT', 'one in a transaction stays');
$admin->value('SELECT pg_cancel_backend(' . $executing->pid . ')');
is($executing->answer->{error}{C}, '57014', 'an executing one stays until it is cancelled');
is(worker_pid($admin), $worker, 'and so does the worker');

wait_until_idle($admin, @idle, $open, $executing, $working);
is(cleanup($admin, "database => 'work'")->{count}, 6, 'all can still be retired');

$node->stop('fast');
done_testing();
