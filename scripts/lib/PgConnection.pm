# A client's side of one connection: as much of PostgreSQL's frontend/backend protocol as a login
# without a password, the simple query, and messages that the caller composes. Cheap enough to have
# thousands of them in one process, and no module is needed that does not come with Perl.
package PgConnection;
use strict;
use warnings;
use Carp;
use Errno;
use IO::Handle;
use IO::Select;
use Socket;

my $protocol_version = 3 << 16;

# Begins to log in; answer() says how it ends. How:
#   host, port, user, dbname   what PGHOST, PGPORT, PGUSER and PGDATABASE say, if not given; a host
#                              that begins with a slash is the folder of the unix socket
#   application_name, options, replication   as in a connection string
#   timeout                    seconds to wait for the server, 60 if not given
#   receive_buffer             bytes that the kernel may keep for a client that does not read
#   then                       bytes to send together with the login's own message
sub start {
    my ($class, %how) = @_;
    my %parameters = (
        user => $how{user} // $ENV{PGUSER} // scalar getpwuid($<),
        database => $how{dbname} // $ENV{PGDATABASE} // 'postgres',
        map { $_ => $how{$_} }
            grep { defined $how{$_} } qw(application_name options replication));
    my $startup = join '', map { "$_\0$parameters{$_}\0" } sort keys %parameters;
    my $self = bless {
        socket => _connect(%how),
        unread => '',
        pid => 0,
        timeout => $how{timeout} // 60
    }, $class;

    $self->send_bytes(pack('N N a*', length($startup) + 9, $protocol_version, "$startup\0")
            . ($how{then} // ''));
    return $self;
}

# Logs in and waits until the server is ready; dies if it refuses.
sub new {
    my ($class, @how) = @_;
    my $self = $class->start(@how);
    my $answer = $self->answer;

    croak 'login refused: ' . reason($answer) unless $answer->{ready};
    return $self;
}

sub _connect {
    my (%how) = @_;
    my $host = $how{host} // $ENV{PGHOST} // '/var/run/postgresql';
    my $port = $how{port} // $ENV{PGPORT} // 5432;
    my $is_folder = $host =~ m{^/};
    my $ip = $is_folder ? undef : inet_aton($host) // croak "no address for $host";

    socket(my $socket, $is_folder ? PF_UNIX : PF_INET, SOCK_STREAM, 0) or croak "socket: $!";
    if ($how{receive_buffer}) {
        setsockopt($socket, SOL_SOCKET, SO_RCVBUF, pack('l', $how{receive_buffer}))
            or croak "setsockopt: $!";
    }
    connect($socket,
        $is_folder ? pack_sockaddr_un("$host/.s.PGSQL.$port") : pack_sockaddr_in($port, $ip))
        or croak "cannot connect to $host, port $port: $!";
    $socket->blocking(0);
    return $socket;
}

# The server's process; known once the login has succeeded.
sub pid {
    my ($self) = @_;
    return $self->{pid};
}

# Waits until the socket can do something; dies if it takes too long.
sub _wait_until {
    my ($self, $can) = @_;
    my $deadline = time + $self->{timeout};

    while (time < $deadline) {
        # A signal, of a child that has ended for example, cuts the wait short.
        return if IO::Select->new($self->{socket})->$can($deadline - time);
    }
    croak "waited for the server for $self->{timeout} s";
}

# False, with $! set, once the server has closed the connection for this client's sends.
sub send_bytes {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';

    while (length $bytes) {
        $self->_wait_until('can_write');
        my $sent = syswrite($self->{socket}, $bytes);
        next if !defined $sent && ($!{EINTR} || $!{EAGAIN});
        return 0 unless defined $sent;
        substr($bytes, 0, $sent, '');
    }
    return 1;
}

sub message {
    my ($type, $body) = @_;
    return pack('a N a*', $type, length($body) + 4, $body);
}

sub send_message {
    my ($self, $type, $body) = @_;
    return $self->send_bytes(message($type, $body // ''));
}

sub send_query {
    my ($self, $sql) = @_;
    return $self->send_message('Q', "$sql\0");
}

# Reads what the kernel has, waiting for it if there is none. False at the end.
sub _read_more {
    my ($self) = @_;

    for (;;) {
        $self->_wait_until('can_read');
        my $got = sysread($self->{socket}, $self->{unread}, 65536, length $self->{unread});
        next if !defined $got && ($!{EINTR} || $!{EAGAIN});
        $self->{reset} = !defined $got;
        return $got; # undef after a reset: that is an end as well
    }
}

# One message as (type, body); nothing at the end of the connection.
sub read_message {
    my ($self) = @_;

    for (;;) {
        if (length $self->{unread} >= 5) {
            my ($type, $length) = unpack('a N', $self->{unread});
            if (length $self->{unread} > $length) {
                my $whole = substr($self->{unread}, 0, $length + 1, '');
                return ($type, substr($whole, 5));
            }
        }
        return unless $self->_read_more;
    }
}

# The fields of an ErrorResponse or NoticeResponse by their letters: C, M, D, H ...
sub fields {
    my ($body) = @_;
    return { map { substr($_, 0, 1) => substr($_, 1) } grep { length } split(/\0/, $body) };
}

sub _row {
    my ($body) = @_;
    my ($count, $rest) = unpack('n a*', $body);
    my @values;

    for (1 .. $count) {
        (my $length, $rest) = unpack('l> a*', $rest);
        push @values, $length < 0 ? undef : substr($rest, 0, $length, '');
    }
    return \@values;
}

# Everything up to the next ReadyForQuery, or to the end of the connection:
#   rows, notices, tags     lists
#   error                   fields of the last error, undef without one
#   ready                   I, T or E; undef if the connection has ended
sub answer {
    my ($self) = @_;
    my %answer = (rows => [], notices => [], tags => [], error => undef, ready => undef);

    while (my ($type, $body) = $self->read_message) {
        if ($type eq 'D') { push @{ $answer{rows} }, _row($body) }
        elsif ($type eq 'C') { push @{ $answer{tags} }, unpack('Z*', $body) }
        elsif ($type eq 'N') { push @{ $answer{notices} }, fields($body) }
        elsif ($type eq 'E') { $answer{error} = fields($body) }
        elsif ($type eq 'K') { $self->{pid} = unpack('N', $body) }
        elsif ($type eq 'R') {
            croak 'the server wants a password' if unpack('N', $body) != 0;
        }
        elsif ($type eq 'Z') {
            $answer{ready} = $body;
            last;
        }
    }
    return \%answer;
}

# Why an answer is not what was hoped for.
sub reason {
    my ($answer) = @_;
    return $answer->{error} ? $answer->{error}{M} : 'the server hung up';
}

sub query {
    my ($self, $sql) = @_;
    $self->send_query($sql);
    return $self->answer;
}

# The first value of the first row; dies on errors.
sub value {
    my ($self, $sql) = @_;
    my $answer = $self->query($sql);

    croak "$sql: " . reason($answer) if $answer->{error} || !$answer->{ready};
    return @{ $answer->{rows} } ? $answer->{rows}[0][0] : undef;
}

1;
