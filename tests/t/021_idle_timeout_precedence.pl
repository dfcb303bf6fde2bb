# Whose idle_timeout counts is settled by PostgreSQL's own precedence: configuration file,
# ALTER ROLE ALL, ALTER DATABASE, ALTER ROLE, ALTER ROLE IN DATABASE, connection, SET.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '1h'\n");
my $admin = connect_to($node, 'postgres');
$admin->value($_) for (
	'CREATE DATABASE plain', 'CREATE DATABASE work',
	'CREATE ROLE app LOGIN', 'CREATE ROLE app2 LOGIN', 'CREATE ROLE app3 LOGIN',
	'CREATE ROLE free LOGIN', 'CREATE ROLE boss SUPERUSER LOGIN', 'CREATE ROLE boss2 SUPERUSER LOGIN');
$admin->value("ALTER $_->[0] SET ai_cleanup.idle_timeout = '$_->[1]'") for (
	[ 'DATABASE work' => '1002ms' ],
	[ 'ROLE app2' => '1003ms' ],
	[ 'ROLE app3' => '1h' ],
	[ 'ROLE app3 IN DATABASE work' => '1004ms' ],
	[ 'ROLE free' => '0' ],
	[ 'ROLE boss2 IN DATABASE work' => '0' ]);

sub session
{
	my ($dbname, $user, $limit, @commands) = @_;
	my $client = connect_to($node, $dbname, user => $user, first => \@commands,
		defined $limit ? (options => "-c ai_cleanup.idle_timeout=$limit") : ());

	for (@commands)
	{
		my $answer = $client->answer;
		die "$_: $answer->{error}{M}" if $answer->{error};
	}
	return $client;
}

my $set = 'SET ai_cleanup.idle_timeout =';
my $reset = 'RESET ai_cleanup.idle_timeout';
my %spared = (
	'the file, by a role without its own' => session('plain', 'app'),
	'a role that is free, in a database that is not' => session('work', 'free'),
	'a role free in this database only' => session('work', 'boss2'),
	'a connection that asks to be free' => session('work', 'boss', '0'),
	'SET to 0' => session('work', 'boss', undef, "$set 0"),
	'SET LOCAL, and its transaction over' =>
	  session('plain', 'boss', undef, 'BEGIN', 'SET LOCAL ai_cleanup.idle_timeout = 1', 'COMMIT'),
	'SET, rolled back' => session('plain', 'boss', undef, 'BEGIN', "$set 1", 'ROLLBACK'),
	'SET, and RESET to the file' => session('plain', 'boss', undef, "$set '1h'", $reset));
my %ended = (
	'ALTER DATABASE over the file' => [ '1002ms (database setting)', session('work', 'app') ],
	'ALTER ROLE over ALTER DATABASE' => [ '1003ms (role setting)', session('work', 'app2') ],
	'ALTER ROLE over the file' => [ '1003ms (role setting)', session('plain', 'app2') ],
	'ALTER ROLE IN DATABASE over ALTER ROLE' => [ '1004ms (setting of the role in this database)', session('work', 'app3') ],
	'the connection over all of them' => [ '1005ms (connection option)', session('work', 'boss2', '1005ms') ],
	'SET over the connection' => [ '1006ms (set in the session)', session('work', 'boss', '1h', "$set '1006ms'") ],
	'RESET to the database' => [ '1002ms (database setting)', session('work', 'boss', undef, "$set '1h'", $reset) ],
	'RESET to the connection' => [ '1007ms (connection option)', session('work', 'boss', '1007ms', "$set 0", $reset) ],
	'SET, whatever SET ROLE follows' => [ '1008ms (set in the session)',
		session('plain', 'boss', undef, "$set '1008ms'", 'SET ROLE app', 'RESET ROLE') ],
	'DISCARD ALL, to the database' => [ '1002ms (database setting)', session('work', 'boss', undef, "$set 0", 'DISCARD ALL') ]);

for my $name (sort keys %ended)
{
	my ($limit, $client) = @{ $ended{$name} };
	my $words = $client->last_words;
	like($words->{D}, qr/ai_cleanup\.idle_timeout, which is \Q$limit\E\.$/, "$name: $limit");
}
# The limits of those above have passed for these as well, had one been in force.
ok(is_alive($spared{$_}), "$_: spared") for sort keys %spared;

# It is the server's owner's business.
my $ordinary = session('plain', 'app');
is($ordinary->query("$set 0")->{error}{C}, '42501', 'an ordinary role cannot SET it');
is($ordinary->query("ALTER ROLE app $set 0")->{error}{C}, '42501', 'nor for itself for later');
is($ordinary->query("SELECT set_config('ai_cleanup.idle_timeout', '0', false)")->{error}{C},
	'42501', 'nor by a function');
my $refused = PgClient->start($node, dbname => 'plain', user => 'app',
	options => '-c ai_cleanup.idle_timeout=0')->answer;
is($refused->{error}{C}, '42501', 'nor when it connects');
is($ordinary->value('SHOW ai_cleanup.idle_timeout'), '1h', 'but it can look');

# A value for every role yields to the database's.
$admin->value("ALTER ROLE ALL SET ai_cleanup.idle_timeout = '1001ms'");
like(session('plain', 'app')->last_words->{D}, qr/is 1001ms \(setting of all roles\)\.$/, 'ALTER ROLE ALL over the file');
like(session('work', 'app')->last_words->{D}, qr/is 1002ms \(database setting\)\.$/, 'ALTER DATABASE over ALTER ROLE ALL');

$node->stop('fast');
done_testing();
