# Sessions that others rely on, while all limits are as strict as can be: a consumer of
# notifications gets every one of them, and Prisma Migrate keeps its lock for as long as it holds it.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

use constant MIGRATE => 72707369;    # the lock that Prisma Migrate takes

my $node = start_small_node('main', conf => "ai_cleanup.headroom = 0\n");
my $admin = connect_to($node, 'postgres');
my $consumer = connect_to($node, 'work', first => ['LISTEN jobs']);
$consumer->answer;
my $migrate = connect_to($node, 'work', first => [ 'SELECT pg_advisory_lock(' . MIGRATE . ')' ]);
$migrate->answer;
my ($plain) = idle_clients($node, $admin, 1, 'work');
wait_until_idle($admin, $consumer, $migrate);

$admin->value("ALTER SYSTEM SET $_")
  for "ai_cleanup.idle_timeout = '1ms'", 'ai_cleanup.headroom = 19', 'ai_cleanup.connection_budget = 1';
reload($node, $admin);
wait_until_gone($admin, $plain);
pass('one that is not relied on has gone');

my $rounds = 50;
for my $round (1 .. $rounds)
{
	# What the producer does it sends ahead, for it will not live long.
	my $producer = connect_to($node, 'work', first => [ "NOTIFY jobs, 'job $round'" ]);
	$producer->answer;
	my $other = connect_to($node, 'work', first => [ 'SELECT pg_try_advisory_lock(' . MIGRATE . ')' ]);
	die "round $round: the lock was free" unless $other->answer->{rows}[0][0] eq 'f';
	die "round $round: a call ended somebody who is protected"
	  if grep { is_gone($admin, $_) } $consumer, $migrate;
	cleanup($admin, "database => 'work'");
}
pass("the lock was held through $rounds rounds");

my @heard;
while (@heard < $rounds)
{
	my ($type, $body) = $consumer->read_message or last;
	push @heard, (unpack('N Z* Z*', $body))[2] if $type eq 'A';
}
is_deeply(\@heard, [ map { "job $_" } 1 .. $rounds ], 'the consumer has heard everything, in order');

# Then they are like all others.
$consumer->send_query('UNLISTEN *');
$consumer->answer;
is($consumer->last_words->{C}, '57P05', 'one that listens no more is ended');
$migrate->send_query('SELECT pg_advisory_unlock(' . MIGRATE . ')');
$migrate->answer;
is($migrate->last_words->{C}, '57P05', 'and so is one that holds the lock no more');

$node->stop('fast');
done_testing();
