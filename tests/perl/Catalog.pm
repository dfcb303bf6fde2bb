# What tests of upgrades share: the objects of an extension, each with all that pg_dump knows of
# it, and an installation whose scripts a test may add to.
package Catalog;

use strict;
use warnings;

use Carp;
use Exporter 'import';
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(own_installation default_version version_in objects_of expect_the_same_objects);

# A private installation beside that of the other tests, first in PATH from here on. Returns the
# folders with the extension's scripts and with its library.
sub own_installation
{
	my $stage = PostgreSQL::Test::Utils::tempdir();
	my $bin = `scripts/stage '$ENV{BUILD}' '$stage'`;
	croak 'scripts/stage failed' if $?;
	chomp $bin;
	$ENV{PATH} = "$bin:$ENV{PATH}";
	chomp(my ($share, $lib) = `'$ENV{PG_CONFIG}' --sharedir --pkglibdir`);
	return ("$stage$share/extension", "$stage$lib");
}

# The version that CREATE EXTENSION makes with these scripts.
sub default_version
{
	my ($scripts) = @_;
	my ($version) = slurp_file("$scripts/ai_cleanup.control") =~ /^default_version = '(.*)'/m;
	return $version;
}

# The version that the database of a session has.
sub version_in
{
	my ($session) = @_;
	return $session->value("SELECT extversion FROM pg_extension WHERE extname = 'ai_cleanup'");
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

# In both databases there is the same, and the same of it belongs to the extension.
sub expect_the_same_objects
{
	my ($node, $expected_in, $got_in, $what) = @_;
	my ($expected, $got) = map { objects_of($node, $_) } ($expected_in, $got_in);

	cmp_ok(scalar keys %$expected, '>', 5, "$what: there are objects to compare");
	for my $object (sort keys %{ { %$expected, %$got } })
	{
		is($got->{$object}, $expected->{$object}, "$what: $object");
	}
	is(members_of($node, $got_in), members_of($node, $expected_in), "$what: the same belong to it");
	return;
}

# What belongs to the extension, and its own properties.
sub members_of
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, <<SQL);
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'ai_cleanup')
ORDER BY 1;
SELECT extversion, extrelocatable, extnamespace::regnamespace, extowner::regrole,
	extconfig::regclass[], extcondition
FROM pg_extension WHERE extname = 'ai_cleanup'
SQL
}

1;
