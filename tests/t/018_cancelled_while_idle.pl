# A cancel request that comes too late, when its query is over, is common: it must not protect
# the session from being ended.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '1h'\n");
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value('CREATE DATABASE work');

# PostgreSQL keeps the request pending until the session's next command. Signals are
# delivered in any order, so the session is given its time.
sub cancel
{
	my ($client) = @_;
	is($admin->value('SELECT pg_cancel_backend(' . $client->pid . ')'), 't', 'cancelled while idle');
	wait_for('a moment has passed', sub {
		$admin->value("SELECT now() - state_change > '500ms' FROM pg_stat_activity WHERE pid = "
			  . $client->pid) eq 't';
	});
	return wait_until_idle($admin, $client);
}

my ($called) = idle_clients($node, $admin, 1, 'work');
cancel($called);
is(cleanup($admin, "database => 'work'")->{count}, 1, 'a call ends it');
is($called->last_words->{C}, '57P05', 'and its client is told') if is_gone($admin, $called);

# The session as such is none the worse for it.
my ($spared) = idle_clients($node, $admin, 1, 'work');
cancel($spared);
is($spared->value('SELECT 1'), 1, 'its next command is not cancelled');

my ($limited) = idle_clients($node, $admin, 1, 'work');
cancel($limited);
$admin->value("ALTER SYSTEM SET ai_cleanup.idle_timeout = '500ms'");
reload($node, $admin);
ok(eval { wait_until_gone($admin, $limited) }, 'the worker ends it');

$node->stop('fast');
done_testing();
