# A retired session is gone at once; its client's connection is held, undisturbed, until the client
# asks, sends Terminate or disconnects. It is not a session in any respect.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

# As shipped.
my $node = start_node('main', conf => "ai_cleanup.tell_client = when_it_asks\nlog_statement = none\n");
my $admin = connect_to($node, 'postgres');
my $attendant = attendant_pid($admin);
$admin->value('CREATE DATABASE work');

sub counts_are
{
	my ($held, $told, $hung_up, $name) = @_;
	wait_until_held($admin, $held);
	return is_deeply([ hand_overs($admin) ], [ $held, $told, $hung_up, 0 ], $name);
}

my ($told, $hung_up) = (0, 0);
for my $tcp (0, 1)
{
	my $how = $tcp ? 'TCP' : 'unix socket';
	my @clients = idle_clients($node, $admin, 4, 'work', tcp => $tcp);

	is(cleanup($admin, "database => 'work'")->{count}, 4, "$how: four sessions are retired");
	is_deeply([ grep { !is_gone($admin, $_) } @clients ], [], "$how: and gone when the call returns");
	counts_are(4, $told, $hung_up, "$how: four connections are held");
	is(scalar(grep { $_->has_news } @clients), 0, "$how: their clients hear nothing of it");
	is($admin->value("SELECT query FROM pg_stat_activity WHERE pid = $attendant"),
		'holds 4 connections', "$how: pg_stat_activity says how many");

	# They are no sessions.
	is($admin->value("SELECT ai_conn_count('work')"), 0, "$how: ai_conn_count does not count them");
	is($admin->value("SELECT count(*) FROM ai_connections WHERE database = 'work'"),
		0, "$how: nor does ai_connections show them");
	is($admin->value("SELECT numbackends FROM pg_stat_database WHERE datname = 'work'"),
		0, "$how: nor does numbackends");
	$admin->value('CREATE DATABASE copy TEMPLATE work');
	$admin->value('DROP DATABASE work');
	$admin->value('ALTER DATABASE copy RENAME TO work');
	is($admin->value("SELECT count(*) FROM pg_database WHERE datname = 'work'"),
		1, "$how: their database can be copied, dropped, renamed");

	# What each of them does next.
	my ($asks, $pipelines, $says_goodbye, $leaves) = @clients;
	my $answer = $asks->query('CREATE TABLE never (id int)');
	is($answer->{error}{C}, '57P05', "$how: one that asks is told");
	is($answer->{error}{M}, 'ai_cleanup retired this idle connection', "$how: by whom");
	like($answer->{error}{D}, qr/^The session had been idle for .* s; reason: ai_cleanup\(\) was called/,
		"$how: and why");
	is($answer->{ready}, undef, "$how: and that is the end");
	ok(!$asks->was_reset, "$how: of file, no reset");
	$asks->hang_up;
	counts_are(3, ++$told, $hung_up, "$how: which is counted");

	$pipelines->send_query("SELECT $_" . ' ' x 4000) for 1 .. 100;
	$answer = $pipelines->answer;
	is($answer->{error}{C}, '57P05', "$how: one that asks a lot is told once");
	is_deeply($answer->{rows}, [], "$how: and nothing was executed");
	ok(!$pipelines->was_reset, "$how: it is no reset either");
	$pipelines->hang_up;
	counts_are(2, ++$told, $hung_up, "$how: counted once");

	$says_goodbye->log_out;
	counts_are(1, $told, ++$hung_up, "$how: one that says goodbye");
	$leaves->hang_up;
	counts_are(0, $told, ++$hung_up, "$how: one that hangs up");

	# One that will send no more has hung up, as it has for PostgreSQL.
	my ($half) = idle_clients($node, $admin, 1, 'work', tcp => $tcp);
	cleanup($admin, "database => 'work'");
	wait_until_held($admin, 1);
	$half->stop_sending;
	is($half->last_words, undef, "$how: one that will not ask is not told");
	counts_are(0, $told, ++$hung_up, "$how: but closed");
}
is($admin->value('SELECT count(*) FROM pg_class WHERE relname = $$never$$'),
	0, 'nothing that was asked of the attendant was executed');
unlike(new_log($node), qr/CREATE TABLE never/, 'or logged');
is($admin->value("SELECT query FROM pg_stat_activity WHERE pid = $attendant"),
	'holds 0 connections', 'in the end nothing is held');

$node->stop('fast');
unlike(new_log($node), qr/(WARNING|ERROR|PANIC|was terminated by signal)/, 'without complaints');
done_testing();
