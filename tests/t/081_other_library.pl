# The library that is loaded and the script that was run may be of different versions: after an
# update of the package, before the restart or before ALTER EXTENSION UPDATE. What does not fit
# says so; nothing crashes.
use strict;
use warnings;

use AiCleanup;
use Catalog;
use PostgreSQL::Test::Utils;
use Test::More;

my ($scripts) = own_installation();
my $current = default_version($scripts);
append_to_file("$scripts/ai_cleanup--$current--newer.sql", <<'SQL');
CREATE FUNCTION ai_cleanup_newer() RETURNS integer
AS 'MODULE_PATHNAME', 'ai_cleanup_newer_sql' LANGUAGE C;
SQL

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
my $postmaster = slurp_file($node->data_dir . '/postmaster.pid');
my $different = qr/library and the extension in this database are of different versions/;

# A script that is newer than the library: it cannot be run, and the old one stays in force.
my $error = $admin->query("ALTER EXTENSION ai_cleanup UPDATE TO 'newer'")->{error};
is($error->{C}, '42883', 'a new script with an old library is refused');
like($error->{M}, qr/could not find function "ai_cleanup_newer_sql" in file ".*ai_cleanup/,
	'which says what is missing where');
is(version_in($admin), $current, 'the version is the one it was');
is($admin->value('SELECT ai_conn_count()'), 1, 'and works');

# Functions as other versions could have declared them: an argument more or fewer, a column more
# or fewer. Whatever they are called with, they see that they are not theirs.
my $functions = $admin->query(<<'SQL')->{rows};
SELECT p.oid::regprocedure, prosrc, pronargs,
	(SELECT array_to_string(array_agg(format_type(t, NULL)), ',') FROM unnest(proargtypes) t),
	(SELECT array_to_string(array_agg(format('OUT c%s %s', n, format_type(t, NULL)) ORDER BY n), ',')
		FROM unnest(proallargtypes, proargmodes) WITH ORDINALITY AS a(t, m, n) WHERE m IN ('o', 't')),
	proretset, format_type(prorettype, NULL)
FROM pg_proc p JOIN pg_depend ON objid = p.oid AND deptype = 'e'
JOIN pg_extension e ON refobjid = e.oid AND extname = 'ai_cleanup'
JOIN pg_language l ON prolang = l.oid AND lanname = 'c'
ORDER BY 1
SQL
cmp_ok(scalar @$functions, '>', 3, 'there are functions to declare otherwise');
my %arguments = map { ($_->[1] . '/' . $_->[2]) => 1 } @$functions;

# What is no error in itself, by type.
my %valid = (boolean => 'false', name => "'template0'", interval => "'1 day'", integer => '0');

sub expect_refusal
{
	my ($what, $symbol, $arguments, $columns, $result) = @_;
	my @arguments = split /,/, $arguments;
	my @columns = split /,/, $columns;
	# One column alone is no row.
	return if $result =~ /record$/ && @columns < 2;
	my $declared = join ', ', @arguments, $result =~ /record$/ ? @columns : ();
	my $called = join ', ', map { defined $valid{$_} ? "$valid{$_}::$_" : "NULL::$_" } @arguments;

	$admin->value($_) for (
		'DROP SCHEMA IF EXISTS other CASCADE',
		'CREATE SCHEMA other',
		"CREATE FUNCTION other.f($declared) RETURNS $result AS 'ai_cleanup', '$symbol' LANGUAGE C");
	my $answer = $admin->query("SELECT * FROM other.f($called)")->{error};
	is($answer->{C}, '55000', "$what is refused");
	like($answer->{M}, $different, 'with the reason');
	like($answer->{H}, qr/Restart the server.*ALTER EXTENSION ai_cleanup UPDATE/, 'and what to do');
	return;
}

for my $function (@$functions)
{
	my ($name, $symbol, $count, $arguments, $columns, $set, $type) = @$function;
	my $result = ($set eq 't' ? 'SETOF ' : '') . $type;
	$arguments //= '';
	$columns //= '';
	expect_refusal("$name with an argument more",
		$symbol, join(',', $arguments || (), 'integer'), $columns, $result)
	  unless $arguments{ "$symbol/" . ($count + 1) };
	expect_refusal("$name with an argument fewer",
		$symbol, $arguments =~ s/,?[^,]+$//r, $columns, $result)
	  if $count > 0 && !$arguments{ "$symbol/" . ($count - 1) };
	next unless $type eq 'record';
	expect_refusal("$name with a column more",
		$symbol, $arguments, "$columns,OUT more integer", $result);
	expect_refusal("$name with a column fewer", $symbol, $arguments, $columns =~ s/,?[^,]+$//r, $result);
}

is(slurp_file($node->data_dir . '/postmaster.pid'), $postmaster, 'the server has not restarted');
unlike(new_log($node), qr/PANIC|was terminated by signal/, 'nor crashed');
$node->stop('fast');
done_testing();
