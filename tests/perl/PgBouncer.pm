# PgBouncer, the real one, in front of a test's server. PgClient takes it for a server.
package PgBouncer;

use strict;
use warnings;

use AiCleanup;
use Carp;
use File::Path 'make_path';
use IO::Socket::UNIX;
use IPC::Run;
use PgClient;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our $program = '/usr/sbin/pgbouncer';
my @running;

sub is_installed
{
	return -x $program;
}

# A PgBouncer that takes its users by their word. How: tcp (between it and the server, instead of
# the unix socket), and everything else as a line of its configuration.
sub start
{
	my ($class, $node, $name, %how) = @_;
	my $server = delete $how{tcp} ? '127.0.0.1' : $node->host;
	my $folder = $PostgreSQL::Test::Utils::tmp_check . "/pgbouncer_$name";
	my $self = bless {
		host => $node->host,
		port => PostgreSQL::Test::Cluster::get_free_port(),
		logfile => "$folder/log"
	}, $class;
	my $user = getpwuid $<;
	my %settings = (
		listen_addr => '',
		listen_port => $self->{port},
		unix_socket_dir => $self->{host},
		auth_type => 'trust',
		auth_file => "$folder/users",
		admin_users => $user,
		%how);

	make_path($folder);
	append_to_file("$folder/users", "\"$user\" \"\"\n\"app\" \"\"\n");
	append_to_file("$folder/ini", join "\n",
		'[databases]', "* = host=$server port=" . $node->port,
		'[pgbouncer]', (map { "$_ = $settings{$_}" } sort keys %settings), '');
	# Into a file, not a pipe: it would be stopped by its own log if that were not read.
	$self->{process} =
	  IPC::Run::start([ $program, "$folder/ini" ], '<', '/dev/null', '>', '/dev/null', '2>', $self->{logfile});
	push @running, $self;
	wait_for('PgBouncer listens', sub {
		croak 'PgBouncer has ended: ' . $self->log_text unless $self->{process}->pumpable;
		# The file is there a moment earlier.
		return IO::Socket::UNIX->new(Peer => "$self->{host}/.s.PGSQL.$self->{port}");
	});
	return $self;
}

sub host { return $_[0]{host} }
sub port { return $_[0]{port} }

sub log_text
{
	my ($self) = @_;
	return slurp_file($self->{logfile});
}

sub stop
{
	my ($self) = @_;
	my $process = delete $self->{process} or return;
	# From 1.23 on it waits for its clients when it is asked to end (SIGTERM).
	$process->signal('KILL');
	$process->finish;
	return;
}

END
{
	my $status = $?;
	$_->stop for @running;
	$? = $status;
}

1;
