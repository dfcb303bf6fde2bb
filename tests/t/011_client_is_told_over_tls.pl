# Over TLS, too, the client of a retired session learns why, and the server stays quiet.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => "log_statement = none\n");
my $admin = connect_to($node, 'postgres');
plan skip_all => 'this server cannot speak TLS, or the openssl program is not there'
  unless can_speak_tls($node);
$admin->value('CREATE DATABASE work');

sub tls_session
{
	my ($version, $when) = @_;
	return $node->background_psql('work', on_error_stop => 0, extra_params => [
		'-v', 'VERBOSITY=verbose',
		'-d', 'host=127.0.0.1 port=' . $node->port . ' dbname=work sslmode=require'
		  . " ssl_min_protocol_version=$version ssl_max_protocol_version=$version"
		  . " options='-c ai_cleanup.tell_client=$when'"
	]);
}

for my $way (map { ([ 'TLSv1.2', $_ ], [ 'TLSv1.3', $_ ]) } 'at_once', 'when_it_asks')
{
	my ($spoken, $when) = @$way;
	my $version = "$spoken, $when";
	my $psql = tls_session($spoken, $when);
	is($psql->query_safe('SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()'),
		$spoken, "$version is spoken");
	# A long answer, so that the records of the connection are not all its first ones.
	is(length $psql->query_safe("SELECT repeat('x', 100000)"), 100000, 'and works');
	my $pid = $psql->query_safe('SELECT pg_backend_pid()');
	wait_until_idle($admin, $pid);

	my $from = -s $node->logfile;
	my $answer = cleanup($admin, "database => 'work'");
	is($answer->{count}, 1, "$version: its session is retired");
	is_deeply($answer->{notices}, [], "$version: at once");

	eval { $psql->query('SELECT 1') };
	like($psql->{stderr}, qr/FATAL:  57P05: ai_cleanup retired this idle connection\n/,
		"$version: the client is told");
	like($psql->{stderr}, qr/DETAIL:  The session had been idle for .*; reason: ai_cleanup\(\) was called/,
		"$version: why");
	like($psql->{stderr}, qr/HINT:  Connect again/, "$version: and what to do");
	like(new_log($node, $from), qr/ai_cleanup retired session $pid: database "work"/,
		"$version: the log has it");
	unlike(new_log($node, $from), qr/(WARNING|ERROR|FATAL|PANIC):/,
		"$version: and nothing worse") or note new_log($node, $from);
	unlike($psql->{stderr}, qr/SSL error|bad record|decryption/i, "$version: in good order");
	eval { $psql->quit };
	wait_until_held($admin, 0);
}

# Work goes on over TLS while idle sessions are ended around it.
my $busy = tls_session('TLSv1.3', 'when_it_asks');
$busy->query_safe('CREATE TABLE kept (id int)');
$busy->query_safe('BEGIN; INSERT INTO kept VALUES (1)');
my $idle = tls_session('TLSv1.3', 'when_it_asks');
wait_until_idle($admin, $idle->query_safe('SELECT pg_backend_pid()'));
is(cleanup($admin, "database => 'work'")->{count}, 1, 'the idle one goes');
# Its client leaves as TLS clients do: a close_notify that only the session could read, and then one
# of TLS's own.
wait_until_held($admin, 1);
$idle->quit;
wait_until_held($admin, 0);
is($busy->query_safe('COMMIT; SELECT count(*) FROM kept'), 1, 'the one at work commits');
$busy->quit;

$node->stop('fast');
done_testing();
