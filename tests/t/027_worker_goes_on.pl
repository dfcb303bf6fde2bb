# Whatever happens around the worker, it goes on, or comes back and goes on.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '300ms'
CONF
my %spared = (options => '-c ai_cleanup.idle_timeout=0');
my $admin = connect_to($node, 'postgres', %spared);
my $worker = worker_pid($admin);

sub check
{
	my ($when, $database) = @_;
	is(connect_to($node, $database // 'postgres')->last_words->{C}, '57P05',
		"$when: it ends an idle session");
	return;
}

check('at first');
reload($node, $admin) for 1 .. 3;
check('after reloads');
is(worker_pid($admin), $worker, 'it is the same one still');

# Databases come and go, with sessions in them that it had looked at.
for my $round (1, 2)
{
	$admin->value('CREATE DATABASE here');
	check("round $round, in a new database", 'here');
	my ($idle) = idle_clients($node, $admin, 1, 'here', %spared);
	$admin->value('SELECT pg_terminate_backend(' . $idle->pid . ', 60000)');
	$admin->value('ALTER DATABASE here RENAME TO there');
	check("round $round, in a renamed database", 'there');
	$idle = connect_to($node, 'there', options => '-c ai_cleanup.idle_timeout=1h');
	$admin->value('DROP DATABASE there WITH (FORCE)');
	is($idle->last_words->{C}, '57P01', "round $round: a database dropped by force");
}
check('after all those');
is(worker_pid($admin), $worker, 'it is the same one still');

# Ended, it is back after a second, and looks at sessions that were there before.
for my $signal ('TERM', 'INT', 'USR1')
{
	my $client = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=1500ms');
	kill $signal, $worker;
	is($client->last_words->{C}, '57P05', "SIG$signal to the worker: a session is ended in time");
	$worker = worker_pid($admin);
}
my $client = connect_to($node, 'postgres');
is($admin->value("SELECT pg_terminate_backend($worker, 60000)"), 't', 'it can be terminated');
is($client->last_words->{C}, '57P05', 'another one ends sessions');
isnt(worker_pid($admin), $worker, 'it is another one');
like(new_log($node), qr/terminating background worker "ai_cleanup worker"/, 'the log names it');

for my $mode ('fast', 'immediate')
{
	$node->stop($mode);
	$node->start;
	$admin = connect_to($node, 'postgres', %spared);
	check("after stopping in mode $mode");
	is($admin->value('SELECT ai_conn_count(NULL)'), 1, 'no session is remembered from before');
}

unlike(new_log($node), qr/PANIC|was terminated by signal/, 'nothing crashed');
$node->stop('fast');
done_testing();
