# A login that fails in the midst of becoming a session of the registry, for want of something that
# it takes: here of places for callbacks at exit, which another library has taken. It is refused;
# the server lives on, and its slot and its entry are free again.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node = start_node('main', conf => <<CONF);
shared_preload_libraries = 'ai_cleanup, ai_cleanup_guard_test'
max_connections = 10
CONF
my $admin = connect_to($node, 'postgres');
$admin->value('CREATE ROLE crowded LOGIN');

for my $kind ('proc_exit', 'shmem_exit')
{
	my %count = (in => 0, refused => 0);
	my @others;

	for my $taken (reverse 1 .. 20)
	{
		$admin->value("ALTER SYSTEM SET exit_slots.$kind = $taken");
		reload($node, $admin);
		my $client = PgClient->start($node, user => 'crowded');
		my $answer = $client->answer;
		if ($answer->{ready}) { $count{in}++ }
		elsif ($answer->{error}{M} =~ /^out of on_\w+_exit slots$/) { $count{refused}++ }
		else { push @others, "$taken: " . ($answer->{error}{M} // 'the connection ended') }
		$client->hang_up;
	}
	is_deeply(\@others, [], "$kind: each login gets in or is refused");
	cmp_ok($count{$_}, '>', 0, "$kind: some $_") for sort keys %count;
	$admin->value("ALTER SYSTEM RESET exit_slots.$kind");
	reload($node, $admin);
}
wait_for('they are gone', sub { $admin->value('SELECT ai_conn_count()') == 1 });
my @clients = idle_clients($node, $admin, 6, 'postgres');
is(cleanup($admin)->{count}, 6, 'no slot is lost');

$node->stop('fast');
unlike(new_log($node), qr/was terminated by signal/, 'and nothing has crashed');
done_testing();
