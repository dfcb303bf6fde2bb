# A role that may not end a session with pg_terminate_backend cannot end it with ai_cleanup, and
# the other way round: for each caller and each session the two are compared.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value($_) for (
	'CREATE ROLE boss SUPERUSER LOGIN',
	'CREATE ROLE owner LOGIN',
	'CREATE ROLE signaller LOGIN', 'GRANT pg_signal_backend TO signaller',
	'CREATE ROLE app LOGIN',
	'CREATE ROLE member LOGIN', 'GRANT app TO member',
	'CREATE ROLE heirless LOGIN NOINHERIT', 'GRANT app TO heirless',
	'CREATE ROLE lieutenant LOGIN', 'GRANT boss TO lieutenant',
	'CREATE ROLE stranger LOGIN',
	'CREATE DATABASE work OWNER owner');

my @callers = qw(boss owner signaller app member heirless lieutenant stranger);
my @victims = qw(boss owner app);
my %notice = (
	superuser => [ qr/^1 session left alone: it belongs to a superuser$/, qr/superuser can end/ ],
	other => [ qr/^1 session left alone: it belongs to another role$/, qr/pg_signal_backend/ ]);

# A fresh session of that role, alone in the database.
sub victim
{
	my ($role) = @_;
	my ($client) = idle_clients($node, $admin, 1, 'work', user => $role);
	return $client;
}

sub end
{
	my ($client) = @_;
	$admin->value('SELECT pg_terminate_backend(' . $client->pid . ', 60000)')
	  unless is_gone($admin, $client);
	return;
}

for my $caller (@callers)
{
	my $session = connect_to($node, 'postgres', user => $caller);
	for my $role (@victims)
	{
		my $name = "$caller ends a session of $role";
		my $client = victim($role);
		my $told = $session->query('SELECT pg_terminate_backend(' . $client->pid . ', 60000)');
		my $may = $told->{error} ? 0 : 1;
		is(is_gone($admin, $client) ? 1 : 0, $may, "$name: " . ($may ? 'may' : 'may not'));
		end($client);

		for my $force ('false', 'true')
		{
			$client = victim($role);
			my $answer = cleanup($session, "database => 'work', force => $force");
			is($answer->{count}, $may, "$name, force => $force: the same");
			is(is_gone($admin, $client) ? 1 : 0, $may, 'and the session knows it');

			my ($text, $hint) = @{ $notice{ $role eq 'boss' ? 'superuser' : 'other' } };
			is(scalar @{ $answer->{notices} }, 1 - $may, 'the caller is told of what stays');
			if (!$may)
			{
				is($answer->{notices}[0]{S}, 'NOTICE', 'in a notice');
				like($answer->{notices}[0]{M}, $text, 'whose it is');
				like($answer->{notices}[0]{H}, $hint, 'and who can end it');
			}
			end($client);
		}
	}
}

# In numbers, and both kinds at once; busy ones as well, although they stay anyway: one that is left out
# of the number would be known to be busy.
my @mixed = map { victim($_) } qw(boss boss owner app app app);
my $busy = victim('boss');
$busy->query('BEGIN');
my $answer = cleanup(connect_to($node, 'postgres', user => 'stranger'), "database => 'work'");
is($answer->{count}, 0, 'a stranger ends none');
is_deeply(
	[ map { $_->{M} } @{ $answer->{notices} } ],
	[
		'3 sessions left alone: they belong to superusers',
		'4 sessions left alone: they belong to other roles'
	],
	'and is told of how many');
$answer = cleanup(connect_to($node, 'postgres', user => 'member'), "database => 'work'");
is($answer->{count}, 3, 'a member ends those of its role');
is_deeply(
	[ map { $_->{M} } @{ $answer->{notices} } ],
	[
		'3 sessions left alone: they belong to superusers',
		'1 session left alone: it belongs to another role'
	],
	'and is told of the rest');

# What counts is the role that logged in, and the one that calls: not SET ROLE there, but SET ROLE here.
my $disguised = victim('boss');
$disguised->query('SET ROLE app');
my $lowered = connect_to($node, 'postgres', user => 'boss');
$lowered->query('SET ROLE stranger');
wait_until_idle($admin, $disguised);
is(cleanup($lowered, "database => 'work', force => true")->{count}, 0, 'SET ROLE gives rights away');
$lowered->query('RESET ROLE');
is(cleanup($lowered, "database => 'work', force => true")->{count}, 5, 'RESET ROLE restores them');

$node->stop('fast');
done_testing();
