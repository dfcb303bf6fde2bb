# Arguments that make no sense are refused with a reason and a hint, before anything is ended.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');
my $caller = connect_to($node, 'work');
$caller->query('CREATE EXTENSION ai_cleanup');
my @idle = idle_clients($node, $admin, 3, 'work');

for (
	[ 'NULL', '22004', qr/^argument "force" must not be null$/ ],
	[ 'force => NULL, database => NULL', '22004', qr/^argument "force" must not be null$/ ],
	[ 'database => NULL', '22004', qr/^argument "database" must not be null$/ ],
	[ 'idle_for => NULL', '22004', qr/^argument "idle_for" must not be null$/ ],
	[ "database => 'nowhere'", '3D000', qr/^database "nowhere" does not exist$/ ],
	[ "database => ''", '3D000', qr/^database "" does not exist$/ ],
	[ "database => 'WORK'", '3D000', qr/^database "WORK" does not exist$/ ],
	[ "idle_for => '-1 s'", '22023', qr/^argument "idle_for" must not be negative$/ ],
	[ "idle_for => '1 s -1 day'", '22023', qr/must not be negative$/ ],
	[ "idle_for => '-178000000 years'", '22023', qr/must not be negative$/ ],
	[ "force => true, idle_for => '-1 s'", '22023', qr/must not be negative$/ ])
{
	my ($arguments, $sqlstate, $message) = @$_;
	my $error = cleanup($caller, $arguments)->{error};
	is($error->{C}, $sqlstate, "ai_cleanup($arguments): SQLSTATE");
	like($error->{M}, $message, 'says what is wrong');
	ok(length($error->{H} // ''), 'and what to do: ' . ($error->{H} // ''));
}
is($caller->query("SELECT ai_conn_count('nowhere')")->{error}{C}, '3D000',
	'ai_conn_count of a database that is not there');
is($admin->value("SELECT ai_conn_count('work')"), 4, 'no session was ended by any of that');

# At the edge of sense.
is(cleanup($caller, "idle_for => '$_'")->{count}, 0, "idle_for => $_: no session is that old")
  for ('178000000 years', '1 month', '9223372036854.775807 s', '1 day -1 s',
	# 2^32 and 2^64 microseconds
	'4294.967296 s', '213503982 days 08:01:49.551616');
is(cleanup($caller, "idle_for => '1 day -24 hours'")->{count}, 3, 'nothing in sum: all');
$caller->query('CREATE EXTENSION IF NOT EXISTS ai_cleanup');

# An error after the call rolls nothing back: ended is ended.
@idle = idle_clients($node, $admin, 2, 'work');
is($caller->query('SELECT ai_cleanup(), 1/0')->{error}{C}, '22012', 'a statement that fails later');
is(cleanup($caller)->{count}, 2, 'constant folding failed it before it ended any');
@idle = idle_clients($node, $admin, 2, 'work');
$caller->query('BEGIN');
is(cleanup($caller)->{count}, 2, 'in a transaction');
$caller->query('ROLLBACK');
ok(is_gone($admin, $_), 'that is rolled back') for @idle;

$node->stop('fast');
done_testing();
