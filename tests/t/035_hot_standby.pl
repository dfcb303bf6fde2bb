# On a hot standby sessions pile up like anywhere else: calls, the worker and admission make them
# go there, too, and the views show it, before and after it is promoted.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = start_node('primary', init => { allows_streaming => 1 });
$primary->safe_psql('postgres', $_)
  for 'CREATE ROLE dev LOGIN', 'ALTER ROLE dev SET ai_cleanup.idle_timeout = 0';
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf',
	"ai_cleanup.enabled = on\nai_cleanup.idle_timeout = '300ms'\nai_cleanup.headroom = 0\nai_cleanup.databases = 'template1'\n");
$standby->start;

my %spared = (options => '-c ai_cleanup.idle_timeout=0');
my $admin = connect_to($standby, 'postgres', %spared);
my $far = connect_to($primary, 'postgres');

sub check
{
	my ($when) = @_;
	is(connect_to($standby, 'template1')->last_words->{C}, '57P05', "$when: the worker");
	my @idle = idle_clients($standby, $admin, 3, 'template1', %spared);
	is($admin->value("SELECT ai_conn_count('template1')"), 3, "$when: the count");
	is(cleanup($admin, "database => 'template1'")->{count}, 3, "$when: a call");

	# More than there are slots.
	my $rescued = $admin->value('SELECT logins_rescued FROM ai_cleanup_stats');
	my @many = map { connect_to($standby, 'template1', user => 'dev') } 1 .. 40;
	ok(is_alive($many[-1]), "$when: every login gets in");
	cmp_ok($admin->value('SELECT logins_rescued FROM ai_cleanup_stats'), '>', $rescued, 'some by admission');
	is($admin->value("SELECT count(*) FROM ai_connections WHERE role = 'dev'"),
		$admin->value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'dev'"), 'the view has them');
	cmp_ok($admin->value("SELECT count(*) FROM ai_cleanup_journal WHERE ended_by = 'admission'"), '>', 0,
		'and the journal those that made way');
	$admin->value("SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity WHERE usename = 'dev'");
	return;
}

check('on a standby');
is($far->value("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender'"),
	1, 'replication goes on');
ok(is_alive($far), 'the primary\'s sessions are its own business');
$standby->promote;
check('promoted');

$standby->stop('fast');
$primary->stop('fast');
done_testing();
