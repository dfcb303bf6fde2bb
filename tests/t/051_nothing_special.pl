# A role without privileges tries to misuse it: it learns no other's query or address, ends no other's
# session, does not stop the worker, and writes nothing into the journal but what has happened.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = 0
ai_cleanup.headroom = 0
CONF
my $admin = connect_to($node, 'postgres');
$admin->value($_) for
  'CREATE ROLE app LOGIN', 'CREATE ROLE stranger LOGIN',
  'CREATE DATABASE work', 'GRANT CREATE ON DATABASE work TO stranger';
my $stranger = connect_to($node, 'work', user => 'stranger');
$stranger->value('CREATE EXTENSION ai_cleanup');

my $worker = worker_pid($admin);
my ($victim) = idle_clients($node, $admin, 1, 'work', user => 'app', tcp => 1, application_name => 'shop');
$victim->value('SELECT \'a secret\'');
wait_until_idle($admin, $victim);
my $pid = $victim->pid;

sub refused
{
	my ($sql, $name) = @_;
	my $error = $stranger->query($sql)->{error};
	return is($error && $error->{C}, '42501', $name // $sql) || note explain $error;
}

# What these say of the other role's session, all of it as text.
sub expect_no_word
{
	for my $source (@_)
	{
		my $text = $stranger->value("SELECT string_agg(row::text, E'\\n') FROM $source AS row WHERE role = 'app'");
		like($text, qr/shop/, "$source knows the session");
		unlike($text, qr/secret|127\.0\.0\.1/, "$source tells neither its query nor its address");
	}
	return;
}

sub learn
{
	my ($sql) = @_;
	my $answer = $stranger->query($sql);
	return join ' ', map { ref $_ ? map { $_ // '' } @$_ : () } @{ $answer->{rows} },
	  [ map { values %$_ } @{ $answer->{notices} }, $answer->{error} // () ];
}

expect_no_word('ai_connections', 'ai_leaks', 'ai_cleanup_plan()', 'ai_cleanup_plan(true)');

# Calls.
is(cleanup($stranger)->{count}, 0, 'it ends nobody');
is(cleanup($stranger, 'true')->{count}, 0, 'nor by force');
unlike(learn("SELECT ai_cleanup($_)"), qr/secret|127\.0\.0\.1|shop/, "nor does it learn whom it would have ended ($_)")
  for 'false', 'true';
refused('CREATE FUNCTION reset() RETURNS void LANGUAGE c AS \'$libdir/ai_cleanup\', \'ai_cleanup_reset_stats_sql\'',
	'it cannot make a function of its own of what it may not call');
refused('SELECT ai_cleanup_reset_stats()');
refused("SELECT pg_terminate_backend($pid)");
ok(is_alive($victim), 'the session lives');

# The worker.
refused("SELECT pg_terminate_backend($worker)");
refused("SELECT pg_cancel_backend($worker)");
refused("SET ai_cleanup.$_") for 'idle_timeout = 1', 'exempt = on', 'connection_budget = 1',
  'idle_in_transaction_timeout = 1', 'idle_blocker_timeout = 1';
refused('ALTER SYSTEM SET ai_cleanup.enabled = off');
refused('ALTER ROLE stranger SET ai_cleanup.exempt = on');
refused('ALTER DATABASE work SET ai_cleanup.idle_timeout = 1');
isnt($stranger->query('SET ai_cleanup.enabled = off')->{error}, undef, 'it cannot switch anything off');
my $denied = PgClient->start($node, dbname => 'work', user => 'stranger', options => '-c ai_cleanup.exempt=on')->answer;
is($denied->{error}{C}, '42501', 'nor with the options of a login');
is(worker_pid($admin), $worker, 'the worker is there');

# The journal. Nothing writes into it but an ending, and that says what it was.
isnt($stranger->query($_)->{error}, undef, $_) for
  'INSERT INTO ai_cleanup_journal (pid) VALUES (1)',
  'UPDATE ai_cleanup_journal SET role = \'app\'',
  'DELETE FROM ai_cleanup_journal',
  'TRUNCATE ai_cleanup_journal';
is($admin->value('SELECT count(*) FROM ai_cleanup_journal'), 0, 'no session has ended, and none of that is an ending');

my $liar = connect_to($node, 'work', user => 'stranger',
	application_name => "app\nai_cleanup retired session 1: database \"work\", role \"app\"");
wait_until_idle($admin, $liar);
my $shown = $admin->value('SELECT application_name FROM pg_stat_activity WHERE pid = ' . $liar->pid);
unlike($shown, qr/\n/, 'a name has one line');
is(cleanup($stranger)->{count}, 1, 'it ends a session of its own');
my $entry = $admin->query('SELECT pid, database, role, asker_pid, asker_role, ended_by, application FROM ai_cleanup_journal');
is_deeply([ @{ $entry->{rows}[0] }[ 0 .. 5 ] ], [ $liar->pid, 'work', 'stranger', $stranger->pid, 'stranger', 'call' ],
	'which is written down as its own');
is($entry->{rows}[0][6], $shown, 'with the name that it showed');
is(scalar @{ $entry->{rows} }, 1, 'and once');
is(scalar(() = new_log($node) =~ /LOG:  ai_cleanup retired session \d+: .*\n/g), 1, 'in the log, too');

cleanup($admin, "database => 'work', force => true");
wait_for('all have gone', sub { $admin->value("SELECT ai_conn_count('work')") == 0 });
$stranger = connect_to($node, 'work', user => 'stranger');
expect_no_word('ai_cleanup_journal');

$node->stop('fast');
done_testing();
