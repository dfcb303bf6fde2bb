# A client that speaks the frontend/backend protocol itself, so that a test can make it misbehave:
# send half a request, never read, hang up.
package PgClient;

use strict;
use warnings;

use Carp;
use Errno;
use IO::Handle;
use IO::Select;
use PostgreSQL::Test::Utils;
use Socket;

# Logs in and waits until the server is ready; dies if it refuses. How:
#   dbname, user, application_name, options, replication   as in a connection string
#   first           commands that come with the login's own message, so that the session is never
#                   idle before them; their answers are yet to be read
#   leaves          and then the client is gone
#   tcp             over 127.0.0.1 instead of the unix socket
#   receive_buffer  bytes that the kernel may keep for a client that does not read
sub new
{
	my ($class, $node, %how) = @_;
	my $self = $class->start($node, %how);
	my $answer = $self->answer;

	croak 'login refused: ' . ($answer->{error}{M} // 'no reason given')
	  unless $answer->{ready};
	return $self;
}

# Begins to log in; answer() says how it ends.
sub start
{
	my ($class, $node, %how) = @_;
	my %parameters = (
		user => $how{user} // scalar getpwuid($<),
		database => $how{dbname} // 'postgres',
		map { $_ => $how{$_} }
		  grep { defined $how{$_} } qw(application_name options replication));
	my $startup = join('', map { "$_\0$parameters{$_}\0" } sort keys %parameters);
	my $self = bless {
		socket => _connect($node, %how),
		unread => '',
		pid => 0,
		timeout => $PostgreSQL::Test::Utils::timeout_default
	}, $class;

	$self->send_bytes(join '', pack('N N a*', length($startup) + 9, 196608, "$startup\0"),
		(map { message('Q', "$_\0") } @{ $how{first} // [] }), $how{leaves} ? message('X', '') : ());
	return $self;
}

sub _connect
{
	my ($node, %how) = @_;
	my ($family, $address) =
	  $how{tcp}
	  ? (PF_INET, pack_sockaddr_in($node->port, inet_aton('127.0.0.1')))
	  : (PF_UNIX, pack_sockaddr_un($node->host . '/.s.PGSQL.' . $node->port));

	socket(my $socket, $family, SOCK_STREAM, 0) or croak "socket: $!";
	if ($how{receive_buffer})
	{
		setsockopt($socket, SOL_SOCKET, SO_RCVBUF, pack('l', $how{receive_buffer}))
		  or croak "setsockopt: $!";
	}
	connect($socket, $address) or croak "connect: $!";
	$socket->blocking(0);
	return $socket;
}

# The server's process; known once the login has succeeded.
sub pid
{
	my ($self) = @_;
	return $self->{pid};
}

# Waits until the socket can do something; dies if it takes too long.
sub _wait_until
{
	my ($self, $can) = @_;
	my $deadline = time + $self->{timeout};

	while (time < $deadline)
	{
		# A signal, of a child that has ended for example, cuts the wait short.
		return if IO::Select->new($self->{socket})->$can($deadline - time);
	}
	croak "waited for the server for $self->{timeout} s";
}

# False, with $! set, once the server has closed the connection for this client's sends.
sub send_bytes
{
	my ($self, $bytes) = @_;

	while (length $bytes)
	{
		$self->_wait_until('can_write');
		my $sent = syswrite($self->{socket}, $bytes);
		next if !defined $sent && ($!{EINTR} || $!{EAGAIN});
		return 0 unless defined $sent;
		substr($bytes, 0, $sent, '');
	}
	return 1;
}

sub message
{
	my ($type, $body) = @_;
	return pack('a N a*', $type, length($body) + 4, $body);
}

sub send_message
{
	my ($self, $type, $body) = @_;
	return $self->send_bytes(message($type, $body // ''));
}

sub send_query
{
	my ($self, $sql) = @_;
	return $self->send_message('Q', "$sql\0");
}

# Has the server sent something that was not read yet?
sub has_news
{
	my ($self) = @_;
	return length $self->{unread} || IO::Select->new($self->{socket})->can_read(0) ? 1 : 0;
}

# Reads what the kernel has, waiting for it if there is none. False at the end.
sub _read_more
{
	my ($self) = @_;

	for (;;)
	{
		$self->_wait_until('can_read');
		my $got = sysread($self->{socket}, $self->{unread}, 65536, length $self->{unread});
		next if !defined $got && ($!{EINTR} || $!{EAGAIN});
		$self->{reset} = !defined $got;
		return $got;    # undef after a reset: that is an end as well
	}
}

# One message as (type, body); nothing at the end of the connection.
sub read_message
{
	my ($self) = @_;

	for (;;)
	{
		if (length $self->{unread} >= 5)
		{
			my ($type, $length) = unpack('a N', $self->{unread});
			if (length $self->{unread} > $length)
			{
				my $whole = substr($self->{unread}, 0, $length + 1, '');
				return ($type, substr($whole, 5));
			}
		}
		return unless $self->_read_more;
	}
}

# The fields of an ErrorResponse or NoticeResponse by their letters: C, M, D, H ...
sub fields
{
	my ($body) = @_;
	return { map { substr($_, 0, 1) => substr($_, 1) } grep { length } split(/\0/, $body) };
}

sub _row
{
	my ($body) = @_;
	my ($count, $rest) = unpack('n a*', $body);
	my @values;

	for (1 .. $count)
	{
		(my $length, $rest) = unpack('l> a*', $rest);
		push @values, $length < 0 ? undef : substr($rest, 0, $length, '');
	}
	return \@values;
}

# Everything up to the next ReadyForQuery, or to the end of the connection:
#   rows, notices, tags     lists
#   error                   fields of the last error, undef without one
#   ready                   I, T or E; undef if the connection has ended
sub answer
{
	my ($self) = @_;
	my %answer = (rows => [], notices => [], tags => [], error => undef, ready => undef);

	while (my ($type, $body) = $self->read_message)
	{
		if ($type eq 'D') { push @{ $answer{rows} }, _row($body) }
		elsif ($type eq 'C') { push @{ $answer{tags} }, unpack('Z*', $body) }
		elsif ($type eq 'N') { push @{ $answer{notices} }, fields($body) }
		elsif ($type eq 'E') { $answer{error} = fields($body) }
		elsif ($type eq 'K') { $self->{pid} = unpack('N', $body) }
		elsif ($type eq 'Z')
		{
			$answer{ready} = $body;
			last;
		}
	}
	return \%answer;
}

sub query
{
	my ($self, $sql) = @_;
	$self->send_query($sql);
	return $self->answer;
}

# The first value of the first row; dies on errors.
sub value
{
	my ($self, $sql) = @_;
	my $answer = $self->query($sql);

	croak "$sql: $answer->{error}{M}" if $answer->{error};
	croak "$sql: the connection has ended" unless $answer->{ready};
	return @{ $answer->{rows} } ? $answer->{rows}[0][0] : undef;
}

# What the server said last, once it has closed the connection: the fields of the
# ErrorResponse, or undef if it said nothing.
sub last_words
{
	my ($self) = @_;
	my $error;

	while (my ($type, $body) = $self->read_message)
	{
		$error = fields($body) if $type eq 'E';
	}
	return $error;
}

# Did the connection end with a reset, which may have swallowed what was on its way?
sub was_reset
{
	my ($self) = @_;
	return $self->{reset} ? 1 : 0;
}

# Says that nothing more will come, and goes on listening.
sub stop_sending
{
	my ($self) = @_;
	shutdown($self->{socket}, SHUT_WR);
	return;
}

sub hang_up
{
	my ($self) = @_;
	close($self->{socket});
	return;
}

# Returns when the session has ended: its slot is free.
sub log_out
{
	my ($self) = @_;
	$self->send_message('X');
	$self->last_words;
	$self->hang_up;
	return;
}

1;
