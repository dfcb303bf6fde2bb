# What the tests of admission, headroom and budget share: servers with few slots, real logins
# made by the program `logins`, and what the server has counted.
package Admission;

use strict;
use warnings;

use AiCleanup;
use Carp;
use Exporter 'import';
use IPC::Run;
use PgClient;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(
  start_small_node reconfigure logins start_logins finish_logins said
  loads start_loads finish_loads refusal stats busy_clients connections client_processes newcomers waiting_newcomer
  wait_until_empty retired_since
);

our $logins = $ENV{AI_CLEANUP_LOGINS};
our $loads = $ENV{AI_CLEANUP_LOADS};

# A server with 20 slots, 3 of them reserved, and the automatic part on, to which a session is ripe
# as soon as it has not been idle for an instant only. It touches the database `work` only, so that a session in `postgres` can look on. `dev` is an ordinary role.
# Options as start_node's; slots => N for another number.
sub start_small_node
{
	my ($name, %how) = @_;
	my $slots = delete $how{slots} // 20;
	my $node = start_node($name, %how, conf => <<CONF . ($how{conf} // ''));
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.ripe_for_headroom = '20ms'
ai_cleanup.ripe_for_login = '20ms'
max_connections = $slots
superuser_reserved_connections = 3
CONF

	run_sql($node, 'CREATE ROLE dev LOGIN', 'CREATE DATABASE work');
	return $node;
}

# Changes settings and restarts, which also ends all sessions and sets all counts to zero.
sub reconfigure
{
	my ($node, @lines) = @_;
	$node->append_conf('postgresql.conf', join("\n", @lines));
	$node->stop;
	unlink $node->data_dir . '/pg_stat/ai_cleanup.stat';    # the counts, which a restart keeps
	$node->start;
	return;
}

sub _command
{
	my ($program, $node, $mode, %options) = @_;
	croak 'AI_CLEANUP_LOGINS or AI_CLEANUP_LOADS is not set' unless $program;
	%options = (dbname => 'work', user => 'dev', %options);
	return [
		$program, $mode, '--host', $node->host, '--port', $node->port,
		map { ("--$_" =~ tr/_/-/r, $options{$_}) } sort keys %options
	];
}

# The report as a hash. What may come several times (said, noted) is a list.
sub _report
{
	my ($text) = @_;
	my %report = (said => [], noted => []);
	for (split /\n/, $text)
	{
		my ($name, $value) = /^(\w+): (.*)$/ or croak "cannot read \"$_\"";
		if (ref $report{$name}) { push @{ $report{$name} }, $value }
		else { $report{$name} = $value }
	}
	return \%report;
}

# Runs `logins` in a mode, with its options (see there); returns what it reports.
sub logins
{
	my ($node, $mode, %options) = @_;
	return finish_logins(start_logins($node, $mode, %options));
}

# The same in the background.
sub start_logins { return _start($logins, @_) }

sub _start
{
	my ($program, $node, $mode, %options) = @_;
	my ($in, $out, $err) = ('', '', '');
	my %run = (in => \$in, out => \$out, err => \$err);
	$run{handle} = IPC::Run::start(_command($program, $node, $mode, %options), '<', \$in, '>', \$out, '2>', \$err);
	return \%run;
}

sub finish_logins
{
	my ($run) = @_;
	IPC::Run::finish($run->{handle}) or croak "the clients failed: ${$run->{out}}${$run->{err}}";
	return _report(${ $run->{out} });
}

# The same with `loads`: clients at work, and what came of it from their side.
sub loads { my ($node, $mode, %options) = @_; return finish_loads(start_loads($node, $mode, %options)) }
sub start_loads { return _start($loads, @_) }
sub finish_loads { return finish_logins(@_) }

# One line about a report, for a reader of the log.
sub said
{
	my ($report) = @_;
	my $line = join ', ', map { "$_ $report->{$_}" } grep { exists $report->{$_} }
	  qw(logins tries in visits requests refused cut out_before_first out_between out_in_request
	  lost_at_rest left_at_rest out_idle_max_ms login_max_ms median_ms max_ms);
	return join "\n", $line, @{ $report->{said} }, @{ $report->{noted} };
}

# What psql is told when it tries to log in; nothing if it gets in. (PgClient knows no passwords.)
sub refusal
{
	my ($node, $database, $role) = @_;
	my $error = '';
	IPC::Run::run([ 'psql', '-XAtqw', '-d', $node->connstr($database), '-U', $role, '-c', 'SELECT 1' ],
		'<', '/dev/null', '>', '/dev/null', '2>', \$error);
	return $error =~ s/^psql: error: connection to server on socket ".*?" failed: |\n\z//gr;
}

# What the server has counted: the columns of ai_cleanup_stats.
sub stats
{
	my ($admin) = @_;
	my @columns = qw(sessions_retired sessions_declined sessions_terminated
	  logins_rescued logins_waited logins_refused sweeps wake_ups);
	my $answer = $admin->query('SELECT ' . join(', ', @columns) . ' FROM ai_cleanup_stats');
	my %stats;
	@stats{@columns} = @{ $answer->{rows}[0] };
	return \%stats;
}

sub retired_since
{
	my ($admin, $before) = @_;
	return stats($admin)->{sessions_retired} - $before->{sessions_retired};
}

# Clients of `work` that are executing, each from the start, so that none has to go meanwhile.
sub busy_clients
{
	my ($node, $count, %how) = @_;
	my @clients;

	for (1 .. $count)
	{
		my $client =
		  connect_to($node, 'work', user => 'dev', first => ['SELECT pg_sleep(3600)'], %how);
		wait_for('it is busy', sub {
			grep { $_->[0] == $client->pid && $_->[1] eq 'SELECT' } client_processes($node);
		});
		push @clients, $client;
	}
	return @clients;
}

# The processes of all sessions of a database, oldest first.
sub connections
{
	my ($admin, $database) = @_;
	return $admin->value("SELECT string_agg(pid::text, ',' ORDER BY backend_start, pid)"
		  . " FROM pg_stat_activity WHERE datname = '$database' AND backend_type = 'client backend'")
	  // '';
}

# The server's processes for clients, as [pid, what it does], from their titles. They show what
# no view does: logins that have not succeeded yet, and sessions whose slot is not free yet.
sub client_processes
{
	my ($node) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	return
	  map { /^\s*(\d+)\s+$postmaster\s.* \[local\] (.*?)\s*$/ ? [ $1, $2 ] : () }
	  split /\n/, `ps -A -o pid= -o ppid= -o args=`;
}

# The processes of logins that wait for room.
sub newcomers
{
	my ($node) = @_;
	return map { $_->[0] } grep { $_->[1] eq 'authentication' } client_processes($node);
}

# Until all slots are free, without taking one to look.
sub wait_until_empty
{
	my ($node) = @_;
	return wait_for('all sessions are gone', sub { !client_processes($node) });
}

# A client whose login waits for a busy session to end, and the process of it. Of two that come
# only one may wait; that the other one is turned away shows that it does.
sub waiting_newcomer
{
	my ($node) = @_;
	my @both = map { PgClient->start($node, dbname => 'work', user => 'dev') } 1 .. 2;
	my $first;
	wait_for('one of them is answered', sub { ($first) = grep { $_->has_news } @both });
	my ($waiting) = grep { $_ != $first } @both;
	my $answer = $first->answer;
	my @found;

	croak 'both newcomers got in' if $answer->{ready};
	wait_for('one newcomer waits', sub { (@found = newcomers($node)) == 1 });
	return ($waiting, $found[0]);
}

1;
