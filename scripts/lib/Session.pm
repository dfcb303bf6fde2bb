# One session of a client that speaks no more of PostgreSQL's protocol than a login that needs no
# password and the simple query, so that one process can have hundreds of them. PGHOST, PGPORT, PGUSER
# and PGDATABASE say where to.
package Session;
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOL_SOCKET SO_RCVTIMEO);

my $protocol_version = 3 << 16;
my $patience = 60; # seconds, for an answer

sub connect_socket {
    my $host = $ENV{PGHOST} // '/var/run/postgresql';
    my $port = $ENV{PGPORT} // 5432;
    my $socket =
        $host =~ m{^/}
        ? IO::Socket::UNIX->new(Peer => "$host/.s.PGSQL.$port")
        : IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port);
    die "cannot connect to $host, port $port: $!\n" unless $socket;
    setsockopt $socket, SOL_SOCKET, SO_RCVTIMEO, pack('l! l!', $patience, 0);
    return $socket;
}

# Logs in. If the server refuses, the session is not open, and its error says why.
sub new {
    my ($class, %how) = @_;
    my %parameters = (
        user => $how{user} // $ENV{PGUSER},
        database => $ENV{PGDATABASE} // 'postgres',
        application_name => $how{name} // 'app',
    );
    my $startup = join('', map { "$_\0$parameters{$_}\0" } sort keys %parameters) . "\0";
    my $self = bless { socket => connect_socket(), unread => '', open => 1 }, $class;

    $self->send(pack 'N N a*', 8 + length $startup, $protocol_version, $startup);
    $self->answer if $self->{open};
    return $self;
}

sub is_open { return $_[0]{open} }

# What the server complained about last.
sub error { return $_[0]{error} // 'the server hung up' }

sub send {
    my ($self, $bytes) = @_;
    local $SIG{PIPE} = 'IGNORE';

    while (length $bytes) {
        my $sent = syswrite $self->{socket}, $bytes;
        if (!defined $sent) {
            next if $!{EINTR};
            return $self->{open} = 0;
        }
        substr $bytes, 0, $sent, '';
    }
    return 1;
}

# One message as (type, body); nothing once the server has hung up.
sub message {
    my ($self) = @_;

    for (;;) {
        if (length $self->{unread} >= 5) {
            my ($type, $length) = unpack 'a N', $self->{unread};
            if (length $self->{unread} > $length) {
                my $whole = substr $self->{unread}, 0, $length + 1, '';
                return ($type, substr $whole, 5);
            }
        }
        my $got = sysread $self->{socket}, $self->{unread}, 65536, length $self->{unread};
        next if !defined $got && $!{EINTR};
        die "no answer for $patience s\n" if !defined $got && $!{EAGAIN};
        return unless $got;
    }
}

# Reads up to ReadyForQuery. Returns the first value of the last row, '' if there is no row, and
# undef after an error, whether the session survives it or not.
sub answer {
    my ($self) = @_;
    my $value = '';

    delete $self->{error};
    while (my ($type, $body) = $self->message) {
        if ($type eq 'D') { $value = unpack 'x2 N/a', $body }
        elsif ($type eq 'E') { ($self->{error}) = $body =~ /\0M([^\0]*)/ }
        elsif ($type eq 'R' && unpack('N', $body) != 0) { die "the server wants a password\n" }
        elsif ($type eq 'Z') { return defined $self->{error} ? undef : $value }
    }
    $self->{open} = 0;
    return undef;
}

sub query {
    my ($self, $sql) = @_;
    return undef unless $self->send(pack 'a N a*', 'Q', 5 + length $sql, "$sql\0");
    return $self->answer;
}

1;
