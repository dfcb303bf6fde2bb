# A consumer that has done LISTEN looks idle between two notifications. While limits as strict as
# can be end everybody else it gets every notification, in order.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = '1ms'
ai_cleanup.connection_budget = 1
ai_cleanup.headroom = 20
max_connections = 20
CONF
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

# The next notification's payload.
sub notification
{
	my ($client) = @_;
	while (my ($type, $body) = $client->read_message)
	{
		return (unpack 'N Z* Z*', $body)[2] if $type eq 'A';
	}
	return 'the connection has ended';
}

my $consumer = connect_to($node, 'work');
$consumer->query('LISTEN job');
my ($bystander) = idle_clients($node, $admin, 1, 'work');
$admin->value('ALTER SYSTEM SET ai_cleanup.enabled = on');
$admin->value('SELECT pg_reload_conf()');
is($bystander->last_words->{C}, '57P05', 'who does not listen is ended');

my (@sent, @got);
for my $round (1 .. 20)
{
	# Logins for which there is no room but that of the idle.
	my @leak = map { PgClient->start($node, dbname => 'work') } 1 .. 25;
	$_->answer for @leak;
	is(cleanup($admin, "database => 'work'")->{error}, undef, "round $round: a call");
	for my $job (1 .. 5)
	{
		push @sent, "job $round.$job";
		ask($node, 'work', "NOTIFY job, 'job $round.$job'");
	}
	push @got, map { notification($consumer) } 1 .. 5;
}
is_deeply(\@got, \@sent, 'the consumer has got all, in order');
cmp_ok($admin->value('SELECT sessions_retired FROM ai_cleanup_stats'), '>', 100, 'many others were ended');

# No more than that: it has ended its LISTEN, and is like everybody else.
$consumer->send_query('UNLISTEN job');
is($consumer->last_words->{C}, '57P05', 'who listens no more is ended');

$node->stop('fast');
done_testing();
