# With ai_cleanup.wait_timeout = 0 a call asks the sessions to end and returns at once; they
# end all the same.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
$admin->query('SET ai_cleanup.wait_timeout = 0');

for my $force ('true', 'false')
{
	my @idle = idle_clients($node, $admin, 20, 'work');
	my $answer = cleanup($admin, "database => 'work', force => $force");
	ok($answer->{ready}, "the call returns, force => $force");
	ok(eval { wait_until_gone($admin, @idle) }, 'and all sessions end') or diag $@;
}

$node->stop('fast');
done_testing();
