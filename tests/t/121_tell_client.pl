# When a client is told is its own choice, or that of its role, its database or the server.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.tell_client = when_it_asks\n");
my $admin = connect_to($node, 'postgres');
$admin->value($_) for 'CREATE DATABASE work', 'CREATE ROLE listener LOGIN', 'CREATE ROLE plain LOGIN';
$admin->value("ALTER ROLE listener SET ai_cleanup.tell_client = 'at_once'");

sub is_told
{
	my ($when, $name, %how) = @_;
	my $set = delete $how{set};
	my $client = connect_to($node, 'work', user => 'plain', %how);
	$client->value($set) if $set;
	wait_until_idle($admin, $client);
	is(cleanup($admin, "database => 'work'")->{count}, 1, "$name: retired");
	if ($when eq 'at once')
	{
		is($client->last_words->{C}, '57P05', "$name: told at once");
		ok(!$client->was_reset, "$name: whole");
	}
	else
	{
		wait_until_held($admin, 1);
		ok(!$client->has_news, "$name: not told");
		is($client->query('SELECT 1')->{error}{C}, '57P05', "$name: until it asks");
	}
	$client->hang_up;
	return wait_until_held($admin, 0);
}

is($admin->value('SELECT boot_val FROM pg_settings WHERE name = $$ai_cleanup.tell_client$$'),
	'when_it_asks', 'by default: when it asks');
for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';
	is_told('later', "$how, by default", tcp => $tcp);
	is_told('at once', "$how, in the connection's options", tcp => $tcp,
		options => '-c ai_cleanup.tell_client=at_once');
	is_told('at once', "$how, SET", tcp => $tcp, set => 'SET ai_cleanup.tell_client = at_once');
	is_told('at once', "$how, of the role", tcp => $tcp, user => 'listener');
	is_told('later', "$how, the connection's option outranks the role", tcp => $tcp,
		user => 'listener', options => '-c ai_cleanup.tell_client=when_it_asks');
}

# The server's value counts for clients that have none of their own.
$node->append_conf('postgresql.conf', "ai_cleanup.tell_client = at_once\n");
reload($node, $admin);
is_told('at once', 'in the configuration file');
is_told('later', 'a client of another mind', options => '-c ai_cleanup.tell_client=when_it_asks');

is($admin->query("SET ai_cleanup.tell_client = 'never'")->{error}{C}, '22023', 'nothing else can be said');

$node->stop('fast');
done_testing();
