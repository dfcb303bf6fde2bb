# What the README and the pages in docs/ tell people to type works: each page from top to bottom in
# a server of its own, which has the extension as the README's "Install" leaves it, in a database
# "app". Commands succeed, unless a comment beside them says which error they end with.
#
# `sql` goes to psql, `sh` to a shell that has PostgreSQL's programs in PATH and knows the server
# from PGHOST and the like; so do the scripts in a `json` block, a part of package.json. Sessions with
# psql ("app=> ") are typed anew: they show the same columns.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use JSON::PP;
use Page;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Blocks that cannot be run here: by page and section, what runs them. One that nothing runs says so.
my %elsewhere = (
	'README.md' => { 'Try it' => 'scripts/test-readme', 'Install' => 'scripts/test-readme' },
	'docs/install.md' => {
		'With CMake' => 'scripts/test-readme', 'As a Debian package' => 'scripts/test-readme',
		'With Docker' => 'nobody'
	},
	'docs/many-servers.md' => { 'PL/Proxy' => 'tests/t/071_plproxy.pl', 'Citus' => 'nobody' }
);
# Nothing to type. Code of applications is tested by npm/e2e.
my %nothing_to_run = map { $_ => 1 } '', qw(text js);

my $folder = $PostgreSQL::Test::Utils::tmp_check;

sub start_server
{
	my ($name) = @_;
	my $node = start_node($name, init => { allows_streaming => 1 }, start => 0,
		conf => "shared_preload_libraries = ''\nai_cleanup.enabled = on\nfsync = off\n");

	$node->append_conf('postgresql.auto.conf', "shared_preload_libraries = 'ai_cleanup'\n");
	$node->start;
	my $me = getpwuid $<;
	run_sql($node, 'CREATE ROLE app LOGIN', 'CREATE ROLE nightly LOGIN',
		$me eq 'postgres' ? () : 'CREATE ROLE postgres SUPERUSER LOGIN REPLICATION',
		'CREATE DATABASE app OWNER app', 'CREATE DATABASE app_test OWNER app');
	ask($node, 'app', 'CREATE EXTENSION ai_cleanup');
	return $node;
}

# Into files, for a server that is restarted keeps what it was started with.
sub run
{
	my ($node, $input, @command) = @_;
	my ($out, $err) = ("$folder/out", "$folder/err");
	local @ENV{qw(PGHOST PGPORT PGUSER PGDATABASE PGDATA PGAPPNAME DATABASE_URL)} =
	  ($node->host, $node->port, 'postgres', 'app', $node->data_dir, 'psql', $node->connstr('app'));

	my $status = IPC::Run::run(\@command, '<', \$input, '>', $out, '2>', $err);
	return ($status, slurp_file($out), slurp_file($err));
}

my %program = (sql => [qw(psql --no-psqlrc --quiet)], sh => [qw(sh -eu)], json => [qw(sh -eu)]);

sub commands
{
	my ($block) = @_;
	return $block->{text} unless $block->{language} eq 'json';
	return join "\n", values %{ decode_json("{$block->{text}}") };
}

sub run_block
{
	my ($node, $name, $block) = @_;
	my @expected = Page::expected_errors($block);
	my ($success, $out, $err) = run($node, commands($block), @{ $program{ $block->{language} } });
	my @errors = $err =~ /\b((?:ERROR|FATAL|PANIC):.*?)\s*$/gm;

	is_deeply(\@errors, \@expected, "$name: " . (@expected ? 'ends as it says' : 'no error')) or diag $block->{text};
	ok($success || @expected, "$name: succeeds") or diag $err;
	note $out;
	return;
}

sub run_session
{
	my ($node, $name, $block) = @_;
	for (Page::session($block))
	{
		my ($command, $columns) = @$_;
		my ($success, $out, $err) = run($node, "$command\n", 'psql', '--no-psqlrc');
		my ($shown) = $out =~ /^(.*)$/m;
		is($shown =~ s/\s+//gr, $columns =~ s/\s+//gr, "$name: $command") or diag $err;
	}
	return;
}

# Blocks for others: are there any, and does the other know of them?
sub expect_runner
{
	my ($file, $section, $runner, $found) = @_;
	my $where = "$file, $section";
	my ($text) = slurp_file($file) =~ /^#+ \Q$section\E\n(.*?)(?=^#+ |\z)/ms;

	ok($found, "$where: has commands");
	return like($text, qr/has not been tried/, "$where: says that nobody has run them") if $runner eq 'nobody';
	return like(slurp_file($runner), qr/\Q$section\E/, "$where: $runner runs them");
}

for my $page (Page::all())
{
	my $elsewhere = delete $elsewhere{ $page->file } // {};
	my $node;
	my %found;

	for my $block ($page->blocks)
	{
		my $name = $page->file . ":$block->{line}";
		my $runner = $elsewhere->{ $block->{section} };
		my $language = $block->{language};

		if ($runner && $program{$language})
		{
			$found{ $block->{section} } = 1;
			next;
		}
		if ($nothing_to_run{$language})
		{
			next unless Page::session($block);
			$node //= start_server($page->file =~ s/\W/_/gr);
			run_session($node, $name, $block);
			next;
		}
		ok($program{$language}, "$name: somebody runs \"$language\"") or next;
		$node //= start_server($page->file =~ s/\W/_/gr);
		run_block($node, $name, $block);
	}
	expect_runner($page->file, $_, $elsewhere->{$_}, $found{$_}) for sort keys %$elsewhere;
	if ($node)
	{
		$node->_update_pid(1) if -e $node->data_dir . '/postmaster.pid';
		$node->stop('fast');
	}
}
is_deeply(\%elsewhere, {}, 'the pages with blocks for others are there');

done_testing();
