# Each way to add the library that people are told, typed as it stands: after it the server starts,
# with the library and with those that were in the list before.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;

sub libraries
{
	return $node->safe_psql('postgres', 'SHOW shared_preload_libraries');
}

# Every command of that kind, as it is written, and the list that the README shows for a server
# that has others already.
my @documents = ('README.md', glob 'docs/*.md');
my (%command, @list);
for my $document (@documents)
{
	my $text = slurp_file($document);
	$command{$1} = $document while $text =~ /(ALTER SYSTEM SET shared_preload_libraries = [^;"\n]+)/g;
	push @list, $text =~ /each in quotes of its own: `([^`]+)`/;
}
cmp_ok(scalar keys %command, '>', 0, 'documents say how to add the library');
is(scalar @list, 1, 'and how, where there are others');

for my $command (sort keys %command)
{
	$node->start;
	$node->safe_psql('postgres', $command);
	$node->restart;
	is(libraries(), 'ai_cleanup', "$command{$command}: $command");
	$node->safe_psql('postgres', 'CREATE EXTENSION IF NOT EXISTS ai_cleanup');
	is($node->safe_psql('postgres', 'SELECT ai_conn_count()'), 1, 'it is at work');
	$node->safe_psql('postgres', 'ALTER SYSTEM RESET shared_preload_libraries');
	$node->stop;
}

$node->start;
$node->safe_psql('postgres', "ALTER SYSTEM SET shared_preload_libraries = $list[0]");
$node->restart;
is(libraries(), 'pg_stat_statements, ai_cleanup', "both are in the list: $list[0]");
is($node->safe_psql('postgres', 'SELECT ai_conn_count()'), 1, 'one is at work');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name = 'pg_stat_statements.max'"), 1,
	'and so is the other');

# What they are warned of, and the way out that docs/operating.md shows.
$node->safe_psql('postgres', "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements, ai_cleanup'");
$node->stop;
ok(!$node->start(fail_ok => 1), 'with one pair of quotes round both the server does not start');
like(slurp_file($node->logfile), qr/FATAL:  could not access file "pg_stat_statements, ai_cleanup"/, 'as it says');
my ($line) = slurp_file('docs/operating.md') =~ /^(shared_preload_libraries = .*)$/m;
my $file = $node->data_dir . '/postgresql.auto.conf';
my $settings = slurp_file($file);
like($settings, qr/^shared_preload_libraries = '"pg_stat_statements, ai_cleanup"'$/m, 'with double quotes');
$settings =~ s/^shared_preload_libraries = .*$/$line/m;
unlink $file or die $!;
append_to_file($file, $settings);
$node->start;
is(libraries(), 'pg_stat_statements, ai_cleanup', "and with $line it does");

$node->stop;
done_testing();
