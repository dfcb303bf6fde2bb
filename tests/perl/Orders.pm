# Servers that do what a test orders, in the midst of something: tests/preload says what there is.
package Orders;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Utils;

our @EXPORT = qw(can_be_ordered ordered order withdraw is_stopped);

my $folder;    # an order is a file in it

# Can such a server be had?
sub can_be_ordered
{
	my $library = $ENV{AI_CLEANUP_PRELOAD_LIBRARY};
	# A sanitizer or valgrind wants to be the first, and has the programs start so (scripts/stage).
	return $library && -e $library && !grep { -e "$_/postgres.plain" } split /:/, $ENV{PATH};
}

# A server that is started by this code obeys, if it can be had. Returns what the code does.
sub ordered(&)
{
	my ($start) = @_;
	return $start->() unless can_be_ordered();
	$folder //= PostgreSQL::Test::Utils::tempdir();
	local $ENV{LD_PRELOAD} = $ENV{AI_CLEANUP_PRELOAD_LIBRARY};
	local $ENV{AI_CLEANUP_PRELOAD} = $folder;
	return $start->();
}

# From now on; an order that was given before is replaced.
sub order
{
	my ($name, $text) = @_;
	append_to_file("$folder/$name.new", $text // '');
	rename "$folder/$name.new", "$folder/$name" or die $!;
	return;
}

sub withdraw
{
	my ($name) = @_;
	unlink "$folder/$name" or die $!;
	return;
}

# Is this process stopped?
sub is_stopped
{
	my ($pid) = @_;
	return slurp_file("/proc/$pid/stat") =~ /\) T/;
}

1;
