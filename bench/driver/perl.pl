# Perl's DBD::Pg for bench/drivers: one connection; see node.mjs.
use strict;
use warnings;
use DBI;

$| = 1;
my $connection = DBI->connect('dbi:Pg:', $ENV{PGUSER}, '', { RaiseError => 1, PrintError => 0 });
$connection->do('SELECT 1');
print "ready\n";
while (<STDIN>)
{
	print eval { $connection->do('SELECT 1'); 1 } ? "works\n" : 'fails: ' . $connection->state . "\n";
}
