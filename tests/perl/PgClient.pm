# A client that can misbehave: send half a request, never read, hang up.
package PgClient;

use strict;
use warnings;

use File::Basename;
use IO::Select;
use PostgreSQL::Test::Utils;
use Socket;

use lib dirname(__FILE__) . '/../../scripts/lib';
use parent 'PgConnection';

# As PgConnection's, to a test's server. How, besides:
#   first   commands that come with the login's own message, so that the session is never idle before
#           them; their answers are yet to be read
#   leaves  and then the client is gone
#   tcp     over 127.0.0.1 instead of the unix socket
sub start
{
	my ($class, $node, %how) = @_;
	my @then = map { PgConnection::message('Q', "$_\0") } @{ $how{first} // [] };

	push @then, PgConnection::message('X', '') if $how{leaves};
	return $class->SUPER::start(
		%how,
		host => $how{tcp} ? '127.0.0.1' : $node->host,
		port => $node->port,
		then => join('', @then),
		timeout => $PostgreSQL::Test::Utils::timeout_default);
}

# Has the server sent something that was not read yet?
sub has_news
{
	my ($self) = @_;
	return length $self->{unread} || IO::Select->new($self->{socket})->can_read(0) ? 1 : 0;
}

# What the server said last, once it has closed the connection: the fields of the
# ErrorResponse, or undef if it said nothing.
sub last_words
{
	my ($self) = @_;
	my $error;

	while (my ($type, $body) = $self->read_message)
	{
		$error = PgConnection::fields($body) if $type eq 'E';
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
