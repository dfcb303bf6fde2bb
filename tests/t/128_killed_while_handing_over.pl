# A session that is stopped or killed while it hands its client's connection over: its slot has been
# free before, others are not held up, and the client hears something.
use strict;
use warnings;

use AiCleanup;
use Orders;
use Test::More;

plan skip_all => 'needs a library that is loaded first' unless can_be_ordered();

my $node = start_node('main', start => 0, conf => <<CONF);
ai_cleanup.tell_client = when_it_asks
restart_after_crash = on
max_connections = 10
CONF
ordered { $node->start };
run_sql($node, 'CREATE EXTENSION ai_cleanup', 'CREATE DATABASE work');
my $admin = connect_to($node, 'postgres');
attendant_pid($admin);

sub stopped_while_handing_over
{
	my ($client) = idle_clients($node, $admin, 1, 'work');
	order('keep');
	is(cleanup($admin, "database => 'work'")->{count}, 1, 'it is retired');
	wait_for('it is stopped', sub { is_stopped($client->pid) });
	withdraw('keep');
	return $client;
}

my $stopped = stopped_while_handing_over();
ok(is_gone($admin, $stopped), 'stopped while it hands over: it is no session any more');
is($admin->value("SELECT ai_conn_count('work')"), 0, 'its slot is free');
my ($other) = idle_clients($node, $admin, 1, 'work');
is(cleanup($admin, "database => 'work'")->{count}, 1, 'others are retired beside it');
is($other->query('SELECT 1')->{error}{C}, '57P05', 'and their clients told');
is(connect_to($node, 'work')->log_out, undef, 'logins come and go') for 1 .. 12;
kill 'CONT', $stopped->pid;
is($stopped->query('SELECT 1')->{error}{C}, '57P05', 'once it goes on, its client is told, too');

# PostgreSQL restarts when one of its processes is killed; nothing of ours is left behind.
$stopped = stopped_while_handing_over();
kill 'KILL', $stopped->pid;
$stopped->last_words;
ok(1, 'killed while it hands over: its client sees the connection end');
$admin->last_words;
$node->poll_query_until('postgres', 'SELECT true');
$admin = connect_to($node, 'postgres');
attendant_pid($admin);
is_deeply([ hand_overs($admin) ], [ 0, 0, 0, 0 ], 'after the restart nothing is held');
my @clients = idle_clients($node, $admin, 6, 'work');
is(cleanup($admin, "database => 'work'")->{count}, 6, 'no slot is lost');
is($_->query('SELECT 1')->{error}{C}, '57P05', 'clients are told as before') for @clients;

$node->stop('fast');
done_testing();
