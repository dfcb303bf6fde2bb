# From each released version to this one, as a server goes through it: the new files come while the
# old library runs, the server is restarted, and ALTER EXTENSION UPDATE is last. Nothing fails in
# between, and nothing is lost. The released ones are built here from their source (tests/releases).
use strict;
use warnings;

use AiCleanup;
use Catalog;
use Cwd qw(getcwd);
use PostgreSQL::Test::Utils;
use Test::More;

my $sources = PostgreSQL::Test::Utils::tempdir();
system('bash', '-c', '. scripts/lib/machine.sh && copy_releases "$1"', '-', $sources) == 0
  or die "copy_releases has failed\n";
my @releases = map { s{.*/}{}r } sort glob "$sources/*";
plan skip_all => 'there is no source of a released version here, nor git to have it from'
  unless @releases;

my ($scripts, $modules) = own_installation();
my $current = default_version($scripts);

# What a version's script made can be called, in a new session. The library may be another's.
my @calls = (
	'SELECT ai_conn_count()', 'SELECT ai_conn_count(NULL)', 'SELECT count(*) FROM ai_cleanup_plan()',
	'SELECT count(*) FROM ai_connections', 'SELECT count(*) FROM ai_leaks',
	'SELECT count(*) FROM ai_cleanup_journal', 'SELECT count(*) FROM ai_cleanup_stats',
	"SELECT ai_cleanup(database => 'template1')");
my $journal = 'SELECT ended_at, pid, database, role, application, idle_for, ended_by, asker_pid, reason, outcome'
  . ' FROM ai_cleanup_journal ORDER BY ended_at, pid';
my $counters = 'SELECT since, sessions_retired, sessions_terminated, logins_rescued, login_waits'
  . ' FROM ai_cleanup_stats';

# What an administrator builds on the extension, and changes of it.
my @own = (
	'CREATE VIEW leaks AS SELECT role, application, retired FROM ai_leaks WHERE retired > 0',
	'REVOKE EXECUTE ON FUNCTION ai_cleanup(boolean, name, interval) FROM PUBLIC',
	'GRANT EXECUTE ON FUNCTION ai_cleanup_reset_stats() TO app',
	'REVOKE SELECT ON ai_leaks FROM PUBLIC', 'GRANT SELECT ON ai_leaks TO app');

# Puts a version's files where PostgreSQL looks for them, in the place of another's.
sub install
{
	my ($source, $build) = @_;
	unlink glob("$scripts/ai_cleanup*"), glob("$modules/ai_cleanup.*");
	for (glob("$source/extension/ai_cleanup.control $source/extension/ai_cleanup--*.sql"))
	{
		symlink $_, "$scripts/" . s{.*/}{}r or die "$_: $!\n";
	}
	for (glob "$build/ai_cleanup.{so,dylib}")
	{
		symlink $_, "$modules/" . s{.*/}{}r or die "$_: $!\n" if -e;
	}
	return;
}

sub build
{
	my ($source) = @_;
	my $build = "$source/build";
	run_log([ qw(cmake -G Ninja -DBUILD_TESTING=OFF), "-DPG_CONFIG=$ENV{PG_CONFIG}", '-S', $source, '-B', $build ])
	  && run_log([ qw(cmake --build), $build, qw(--parallel 2) ])
	  or die "cannot build $source\n";
	return $build;
}

sub expect_all_calls_to_work
{
	my ($node, $when) = @_;
	my $session = connect_to($node, 'postgres');
	is($session->query($_)->{error}, undef, "$when: $_") for @calls;
	$session->log_out;
	return;
}

sub upgrade_from
{
	my ($version) = @_;
	my $source = "$sources/$version";
	install($source, build($source));

	# A server with a history.
	my $node = start_node('from_' . $version =~ tr/./_/r);
	my $admin = connect_to($node, 'postgres');
	$admin->value('CREATE ROLE app LOGIN');
	is(version_in($admin), $version, "$version is there");
	$admin->value($_) for @own;
	$admin->value("CREATE DATABASE $_") for qw(fresh early);
	my $early = connect_to($node, 'early');
	$early->value($_) for 'CREATE EXTENSION ai_cleanup', @own;
	$early->log_out;
	my @idle = idle_clients($node, $admin, 3, 'fresh', application_name => 'shop');
	is(cleanup($admin, "database => 'fresh'")->{count}, 3, 'it retires');
	my @history = map { $admin->query($_)->{rows} } $journal, $counters;
	is(scalar @{ $history[0] }, 3, 'and keeps a journal');
	expect_all_calls_to_work($node, $version);

	# The new files, beside the old library.
	install(getcwd(), $ENV{BUILD});
	expect_all_calls_to_work($node, "files of $current, library of $version");
	is($admin->value('SELECT ai_conn_count()'), 1, 'one that was there before notices nothing');
	# Too early: it works, or says which function is not in the library yet.
	$early = connect_to($node, 'early');
	my $error = $early->query('ALTER EXTENSION ai_cleanup UPDATE')->{error} // { C => 'none' };
	like($error->{C}, qr/^(none|42883)$/, 'an update before the restart does no harm');
	is(version_in($early), $error->{C} eq 'none' ? $current : $version, 'nor does half of it');
	is($early->value('SELECT ai_conn_count()'), 1, 'and the extension works');
	$_->log_out for $early, $admin;

	# The new library, and the old script.
	$node->restart;
	expect_all_calls_to_work($node, "library of $current, script of $version");
	$admin = connect_to($node, 'postgres');
	is(version_in($admin), $version, 'the extension is still the old one');
	is_deeply([ map { $admin->query($_)->{rows} } $journal, $counters ],
		\@history, 'journal and counters are those it had');

	# The new script.
	$admin->value('ALTER EXTENSION ai_cleanup UPDATE');
	is(version_in($admin), $current, "now it is $current");
	expect_all_calls_to_work($node, $current);
	is($admin->value("SELECT retired FROM leaks WHERE application = 'shop'"), 3,
		'what was built on it works');
	my $fresh = connect_to($node, 'fresh');
	$fresh->value($_) for 'CREATE EXTENSION ai_cleanup', @own;
	$early = connect_to($node, 'early');
	$early->value('ALTER EXTENSION ai_cleanup UPDATE');
	$_->log_out for $fresh, $early, $admin;
	expect_the_same_objects($node, 'fresh', 'postgres', "$version to $current");
	expect_the_same_objects($node, 'fresh', 'early', "$version to $current, early");

	unlike(new_log($node), qr/PANIC|was terminated by signal|ignoring/, 'nothing crashed or was ignored');
	$node->stop('fast');
	return;
}

upgrade_from($_) for @releases;
done_testing();
