# A base backup by hand, pg_backup_start() to pg_backup_stop(): the session idles for as long as the
# copy takes, and its end would abort the backup. A call, the limit, the headroom and logins leave it
# alone, and the backup succeeds.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main', conf => <<'CONF');
ai_cleanup.headroom = 0
wal_level = replica
max_wal_senders = 2
CONF
my $admin = connect_to($node, 'postgres');
my $backup = connect_to($node, 'work');
$backup->value("SELECT pg_backup_start('a copy', true)");
wait_until_idle($admin, $backup);

is($admin->value('SELECT reason FROM ai_cleanup_plan(database => \'work\') WHERE pid = ' . $backup->pid),
	'protected: it runs a base backup', 'the plan says why it stays');
is(cleanup($admin, "database => 'work'")->{count}, 0, 'a call leaves it alone');

my ($idle) = idle_clients($node, $admin, 1, 'work');
$admin->value('ALTER SYSTEM SET ai_cleanup.' . $_) for "idle_timeout = '1ms'", 'headroom = 20';
reload($node, $admin);
wait_until_gone($admin, $idle);
ok(!is_gone($admin, $backup), 'the limit and the headroom ended another, not it');
$admin->value('ALTER SYSTEM SET ai_cleanup.' . $_) for 'idle_timeout = 0', 'headroom = 0';
reload($node, $admin);

# More logins than there are slots, none of which closes.
my @leak = map { connect_to($node, 'work', user => 'dev') } 1 .. 30;
is($backup->value('SELECT count(*) FROM pg_backup_stop(false)'), 1, 'and the backup is complete');

wait_until_idle($admin, $backup);
is($admin->value('SELECT protected_by::text FROM ai_connections WHERE pid = ' . $backup->pid),
	'{}', 'then nothing protects it any more');

# Within a transaction block, too, where no transaction has ended since it began.
$admin->value('ALTER SYSTEM SET ai_cleanup.idle_in_transaction_timeout = \'100ms\'');
reload($node, $admin);
$backup->query($_) for 'BEGIN', "SELECT pg_backup_start('another', true)";
wait_for('it has declined', sub {
	$admin->value('SELECT protected_by::text FROM ai_connections WHERE pid = ' . $backup->pid) eq '{backup}';
});
is($backup->value('SELECT count(*) FROM pg_backup_stop(false)'), 1, 'in a transaction as well');

$node->stop('fast');
done_testing();
