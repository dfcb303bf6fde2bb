# What the files in tests/t/ share: a server with the extension, clients of it, and waiting
# for states instead of sleeping.
package AiCleanup;

use strict;
use warnings;

# PostgreSQL 15's test library knows one folder for everything, TESTDIR; 16 and later have two.
BEGIN
{
	require File::Path;
	$ENV{TESTDIR} //= $ENV{TESTDATADIR} if defined $ENV{TESTDATADIR};
	File::Path::mkpath($_) for grep { defined } @ENV{qw(TESTDIR TESTDATADIR TESTLOGDIR)};
}

# Clusters are copies of INITDB_TEMPLATE, which is made once for all tests: nearly a second less of
# computing for each. PostgreSQL 17's test library does it itself, earlier ones are taught it here:
# this function is how they run initdb. Arguments of a test's own still make a cluster of its own.
BEGIN
{
	require PostgreSQL::Test::Utils;
	my $run = \&PostgreSQL::Test::Utils::system_or_bail;
	my $copy_or_run = sub {
		my ($program, $option, $data_dir, @others) = @_;
		my $copies = $program eq 'initdb' && "@others" eq '-A trust -N' && $ENV{INITDB_TEMPLATE};
		return $run->($copies ? ('cp', '-RPp', $ENV{INITDB_TEMPLATE}, $data_dir) : @_);
	};
	no warnings 'redefine';
	*PostgreSQL::Test::Utils::system_or_bail = $copy_or_run;
}

# A test that is interrupted stops its servers: Cluster.pm does so when the script ends.
$SIG{$_} = sub { die "ended by a signal\n" }
  for qw(INT TERM);

use Carp;
use Exporter 'import';
use IPC::Run;
use PgClient;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
  start_node has_wake_ups wake_ups can_speak_tls run_sql connect_to ask idle_clients wait_for wait_until_idle wait_until_waiting_on
  is_gone is_alive wait_until_gone new_log cleanup cleanup_and_tell pids
  worker_pid wait_for_worker attendant_pid hand_overs wait_until_held reload use_parallel_workers
);

# A running server that has the library preloaded. The automatic part is off unless the
# test's own configuration says otherwise, and clients hear of it without a question. How: conf
# (lines for postgresql.conf), init (for Cluster's init), start => 0 to leave it stopped.
sub start_node
{
	my ($name, %how) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(%{ $how{init} // {} });
	$node->append_conf('postgresql.conf', <<CONF . ($how{conf} // ''));
shared_preload_libraries = 'ai_cleanup'
ai_cleanup.enabled = off
ai_cleanup.tell_client = at_once
max_connections = 30
listen_addresses = '127.0.0.1'
autovacuum = off
CONF
	if ($how{start} // 1)
	{
		$node->start;
		run_sql($node, 'CREATE EXTENSION ai_cleanup');
	}
	return $node;
}

# How often a process has gone to sleep, as far as the system tells (has_wake_ups).
sub has_wake_ups { return -r "/proc/$$/status" }

sub wake_ups
{
	my ($pid) = @_;
	my ($count) = slurp_file("/proc/$pid/status") =~ /^voluntary_ctxt_switches:\s+(\d+)$/m;
	return $count;
}

# Has it speak TLS with a certificate that is made for it, and says so; false where the server is built
# without, or nothing can make a certificate.
sub can_speak_tls
{
	my ($node) = @_;
	my $session = connect_to($node, 'postgres');
	my $library = $session->value('SHOW ssl_library') // '';
	my $folder = $node->data_dir;

	return 0 if $library eq '';
	eval {
		IPC::Run::run([
			qw(openssl req -new -x509 -nodes -days 2 -newkey rsa:2048 -subj /CN=127.0.0.1),
			'-keyout', "$folder/server.key", '-out', "$folder/server.crt"
		], '>', \my $out, '2>&1');
	} or return 0;
	chmod 0600, "$folder/server.key";
	$node->append_conf('postgresql.conf', "ssl = on\n");
	reload($node, $session);
	$session->log_out;
	return 1;
}

# In a session that is gone when this returns.
sub run_sql
{
	my ($node, @commands) = @_;
	my $session = connect_to($node, 'postgres');
	$session->value($_) for @commands;
	return $session->log_out;
}

sub connect_to
{
	my ($node, $dbname, %how) = @_;
	return PgClient->new($node, dbname => $dbname, %how);
}

# The first value that a query brings, in a session of its own that is never idle: the query is
# sent together with the login. So no limit can end it, however strict.
sub ask
{
	my ($node, $dbname, $sql) = @_;
	my $client = PgClient->start($node, dbname => $dbname, first => [$sql], leaves => 1);
	my ($login, $answer) = ($client->answer, $client->answer);
	croak "$sql: $_->{error}{M}" for grep { $_->{error} } $login, $answer;
	croak "$sql: the connection has ended" unless $answer->{ready};
	return @{ $answer->{rows} } ? $answer->{rows}[0][0] : undef;
}

# Several clients of one database, all idle. `$admin` is a session that looks.
sub idle_clients
{
	my ($node, $admin, $count, $dbname, %how) = @_;
	my @clients = map { connect_to($node, $dbname, %how) } 1 .. $count;

	wait_until_idle($admin, @clients);
	return @clients;
}

# Dies if the condition does not come true.
sub wait_for
{
	my ($what, $condition) = @_;
	my $deadline = time + $PostgreSQL::Test::Utils::timeout_default;

	until ($condition->())
	{
		croak "timed out waiting until $what" if time > $deadline;
		sleep 0.01;
	}
	return 1;
}

sub pids
{
	return join(',', map { ref $_ ? $_->pid : $_ } @_);
}

# Until each of these sessions waits for its client with its work done.
sub wait_until_idle
{
	my ($admin, @clients) = @_;
	return wait_until_waiting_on($admin, 'idle', 'ClientRead', @clients);
}

sub wait_until_waiting_on
{
	my ($admin, $state, $event, @clients) = @_;
	my $sql = "SELECT count(*) FROM pg_stat_activity WHERE state = '$state'"
	  . " AND wait_event = '$event' AND pid IN (" . pids(@clients) . ')';

	return wait_for("sessions are $state in $event",
		sub { $admin->value($sql) == @clients });
}

# Gone is: the server does not know it any more.
sub is_gone
{
	my ($admin, $client) = @_;
	my $pid = ref $client ? $client->pid : $client;
	return $admin->value("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid") == 0;
}

sub wait_until_gone
{
	my ($admin, @clients) = @_;
	return wait_for('sessions ' . pids(@clients) . ' are gone',
		sub { !grep { !is_gone($admin, $_) } @clients });
}

# Alive is: it still answers.
sub is_alive
{
	my ($client) = @_;
	return eval { $client->value("SELECT 'yes'") eq 'yes' };
}

# Calls ai_cleanup with these arguments; returns the answer with `count` added.
sub cleanup
{
	my ($client, $arguments) = @_;
	my $answer = $client->query('SELECT ai_cleanup(' . ($arguments // '') . ')');

	$answer->{count} = $answer->{rows}[0][0] if @{ $answer->{rows} };
	return $answer;
}

# What the server has logged since `$from`, an earlier length of the log.
sub new_log
{
	my ($node, $from) = @_;
	return slurp_file($node->logfile, $from // 0);
}

# The background worker's process; waits for it, since it is restarted after a second.
sub worker_pid
{
	my ($admin) = @_;
	my $pid;

	wait_for('the worker sleeps', sub {
		$pid = $admin->value("SELECT pid FROM pg_stat_activity"
			  . " WHERE backend_type = 'ai_cleanup worker' AND wait_event IS NOT NULL");
	});
	return $pid;
}

# Until the worker has been round its loop at least once from here on: it counts each time that it
# wakes, and SIGUSR1 wakes it.
sub wait_for_worker
{
	my ($admin) = @_;
	my $pid = worker_pid($admin);
	my $wake_ups = sub { $admin->value('SELECT wake_ups FROM ai_cleanup_stats') };
	my $before = $wake_ups->();

	return wait_for('the worker has looked', sub {
		kill 'USR1', $pid;
		return $wake_ups->() >= $before + 2;
	});
}

# The attendant's process, once it takes connections over.
sub attendant_pid
{
	my ($admin) = @_;
	my $pid;

	wait_for('the attendant is there', sub {
		$pid = $admin->value("SELECT pid FROM pg_stat_activity"
			  . " WHERE backend_type = 'ai_cleanup attendant' AND query LIKE 'holds %'");
	});
	return $pid;
}

# What became of the connections of retired sessions: (held, told, hung up, refused).
sub hand_overs
{
	my ($admin) = @_;
	return @{ $admin->query('SELECT connections_held, clients_told, clients_hung_up,'
			  . ' hand_overs_refused FROM ai_cleanup_stats')->{rows}[0] };
}

# The same as cleanup(), but returns when the clients have been told, too: at once, as `tell_client` says,
# and yet after the call has its answer. For clients that look whether their connection is still there.
sub cleanup_and_tell
{
	my ($client, $arguments) = @_;
	my (undef, $told) = hand_overs($client);
	my $answer = cleanup($client, $arguments);

	wait_for('the clients have been told', sub { (hand_overs($client))[1] >= $told + $answer->{count} });
	return $answer;
}

# Until the attendant has so many connections.
sub wait_until_held
{
	my ($admin, $count) = @_;
	return wait_for("$count connections are held", sub { (hand_overs($admin))[0] == $count });
}

# Has a session run its queries in parallel whatever they cost. PostgreSQL 16 gave the setting
# another name.
sub use_parallel_workers
{
	my ($client) = @_;

	$client->value("SELECT set_config(name, 'on', false) FROM pg_settings"
		  . " WHERE name IN ('force_parallel_mode', 'debug_parallel_query')");
	return;
}

# Reloads the configuration, and returns when it is in force in the worker.
sub reload
{
	my ($node, $admin) = @_;

	$admin->value('SELECT pg_reload_conf()');
	# The postmaster lets no session in before it has told its children.
	connect_to($node, 'postgres')->log_out;
	return wait_for_worker($admin);
}

1;
