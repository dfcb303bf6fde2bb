# A session of which only the first half of a request has arrived may be retired. Nothing of the
# request is executed, and the client, when it sends the rest, is told so.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => "ai_cleanup.tell_client = when_it_asks\n");
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE DATABASE work');

for my $tcp (0, 1)
{
	my $how = $tcp ? 'over TCP' : 'over a unix socket';
	my ($client) = idle_clients($node, $admin, 1, 'work', tcp => $tcp);
	my $request = PgClient::message('Q', "CREATE TABLE never (id int)\0");
	my $half = length($request) / 2;

	# Until PostgreSQL has read it, the session declines.
	$client->send_bytes(substr $request, 0, $half);
	wait_for("$how: the session is retired", sub { cleanup($admin, "database => 'work'")->{count} });
	is($admin->value("SELECT ai_conn_count('work')"), 0, "$how: it is gone");

	$client->send_bytes(substr $request, $half);
	my $answer = $client->answer;
	is($answer->{error}{C}, '57P05', "$how: the client is told");
	like($answer->{error}{H}, qr/nothing after the last completed command was committed/,
		"$how: that it was not executed");
	ok(!$client->was_reset, "$how: and not cut off");
}
my $visitor = connect_to($node, 'work');
is($visitor->value('SELECT count(*) FROM pg_class WHERE relname = $$never$$'), 0, 'nor was it');
done_testing();
