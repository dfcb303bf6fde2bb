# A hot standby that is full: room is made for logins, limits and protection hold, the plan, the
# views and the journal can be read. Nothing of that tries to write. Then it is promoted, in the
# same processes, and all goes on.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Cluster;
use Test::More;

my $slots = 20;
my $primary = start_node('primary', init => { allows_streaming => 1 }, conf => "max_connections = $slots\n");
run_sql($primary, 'CREATE DATABASE work', 'CREATE ROLE dev LOGIN', 'CREATE TABLE written (id int)');
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', <<CONF);
ai_cleanup.enabled = on
ai_cleanup.databases = 'work'
ai_cleanup.idle_timeout = 0
ai_cleanup.headroom = 5
CONF
$standby->start;

my $admin = connect_to($standby, 'postgres');
my $worker = worker_pid($admin);

sub retired
{
	return $admin->value('SELECT sessions_retired FROM ai_cleanup_stats');
}

sub check
{
	my ($when) = @_;

	# Admission and headroom: far more logins than slots, none of which closes.
	my $before = retired();
	my @leak = map { connect_to($standby, 'work', user => 'dev') } 1 .. 2 * $slots;
	is(scalar @leak, 2 * $slots, "$when: all logins get in");
	cmp_ok(retired() - $before, '>=', $slots, "$when: idle sessions make way");

	# Protection. A standby knows advisory locks; it knows no LISTEN and no temporary table.
	cleanup($admin, "database => 'work'");
	wait_for('all have gone', sub { $admin->value("SELECT ai_conn_count('work')") == 0 });
	my $holder = connect_to($standby, 'work');
	$holder->value('SELECT pg_advisory_lock(1)');
	my $other = connect_to($standby, 'work');
	wait_until_idle($admin, $holder, $other);
	is_deeply(
		$admin->query('SELECT pid, verdict FROM ai_cleanup_plan(database => \'work\') ORDER BY verdict')->{rows},
		[ [ $holder->pid, 'leave' ], [ $other->pid, 'retire' ] ],
		"$when: the plan knows who holds a lock");
	is($admin->value('SELECT protected_by FROM ai_connections WHERE pid = ' . $holder->pid), '{lock}',
		"$when: so does the view");
	is(cleanup($admin, "database => 'work'")->{count}, 1, "$when: a call does as planned");
	is(cleanup($admin, "database => 'work', force => true")->{count}, 1, "$when: force ends the other");

	is_deeply(
		$admin->query('SELECT pid, ended_by, outcome FROM ai_cleanup_journal ORDER BY ended_at DESC LIMIT 2')->{rows},
		[ [ $holder->pid, 'call', 'terminated' ], [ $other->pid, 'call', 'retired' ] ],
		"$when: the journal tells of both");
	cmp_ok($admin->value('SELECT sum(retired) FROM ai_leaks WHERE role = \'dev\''), '>=', $slots,
		"$when: and who leaks is known");
	return;
}

check('on a standby');
is($admin->value('SELECT pg_is_in_recovery()'), 't', 'it is a standby');
$primary->safe_psql('postgres', 'INSERT INTO written VALUES (1)');
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));
is($admin->value('SELECT count(*) FROM written'), 1, 'which follows');
unlike(new_log($standby), qr/ERROR|PANIC/, 'nothing was tried that a standby cannot do');

$standby->promote;
check('promoted');
is(worker_pid($admin), $worker, 'the worker is the same process');
is($admin->query('INSERT INTO written VALUES (2)')->{error}, undef, 'it can write now');

# What is known outlives a restart, on a standby as well.
my $journal = 'SELECT count(*) FROM ai_cleanup_journal';
my $endings = $admin->value($journal);
$standby->restart;
cmp_ok(ask($standby, 'postgres', $journal), '>=', $endings, 'the journal outlives a restart');

$standby->stop('fast');
$primary->stop('fast');
done_testing();
