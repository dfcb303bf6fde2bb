# The owner of a database can install the extension there without being a superuser, and gains
# no rights by it.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value($_) for (
	'CREATE ROLE owner LOGIN', 'CREATE ROLE guest LOGIN',
	'CREATE DATABASE work OWNER owner');

my $owner = connect_to($node, 'work', user => 'owner');
is($owner->query('CREATE EXTENSION ai_cleanup')->{error}, undef, 'the owner can install it');
my $guest = connect_to($node, 'work', user => 'guest');
is($guest->value('SELECT ai_conn_count()'), 2, 'others in the database can use it');

my $boss = connect_to($node, 'work');
my $own = connect_to($node, 'work', user => 'owner');
wait_until_idle($admin, $boss, $own, $guest);
my $answer = cleanup($owner);
is($answer->{count}, 1, 'the owner ends its own sessions');
ok(is_alive($_), 'not those of others') for $boss, $guest;
is($guest->query('CREATE EXTENSION ai_cleanup')->{error}{C}, '42710', 'once is enough');
ok($guest->query('DROP EXTENSION ai_cleanup')->{error}, 'a guest cannot drop it');
is($owner->query('DROP EXTENSION ai_cleanup')->{error}, undef, 'the owner can');
is($owner->query('CREATE SCHEMA tools; CREATE EXTENSION ai_cleanup SCHEMA tools')->{error},
	undef, 'and install it in a schema');
is($owner->value('SELECT tools.ai_conn_count()'), 3, 'where it works');
my $inside = connect_to($node, 'work');
is($inside->query('ALTER EXTENSION ai_cleanup SET SCHEMA public')->{error}, undef,
	'a superuser can move it');
is($owner->value('SELECT public.ai_conn_count()'), 4, 'where it works as well');

my $stranger = connect_to($node, 'postgres', user => 'guest');
$admin->value('DROP EXTENSION ai_cleanup');
is($stranger->query('CREATE EXTENSION ai_cleanup')->{error}{C}, '42501',
	'a role that owns nothing cannot install it');

$node->stop('fast');
done_testing();
