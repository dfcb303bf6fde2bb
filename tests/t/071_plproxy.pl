# Many servers at once, by PL/Proxy: the functions in docs/many-servers.md count the sessions of
# three servers and end those that are idle, and a row comes back from each. PL/Proxy's own
# connections are sessions like others, and its caller does not notice when they have gone.
use strict;
use warnings;

use AiCleanup;
use Page;
use Test::More;

my $library = `pg_config --pkglibdir`;
chomp $library;
plan skip_all => 'PL/Proxy is not installed' unless -e "$library/plproxy.so";

# What the page tells to type, one block after the other, with the addresses of these servers.
my @blocks = map { $_->{text} } Page->new('docs/many-servers.md')->blocks(section => 'PL/Proxy', language => 'sql');
is(scalar @blocks, 3, 'the page has the servers, the functions, and how to call them');
my ($servers, $functions, $calls) = @blocks;
my @calls = split /\n/, $calls;
is_deeply(\@calls, [ 'SELECT * FROM fleet_conn_count();', 'SELECT * FROM fleet_cleanup();' ],
	'these are the calls');

my @nodes;
for my $number (1 .. 3)
{
	my $node = start_node("db$number");
	run_sql($node, 'CREATE ROLE app LOGIN', 'CREATE DATABASE app OWNER app');
	ask($node, 'app', 'CREATE EXTENSION ai_cleanup');
	push @nodes, { node => $node, admin => connect_to($node, 'postgres'), name => '127.0.0.1 ' . $node->port };
	my $address = 'host=127.0.0.1 port=' . $node->port;
	is($servers =~ s/host=db$number\b/$address/, 1, "the page names db$number");
}

run_sql($nodes[0]{node}, 'CREATE DATABASE coordinator');
my $coordinator = connect_to($nodes[0]{node}, 'coordinator');
for my $block ($servers, $functions)
{
	is($coordinator->query($block)->{error}{M}, undef, 'it can be created');
}

# Of each server its number of sessions, or of endings.
sub expect_of_each
{
	my ($call, $expected, $name) = @_;
	my $answer = $coordinator->query($call);
	my %got = map { $_->[0] => $_->[1] } @{ $answer->{rows} };
	my %wanted;

	@wanted{ map { $_->{name} } @nodes } = @$expected;
	is($answer->{error}{M}, undef, "$name: no error");
	is_deeply(\%got, \%wanted, $name);
	return;
}

# PL/Proxy's connection to each server.
sub proxied
{
	return map {
		$_->{admin}->value("SELECT pid FROM pg_stat_activity WHERE datname = 'app' AND client_addr IS NOT NULL")
	} @nodes;
}

my ($count, $cleanup) = @calls;
expect_of_each($count, [ 1, 1, 1 ], 'alone, PL/Proxy has a connection to each');

my @idle = map { [ idle_clients($nodes[$_]{node}, $nodes[$_]{admin}, $_ + 2, 'app', user => 'app') ] } 0 .. 2;
my $busy = connect_to($nodes[1]{node}, 'app', user => 'app');
$busy->query('BEGIN');
expect_of_each($count, [ 3, 5, 5 ], 'with clients, each server has its own number');
expect_of_each($cleanup, [ 2, 3, 4 ], 'those that are idle end, everywhere');
for my $number (0 .. 2)
{
	ok(is_gone($nodes[$number]{admin}, $_), 'it is gone') for @{ $idle[$number] };
}
expect_of_each($count, [ 1, 2, 1 ], 'the others stay');
is($busy->query('COMMIT')->{tags}[0], 'COMMIT', 'a session in a transaction ends it when it likes');
$busy->log_out;

# PL/Proxy's connections are ended while they are not used. It checks one before it uses it, if that has
# rested for two seconds.
my @before = proxied();
for my $node (@nodes)
{
	wait_for("$node->{name}: PL/Proxy's connection has rested and goes",
		sub { cleanup_and_tell($node->{admin}, "database => 'app', idle_for => '3 s'")->{count} == 1 });
}
expect_of_each($count, [ 1, 1, 1 ], 'it connects again, and its caller does not notice');
my @after = proxied();
isnt($after[$_], $before[$_], "$nodes[$_]{name}: by another connection") for 0 .. 2;

# Below that it may be told that the connection has gone. Nothing is done then, and the next call
# works.
for my $number (0 .. 2)
{
	wait_until_idle($nodes[$number]{admin}, $after[$number]);
	is(cleanup($nodes[$number]{admin}, "database => 'app'")->{count}, 1,
		"$nodes[$number]{name}: one that was just used goes");
}
my $told = $coordinator->query($count)->{error}{M};
like($told // 'ai_cleanup retired', qr/ai_cleanup retired/, 'the caller is told so, if anything');
note $told // 'nothing was told';
expect_of_each($count, [ 1, 1, 1 ], 'the next call works');

$_->{node}->stop('fast') for @nodes;
done_testing();
