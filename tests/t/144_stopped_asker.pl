# A process that asks a session to end itself may be stopped while it does, by a debugger or
# SIGSTOP: sessions come and go all the same, and so does the one that it was about to ask.
use strict;
use warnings;

use AiCleanup;
use Orders;
use Test::More;
use Time::HiRes qw(time);

plan skip_all => 'needs a library that is loaded first' unless can_be_ordered();

my $node = start_node('main', start => 0);
ordered { $node->start };
run_sql($node, 'CREATE EXTENSION ai_cleanup', 'CREATE DATABASE work');
my ($admin, $asker) = map { connect_to($node, 'postgres') } 1, 2;
my @idle = idle_clients($node, $admin, 2, 'work');

order('stop');
$asker->send_query("SELECT ai_cleanup(database => 'work')");
wait_for('the asker is stopped', sub { is_stopped($asker->pid) });
withdraw('stop');

# It was about to ask one of them, whose exit waits: its pid is its own while the signal can be expected.
my $begin = time;
$_->hang_up for @idle;
wait_until_gone($admin, @idle);
cmp_ok(time - $begin, '>=', 0.9, 'sessions end, and one has waited for its signal, for a second');
is(connect_to($node, 'work')->log_out, undef, 'others come and go') for 1 .. 3;
is($admin->value("SELECT ai_conn_count('work')"), 0, 'no slot is lost');

kill 'CONT', $asker->pid;
ok(!$asker->answer->{error}, 'the asker goes on');
$node->stop('fast');
unlike(new_log($node), qr/was terminated by signal/, 'and its signal hit nobody');
done_testing();
