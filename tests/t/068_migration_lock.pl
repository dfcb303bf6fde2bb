# Prisma Migrate takes pg_advisory_lock(72707369) in a session of its own, which idles while the
# migrations run elsewhere. That session stays, and the lock keeps a second migration out, until
# it is released, or its session ended by force.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $lock = 72707369;
my $node = start_node('main', conf => <<CONF);
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = '1ms'
ai_cleanup.connection_budget = 1
ai_cleanup.headroom = 20
max_connections = 20
CONF
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

sub is_free
{
	return ask($node, 'work', "SELECT pg_try_advisory_xact_lock($lock)") eq 't';
}

my $migrate = connect_to($node, 'work');
$migrate->query("SELECT pg_advisory_lock($lock)");
my ($bystander) = idle_clients($node, $admin, 1, 'work');
wait_until_idle($admin, $migrate);
$admin->value('ALTER SYSTEM SET ai_cleanup.enabled = on');
$admin->value('SELECT pg_reload_conf()');
is($bystander->last_words->{C}, '57P05', 'who holds no lock is ended');

for my $round (1 .. 10)
{
	my @leak = map { PgClient->start($node, dbname => 'work') } 1 .. 25;
	$_->answer for @leak;
	cleanup($admin, "database => 'work'");
	ok(!is_free(), "round $round: a second migration is kept out");
}
ok(!is_gone($admin, $migrate), 'the session is there');
$migrate->send_query("SELECT pg_advisory_unlock($lock)");
is($migrate->last_words->{C}, '57P05', 'with its lock released, it is ended like everybody else');
ok(is_free(), 'the next migration can begin');

# The lock of a migration that was forgotten can be had all the same.
my $forgotten = PgClient->start($node, dbname => 'work');
$forgotten->send_query("SELECT pg_advisory_lock($lock)");
$forgotten->answer for 1 .. 2;
wait_for('it is alone', sub { $admin->value("SELECT ai_conn_count('work')") == 1 });
is(cleanup($admin, "database => 'work'")->{count}, 0, 'a call leaves it alone');
is(cleanup($admin, "database => 'work', force => true")->{count}, 1, 'with force it ends');
ok(is_free(), 'and the lock is free');

$node->stop('fast');
done_testing();
