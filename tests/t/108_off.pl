# Switched off, logins are what they are without the library: the same ones are refused, in the
# same words. And a session that was let in has the settings as they are.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $superuser = getpwuid($<);
my @setup = ('CREATE ROLE few LOGIN CONNECTION LIMIT 3', 'CREATE DATABASE tight CONNECTION LIMIT 3',
	'CREATE ROLE resting NOLOGIN');
my $node = start_small_node('with', conf => "ai_cleanup.enabled = off\nai_cleanup.headroom = 0\n");
my $plain = start_node('without', start => 0);
$plain->append_conf('postgresql.conf',
	"shared_preload_libraries = ''\nmax_connections = 20\nsuperuser_reserved_connections = 3\n");
$plain->start;
$plain->safe_psql('postgres', $_) for 'CREATE ROLE dev LOGIN', 'CREATE DATABASE work';
for my $server ($node, $plain)
{
	$server->safe_psql('postgres', $_) for @setup;
}

# Role and database; each login is left open.
my @series = (
	[ 'dev', 'work' ], [ $superuser, 'work' ], [ 'few', 'work' ], [ 'dev', 'tight' ],
	[ 'few', 'tight' ], [ 'resting', 'work' ], [ 'nobody_such', 'work' ], [ 'dev', 'nowhere' ]);
my @came_of = qw(in refused_no_process refused_reserved refused_otherwise cut said);

sub outcomes
{
	my ($server) = @_;
	my %outcome;
	for (@series)
	{
		my ($role, $database) = @$_;
		wait_until_empty($server);
		my $report = logins($server, 'one-by-one', user => $role, dbname => $database, count => 30);
		$outcome{"$role to $database"} = { map { $_ => $report->{$_} } @came_of };
	}
	return \%outcome;
}

my $expected = outcomes($plain);
is($expected->{'dev to work'}{in}, 17, 'without the library: the ordinary slots');
is($expected->{"$superuser to work"}{in}, 20, 'without the library: and the reserve');
is($expected->{'few to tight'}{in}, 3, 'without the library: the limits');
is_deeply(outcomes($node), $expected, 'switched off, the same logins have the same outcome');

# Switched on and off again by a reload.
my $admin = connect_to($node, 'postgres');

sub switch
{
	my ($value) = @_;
	$admin->value("ALTER SYSTEM SET ai_cleanup.enabled = $value");
	$admin->value('SELECT pg_reload_conf()');
	# A new session has the value that the server hands to new sessions.
	return wait_for("new sessions know that it is $value", sub {
		my $new = connect_to($node, 'postgres');
		my $known = $new->value('SHOW ai_cleanup.enabled');
		$new->log_out;
		return $known eq $value;
	});
}

sub show
{
	my ($client) = @_;
	return join ' ', map { $client->value("SHOW $_") }
	  qw(superuser_reserved_connections max_connections);
}

switch('on');
my @idle = map { connect_to($node, 'work', user => 'dev') } 1 .. 16;
my $before = stats($admin);
my $let_in = connect_to($node, 'work', user => 'dev');
cmp_ok(stats($admin)->{logins_rescued}, '>', $before->{logins_rescued}, 'switched on, one is let in');
is(show($let_in), '3 20', 'which sees the settings as they are');
is($let_in->value("SELECT setting FROM pg_settings WHERE name = 'superuser_reserved_connections'"),
	3, 'in pg_settings, too');
is(show($admin), '3 20', 'as all do');
{
	$_->hang_up for @idle, $let_in;
	wait_for('they are gone', sub { $admin->value('SELECT ai_conn_count(NULL)') == 1 });
	my @busy = busy_clients($node, 16);
	my ($newcomer) = waiting_newcomer($node);
	kill 'TERM', $busy[0]->pid;
	is($newcomer->answer->{ready}, 'I', 'one waits and gets in');
	is(show($newcomer), '3 20', 'which sees the settings as they are, too');
	$_->hang_up for @busy, $newcomer;
	kill 'INT', map { $_->pid } @busy;
}

switch('off');
$admin->log_out;
is_deeply(outcomes($node), $expected, 'switched off by a reload it is as without the library again');

$node->stop('fast');
$plain->stop('fast');
done_testing();
