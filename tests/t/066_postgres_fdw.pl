# postgres_fdw keeps its connections to the foreign server, idle, as long as the local session
# lives. One that goes between two transactions is replaced without a word; one that a transaction
# has used is in a transaction itself and never goes.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value($_) for 'CREATE DATABASE near', 'CREATE DATABASE far', 'CREATE ROLE app LOGIN';

my $far = connect_to($node, 'far');
$far->value($_) for 'CREATE TABLE task (id int)', 'GRANT ALL ON task TO app';
$far->log_out;
wait_until_gone($admin, $far);

my $near = connect_to($node, 'near');
$near->value($_) for
  'CREATE EXTENSION postgres_fdw',
  'CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname \'far\', host \'' . $node->host
  . '\', port \'' . $node->port . '\')',
  'CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user \'app\')',
  'CREATE FOREIGN TABLE task (id int) SERVER far';

# The foreign server's process behind the local session.
sub behind
{
	return $admin->value('SELECT pid FROM pg_stat_activity WHERE datname = \'far\''
		  . ' AND application_name = \'postgres_fdw\'');
}

is($near->query('INSERT INTO task VALUES (1)')->{error}, undef, 'a row goes far');
my $pid = behind();
wait_until_idle($admin, $pid);
is(cleanup($admin, "database => 'far'")->{count}, 1, 'the connection goes while its session idles');
ok(is_gone($admin, $pid), 'it is gone');
my $answer = $near->query('SELECT count(*) FROM task');
is($answer->{error}, undef, 'the next query has no error');
is($answer->{rows}[0][0], 1, 'and its answer');
is_deeply($answer->{notices}, [], 'nothing is said of it');
isnt(behind(), $pid, 'it has a new connection');

# The same if it is the first of several in a transaction.
wait_until_idle($admin, $pid = behind());
cleanup($admin, "database => 'far'");
$near->query('BEGIN');
is($near->query('INSERT INTO task VALUES (2)')->{error}, undef, 'nor has the first one of a transaction');

# From there on the remote session is in a transaction, whatever the local one does.
$pid = behind();
wait_until_waiting_on($admin, 'idle in transaction', 'ClientRead', $pid, $near);
$admin->value($_) for 'ALTER SYSTEM SET ai_cleanup.enabled = on',
  'ALTER SYSTEM SET ai_cleanup.databases = \'far\'',
  'ALTER SYSTEM SET ai_cleanup.idle_timeout = \'1ms\'',
  'ALTER SYSTEM SET ai_cleanup.connection_budget = 1',
  'ALTER SYSTEM SET ai_cleanup.headroom = 30';
reload($node, $admin);
for (1 .. 5)
{
	is(cleanup($admin, "database => 'far'")->{count}, 0, 'a call does not end it');
	my $leak = connect_to($node, 'far');
	is($leak->last_words->{C}, '57P05', 'the worker ends another session');
	wait_until_gone($admin, $leak);
}
is(behind(), $pid, 'it is there');
is($near->query('INSERT INTO task VALUES (3)')->{error}, undef, 'it works on');
is($near->query('COMMIT')->{error}, undef, 'and commits');
wait_until_gone($admin, $pid);
is($near->value('SELECT string_agg(id::text, \',\' ORDER BY id) FROM task'), '1,2,3',
	'everything has arrived, though the worker has ended it right after that');

# A local session that is ended takes its connections along, and so does one that is retired.
$admin->value('ALTER SYSTEM SET ai_cleanup.enabled = off');
reload($node, $admin);
$near->value('SELECT count(*) FROM task');
$pid = behind();
wait_until_idle($admin, $near);
is(cleanup($admin, "database => 'near'")->{count}, 1, 'the local session goes');
ok(wait_until_gone($admin, $pid), 'and its connection with it');

$node->stop('fast');
done_testing();
