# Half of a request arrives while its session is asked to end, the rest later: it is executed as a
# whole, or not at all and its client is told. It is never read from its middle on.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => "log_statement = none\n");
my $boss = connect_to($node, 'postgres');
attendant_pid($boss);
$boss->value('CREATE DATABASE work');
ask($node, 'work', 'CREATE TABLE kept (id int)');

my $id = 0;
my %count = (executed => 0, told => 0);
my (%executed, @wrong);

# Sends what comes after `cut` bytes when the call has its answer. Whether what comes before them is
# there when the session is asked is up to chance, unless the half is `first`. The request ends in a row
# of X, the byte with which Terminate begins.
sub ask_amid_request
{
	my ($cut, $first, %how) = @_;
	my $client = connect_to($node, 'work', %how);
	my $request = PgConnection::message('Q',
		'INSERT INTO kept VALUES (' . ++$id . ') --' . 'X' x 20 . "\0");

	wait_until_idle($boss, $client);
	$client->send_bytes(substr($request, 0, $cut)) if $first;
	$boss->send_query("SELECT ai_cleanup(database => 'work')");
	$client->send_bytes(substr($request, 0, $cut)) if !$first;
	$boss->answer;
	$client->send_bytes(substr($request, $cut));
	my $answer = $client->answer;
	my $code = $answer->{error}{C} // '';

	if ($code eq '' && ($answer->{tags}[0] // '') eq 'INSERT 0 1' && $answer->{ready})
	{
		$count{executed}++;
		$executed{$id} = 1;
	}
	elsif ($code eq '57P05' && !@{ $answer->{tags} }) { $count{told}++ }
	else { push @wrong, "cut after $cut bytes: " . explain($answer) }
	$client->hang_up;
	return;
}

for my $when (qw(at_once when_it_asks))
{
	for my $tcp (0, 1)
	{
		my %how = (tcp => $tcp, options => "-c ai_cleanup.tell_client=$when");
		ask_amid_request($_, 1, %how) for 1, 4, 5, 20, 45;
		ask_amid_request(1 + int rand 50, 0, %how) for 1 .. 50;
	}
}
is_deeply(\@wrong, [], 'each request was executed, or its client was told');
note "$count{executed} executed, $count{told} told";
cmp_ok($count{$_}, '>', 0, "some were $_") for sort keys %count;
is(ask($node, 'work', "SELECT string_agg(id::text, ' ' ORDER BY id) FROM kept"),
	join(' ', sort { $a <=> $b } keys %executed), 'what was executed, and nothing else, is there');
unlike(new_log($node), qr/invalid|protocol/, 'none was read from its middle on');

$node->stop('fast');
done_testing();
