# Without shared_preload_libraries the extension can be created, says what is missing when it
# is called, and touches nothing.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', start => 0);
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$node->start;
my $admin = connect_to($node, 'postgres');
is($admin->query('CREATE EXTENSION ai_cleanup')->{error}, undef, 'the extension can be created');
my $idle = connect_to($node, 'postgres');

sub check
{
	my ($client, $when) = @_;
	for my $call ('ai_cleanup()', 'ai_cleanup(true)', 'ai_cleanup(NULL)', 'ai_conn_count()')
	{
		my $error = $client->query("SELECT $call")->{error};
		is($error->{C}, '55000', "$when: $call is refused");
		like($error->{M}, qr/must be loaded by the server at its start/, 'with the reason');
		like($error->{H}, qr/shared_preload_libraries = 'ai_cleanup' to postgresql\.conf/,
			'and the line to add');
	}
	return;
}

check($admin, 'not loaded');
is($admin->query("LOAD 'ai_cleanup'")->{error}, undef, 'LOAD does no harm');
check($admin, 'loaded by hand');
$admin->value("ALTER SYSTEM SET session_preload_libraries = 'ai_cleanup'");
reload_plainly();
check(connect_to($node, 'postgres'), 'loaded in each session');
ok(is_alive($idle), 'no session was ended');
is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'ai_cleanup%'"),
	0, 'there is no worker');

# The line from the hint is all it takes.
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'ai_cleanup'\n");
$node->restart;
$admin = connect_to($node, 'postgres');
is(cleanup($admin)->{count}, 0, 'with that line it works');
is($admin->value('SELECT ai_conn_count()'), 1, 'and counts');
is($admin->value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'ai_cleanup worker'"),
	1, 'and has its worker');

$node->stop('fast');
done_testing();

sub reload_plainly
{
	$admin->value('SELECT pg_reload_conf()');
	return wait_for('the setting is in force', sub {
		connect_to($node, 'postgres')->value('SHOW session_preload_libraries') eq 'ai_cleanup';
	});
}
