# ALTER EXTENSION ai_cleanup UPDATE ends where a fresh installation begins: the same objects, each
# with the same definition, owner, comment and privileges. From every version that there is a
# script for; and to a next one made here, which changes something of each kind.
use strict;
use warnings;

use AiCleanup;
use Catalog;
use PostgreSQL::Test::Utils;
use Test::More;

my ($scripts) = own_installation();
my $current = default_version($scripts);

# What a next version could change: something new of each kind, and something old.
my $change = <<'SQL';
CREATE FUNCTION ai_cleanup_next() RETURNS integer
AS 'MODULE_PATHNAME', 'ai_conn_count_sql' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION ai_cleanup_next() IS 'is what the next version brings';
REVOKE EXECUTE ON FUNCTION ai_cleanup_next() FROM PUBLIC;
CREATE VIEW ai_cleanup_next AS SELECT ai_conn_count() AS sessions;
COMMENT ON COLUMN ai_cleanup_next.sessions IS 'how many there are';
CREATE OR REPLACE FUNCTION ai_conn_count() RETURNS integer
AS 'MODULE_PATHNAME', 'ai_conn_count_sql' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
SQL
my $easily_forgotten = <<'SQL';
GRANT SELECT ON ai_cleanup_next TO PUBLIC;
COMMENT ON FUNCTION ai_conn_count() IS 'counts';
SQL

# Adds a version that this test makes: its install script, and the way there from the current.
sub add_version
{
	my ($version, $fresh, $update) = @_;
	my $install = slurp_file("$scripts/ai_cleanup--$current.sql");
	append_to_file("$scripts/ai_cleanup--$version.sql", "$install\n$fresh");
	append_to_file("$scripts/ai_cleanup--$current--$version.sql", $update);
	return;
}
add_version('next', $change . $easily_forgotten, $change . $easily_forgotten);
add_version('careless', $change . $easily_forgotten, $change);

my $node = start_node('main');
my $databases = 0;

# Two databases: in one the version is installed, in the other it is updated to.
sub both_ways
{
	my ($from, $to) = @_;
	my ($fresh, $updated) = ('fresh_' . ++$databases, 'updated_' . $databases);
	$node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE template0") for ($fresh, $updated);
	$node->safe_psql($fresh, "CREATE EXTENSION ai_cleanup VERSION '$to'");
	$node->safe_psql($updated, "CREATE EXTENSION ai_cleanup VERSION '$from'");
	$node->safe_psql($updated, "ALTER EXTENSION ai_cleanup UPDATE TO '$to'");
	return ($fresh, $updated);
}

sub expect_the_same
{
	my ($from, $to) = @_;
	my ($fresh, $updated) = both_ways($from, $to);
	expect_the_same_objects($node, $fresh, $updated, "$from to $to");
	is($node->safe_psql($updated, "SELECT ai_cleanup(database => '$fresh')"), 0, 'and it works');
	$node->safe_psql('postgres', "DROP DATABASE $_") for ($fresh, $updated);
	return;
}

# Every older version that can be installed. An update without a way to it would be no update.
my @older = split /\n/, $node->safe_psql('postgres', <<SQL);
SELECT version FROM pg_available_extension_versions
WHERE name = 'ai_cleanup' AND version NOT IN ('$current', 'next', 'careless')
SQL
expect_the_same($_, $current) for @older;
expect_the_same($current, 'next');

# The comparison sees what is easily forgotten.
my ($fresh, $careless) = both_ways($current, 'careless');
my ($expected, $got) = map { objects_of($node, $_) } ($fresh, $careless);
is_deeply(
	[ grep { ($got->{$_} // '') ne $expected->{$_} } sort keys %$expected ],
	[ 'ACL TABLE ai_cleanup_next', 'COMMENT FUNCTION ai_conn_count()' ],
	'an update that forgets a comment and a privilege is found out');

$node->stop('fast');
done_testing();
