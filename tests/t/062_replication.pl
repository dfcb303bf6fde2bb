# Replication connections are not idle sessions. Under the strictest limits, with the server full
# and with force, walsenders of a standby, of a subscriber, or of a client that is between two
# commands, stay the same processes, and everything arrives.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Cluster;
use Test::More;

my $strict = <<CONF;
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '1ms'
ai_cleanup.connection_budget = 1
ai_cleanup.databases = 'work'
max_connections = 20
CONF
my $node = start_node('main', init => { allows_streaming => 'logical' }, conf => "ai_cleanup.headroom = 20\n");
$node->safe_psql('postgres', 'CREATE DATABASE work');
$node->safe_psql('work', $_)
  for 'CREATE TABLE task (id int PRIMARY KEY)', 'CREATE PUBLICATION everything FOR ALL TABLES';

# A standby, and a subscriber that has the extension itself.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
my $subscriber = start_node('subscriber', init => { allows_streaming => 'logical' });
$subscriber->safe_psql('postgres', 'CREATE DATABASE work');
$subscriber->safe_psql('work', $_) for 'CREATE TABLE task (id int PRIMARY KEY)',
  'CREATE SUBSCRIPTION sub CONNECTION \'host=' . $node->host . ' port=' . $node->port
  . ' dbname=work application_name=sub\' PUBLICATION everything';
$subscriber->wait_for_subscription_sync($node, 'sub', 'work');

# Clients that speak of replication, and are plainly idle in between.
my @between = map { connect_to($node, 'work', replication => $_) } qw(database true);
$_->query('IDENTIFY_SYSTEM') for @between;

for my $server ($node, $subscriber)
{
	$server->append_conf('postgresql.conf', $strict);
	$server->reload;
	wait_for('the limits hold', sub {
		ask($server, 'work', 'SHOW ai_cleanup.idle_timeout') eq '1ms'
	});
}

sub senders
{
	return ask($node, 'postgres',
		"SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_activity WHERE backend_type = 'walsender'");
}

sub appliers
{
	return ask($subscriber, 'postgres',
		"SELECT string_agg(pid::text, ',' ORDER BY pid) FROM pg_stat_subscription");
}

my ($senders, $appliers);
wait_for('the first copy is over', sub {
	($senders, $appliers) = (senders(), appliers());
	return $senders !~ /,.*,.*,.*,/ && $appliers !~ /,/;
});
is(scalar(split /,/, $senders), 4, 'a standby, a subscriber, and two clients are sent to');
like($appliers, qr/^\d+$/, 'the subscriber applies');

for my $round (1 .. 5)
{
	# A leak that fills the server: each login needs room, and the worker makes some after each.
	my @leak = map { PgClient->start($node, dbname => 'work') } 1 .. 40;
	ask($node, 'work', "INSERT INTO task SELECT $round * 1000 + i FROM generate_series(1, 100) AS i");
	ask($subscriber, 'postgres', "SELECT ai_cleanup(true, 'work')");
	ask($node, 'postgres', "SELECT ai_cleanup($_, 'work')") for 'false', 'true';
	wait_for('all that leaked are gone',
		sub { ask($node, 'postgres', "SELECT ai_conn_count('work')") == 0 });

	$node->wait_for_catchup($_, 'replay', $node->lsn('insert')) for 'standby', 'sub';
	is($standby->safe_psql('work', 'SELECT count(*) FROM task'), 100 * $round, "round $round: the standby has all");
	is(ask($subscriber, 'work', 'SELECT count(*) FROM task'), 100 * $round, 'so has the subscriber');
}

cmp_ok(ask($node, 'postgres', 'SELECT sessions_retired + sessions_terminated FROM ai_cleanup_stats'),
	'>=', 50, 'many sessions have ended');
is(senders(), $senders, 'replication has the processes it had');
is(appliers(), $appliers, 'the subscriber, too');
ok($_->query('IDENTIFY_SYSTEM')->{ready}, 'a client between two commands goes on') for @between;

$subscriber->stop('fast');
$standby->stop('fast');
$node->stop('fast');
done_testing();
