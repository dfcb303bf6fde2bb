# A session that is still logging in is left alone by everything, and works afterwards: it
# occupies a slot, but what it is and whether it is idle cannot be known yet.
use strict;
use warnings;

use AiCleanup;
use PgClient;
use Test::More;

my $node =
  start_node('main', conf => "ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '300ms'\n");
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value('CREATE DATABASE work');

# The slots have had other occupants before, idle ones when they left.
my %spared = (options => '-c ai_cleanup.idle_timeout=0');
my @former = idle_clients($node, $admin, 5, 'work', %spared);
$_->log_out for @former;
wait_until_gone($admin, @former);

# Every login reads this table, after its authentication and before its first command.
my $lock = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$lock->query('BEGIN; LOCK pg_db_role_setting IN ACCESS EXCLUSIVE MODE');

my @entering = map { PgClient->start($node, dbname => 'work') } 1 .. 5;
my @pids;
wait_for('the logins wait for the lock', sub {
	@pids = map { $_->[0] } @{
		$admin->query("SELECT pid FROM pg_locks WHERE NOT granted")->{rows}
	};
	@pids == @entering;
});

for my $force ('false', 'true')
{
	my $answer = cleanup($admin, "database => 'work', force => $force");
	is($answer->{count}, 0, "no login is ended, force => $force");
	is_deeply($answer->{notices}, [], 'nor waited for');
}
is($admin->value("SELECT ai_conn_count('work')"), 0, 'they do not count yet');

# Signals that reach them all the same.
for my $pid (@pids)
{
	kill 'USR2', $pid for 1 .. 20;
}
is($admin->value('SELECT count(*) FROM pg_locks WHERE NOT granted'), 5, 'they wait on');

# The worker looks as well, and sees nothing yet.
wait_for_worker($admin);
# Asked ahead, they are not idle before they have answered.
$_->send_query('SELECT current_database()') for @entering;
$lock->query('ROLLBACK');
for my $client (@entering)
{
	my $answer = $client->answer;
	is($answer->{ready}, 'I', 'the login succeeds') or note explain $answer->{error};
	is($client->answer->{rows}[0][0], 'work', 'and the session works');
}

# From now on it is a session like any other: the worker ends it when it is due.
is($_->last_words->{C}, '57P05', 'then it can be retired') for @entering;

# Idle time begins with the login's end, not with its beginning or the slot's last occupant.
my $log = new_log($node);
my ($idle) = $log =~ /ai_cleanup retired session $pids[0]: .* idle for ([\d.]+) s/;
cmp_ok($idle, '>=', 0.3, 'it had its whole limit');

# Refused at the very end of a login, and from inside the hook's reach: nothing stays behind.
$admin->value('CREATE ROLE guest LOGIN');
$admin->value('CREATE DATABASE private');
$admin->value('REVOKE CONNECT ON DATABASE private FROM PUBLIC');
for my $how ({ dbname => 'nowhere' }, { dbname => 'private', user => 'guest' }, { user => 'nobody' })
{
	ok(PgClient->start($node, %$how)->answer->{error}, 'a login is refused') for 1 .. 40;
}
is($admin->value('SELECT ai_conn_count(NULL)'), 2, 'refused logins leave no trace');
my ($last) = idle_clients($node, $admin, 1, 'work', options => '-c ai_cleanup.idle_timeout=0');
is(cleanup($admin, "database => 'work'")->{count}, 1, 'and cleaning up works on');

$node->stop('fast');
done_testing();
