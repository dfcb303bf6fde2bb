# Several processes that ask the same session at the same moment join one another's requests. None
# of them waits for an answer that has been given, or that will never be: a session that declines
# each time is asked by four callers at once, and once they have their answers, again.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => "log_statement = none\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

# It looks idle, but its client does not read the answer to its last request.
my $deaf = connect_to($node, 'work');
$deaf->send_bytes(PgConnection::message('Q', "SELECT repeat('x', 3500)\0") x 3000);
wait_until_waiting_on($admin, 'idle', 'ClientWrite', $deaf);

my @callers = map { connect_to($node, 'postgres', options => '-c ai_cleanup.wait_timeout=10s') } 1 .. 4;
my @warnings;
for my $round (1 .. 3000)
{
	$_->send_query("SELECT ai_cleanup(database => 'work')") for @callers;
	push @warnings, map { $_->{M} } map { @{ $_->answer->{notices} } } @callers;
	last if @warnings;
}
is_deeply(\@warnings, [], 'no call has waited in vain');
my $declined = $admin->value('SELECT sessions_declined FROM ai_cleanup_stats');
cmp_ok($declined, '>', 2000, 'the session has declined each time');
cmp_ok($declined, '<', 12000, "and often for several at once ($declined times)");

$node->stop('immediate');
done_testing();
