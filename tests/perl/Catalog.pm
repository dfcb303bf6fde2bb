# What tests of upgrades share: the objects of an extension, each with all that pg_dump knows of
# it, and an installation whose scripts a test may add to.
package Catalog;

use strict;
use warnings;

use Carp;
use Exporter 'import';
use PostgreSQL::Test::Utils;

our @EXPORT = qw(own_installation objects_of members_of);

# A private installation beside that of the other tests, first in PATH from here on. Returns the
# folder with the extension's scripts.
sub own_installation
{
	my $stage = PostgreSQL::Test::Utils::tempdir();
	my $bin = `scripts/stage '$ENV{BUILD}' '$stage'`;
	croak 'scripts/stage failed' if $?;
	chomp $bin;
	$ENV{PATH} = "$bin:$ENV{PATH}";
	chomp(my $share = `'$ENV{PG_CONFIG}' --sharedir`);
	return "$stage$share/extension";
}

# The definitions in a database, by "type name", as a binary upgrade would make them: what
# belongs to extensions is dumped as well, with owners, comments and privileges.
sub objects_of
{
	my ($node, $database) = @_;
	my ($dump, $complaints);
	IPC::Run::run([ 'pg_dump', '--schema-only', '--binary-upgrade', $node->connstr($database) ],
		'>', \$dump, '2>', \$complaints)
	  or croak "pg_dump: $complaints";
	my %definition;
	for my $entry (split /^(?=-- Name: )/m, $dump)
	{
		my ($name, $type) = $entry =~ /^-- Name: (.*?); Type: (.*?);/ or next;
		# The numbers of objects are what differs; and the key of a dump.
		$entry =~ s/^SELECT pg_catalog\.binary_upgrade_set_next.*\n//mg;
		$entry =~ s/^--.*\n|^\\(un)?restrict.*\n|^\n//mg;
		$definition{"$type $name"} .= $entry;
	}
	return \%definition;
}

# What belongs to the extension, and its own properties.
sub members_of
{
	my ($node, $database, $extension) = @_;
	return $node->safe_psql($database, <<SQL);
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = '$extension')
ORDER BY 1;
SELECT extversion, extrelocatable, extnamespace::regnamespace, extowner::regrole,
	extconfig::regclass[], extcondition
FROM pg_extension WHERE extname = '$extension'
SQL
}

1;
