# A process that asks a session to end itself may be stopped while it does, by a debugger or
# SIGSTOP: sessions come and go all the same, and so does the one that it was about to ask.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'needs a library that is loaded first' unless can_be_ordered();

my $node = start_node('main', start => 0);
my $orders = start_ordered($node);
run_sql($node, 'CREATE EXTENSION ai_cleanup', 'CREATE DATABASE work');
my ($admin, $asker) = map { connect_to($node, 'postgres') } 1, 2;
my ($asked, $other) = idle_clients($node, $admin, 2, 'work');

append_to_file("$orders/stop", '');
$asker->send_query("SELECT ai_cleanup(database => 'work')");
wait_for('the asker is stopped', sub { is_stopped($asker->pid) });
unlink "$orders/stop" or die $!;

$other->hang_up;
wait_until_gone($admin, $other);
ok(1, 'another session ends');
is(connect_to($node, 'work')->log_out, undef, 'others come and go') for 1 .. 3;
$asked->hang_up;
wait_until_gone($admin, $asked);
ok(1, 'and so does the one that was about to be asked');
is($admin->value("SELECT ai_conn_count('work')"), 0, 'no slot is lost');

kill 'CONT', $asker->pid;
ok(!$asker->answer->{error}, 'the asker goes on');
$node->stop('fast');
unlike(new_log($node), qr/was terminated by signal/, 'and its signal hit nobody');
done_testing();
