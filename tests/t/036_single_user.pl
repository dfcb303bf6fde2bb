# In single-user mode there are no sessions and no worker, and nothing breaks.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use Test::More;

my $node = start_node('main');
$node->stop('fast');

my ($out, $err) = ('', '');
my $in = join("\n", 'SELECT ai_cleanup()', 'SELECT ai_cleanup(true)', 'SELECT ai_conn_count(NULL)',
	'SET ai_cleanup.idle_timeout = 1', 'SELECT 42 AS answer', '');
ok(IPC::Run::run([ 'postgres', '--single', '-D', $node->data_dir, 'postgres' ],
		'<', \$in, '>', \$out, '2>', \$err), 'it starts and stops');
my @values = $out =~ /= "(\d+)"/g;
is_deeply(\@values, [ 0, 0, 0, 42 ], 'there is none to end or to count') or note $out, $err;
unlike($err, qr/ERROR|FATAL|PANIC/, 'and nothing to complain about') or note $err;

$node->start;
is(connect_to($node, 'postgres')->value('SELECT ai_conn_count()'), 1, 'the server starts after it');
$node->stop('fast');
done_testing();
