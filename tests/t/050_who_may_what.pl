# Which role may call, read and set what: for each role, and each function, view and setting, the
# same as PostgreSQL's own rule for what is nearest to it in PostgreSQL. What a role may do there is
# found out by doing it.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value($_) for (
	'CREATE ROLE boss SUPERUSER LOGIN',
	'CREATE ROLE owner LOGIN',
	'CREATE ROLE signaller LOGIN', 'GRANT pg_signal_backend TO signaller',
	'CREATE ROLE reader LOGIN', 'GRANT pg_read_all_stats TO reader',
	'CREATE ROLE app LOGIN',
	'CREATE ROLE member LOGIN', 'GRANT app TO member',
	'CREATE ROLE stranger LOGIN',
	'CREATE DATABASE work OWNER owner', 'CREATE DATABASE target OWNER owner');
my @callers = qw(boss owner signaller reader app member stranger);
my @victims = qw(boss owner app stranger);

connect_to($node, 'work', user => 'owner')->value('CREATE EXTENSION ai_cleanup');
my %session = map { $_ => connect_to($node, 'work', user => $_) } @callers;

# The SQLSTATE, or that there is none.
sub outcome
{
	my ($client, $sql) = @_;
	my $answer = $client->query($sql);
	return $answer->{error} ? $answer->{error}{C} : 'allowed';
}

sub row
{
	my ($client, $sql) = @_;
	return [ map { $_ // 'NULL' } @{ $client->query($sql)->{rows}[0] // ['no row'] } ];
}

# Functions and views: [what, nearest, how to use each].
my @objects = (
	[ 'ai_cleanup(boolean,name,interval)', 'pg_terminate_backend(integer,bigint)',
		'SELECT ai_cleanup(false, \'template1\')', 'SELECT pg_terminate_backend(0)' ],
	[ 'ai_cleanup_plan(boolean,name,interval)', 'pg_stat_get_activity(integer)',
		'SELECT ai_cleanup_plan()', 'SELECT pg_stat_get_activity(NULL)' ],
	[ 'ai_conn_count()', 'pg_stat_get_db_numbackends(oid)',
		'SELECT ai_conn_count()', 'SELECT pg_stat_get_db_numbackends(1)' ],
	[ 'ai_conn_count(name)', 'pg_stat_get_db_numbackends(oid)',
		'SELECT ai_conn_count(\'target\')', 'SELECT pg_stat_get_db_numbackends(1)' ],
	[ 'ai_cleanup_stats()', 'pg_stat_get_db_xact_commit(oid)',
		'SELECT ai_cleanup_stats()', 'SELECT pg_stat_get_db_xact_commit(1)' ],
	[ 'ai_cleanup_reset_stats()', 'pg_stat_reset()',
		'SELECT ai_cleanup_reset_stats()', 'SELECT pg_stat_reset()' ],
	[ 'ai_cleanup_journal()', 'pg_stat_get_activity(integer)',
		'SELECT ai_cleanup_journal()', 'SELECT pg_stat_get_activity(NULL)' ],
	[ 'ai_cleanup_line()', 'pg_stat_get_activity(integer)',
		'SELECT ai_cleanup_line()', 'SELECT pg_stat_get_activity(NULL)' ],
	[ 'ai_connections()', 'pg_stat_get_activity(integer)',
		'SELECT ai_connections()', 'SELECT pg_stat_get_activity(NULL)' ],
	map { [ $_, $_ eq 'ai_cleanup_stats' ? 'pg_stat_database' : 'pg_stat_activity' ] }
	  qw(ai_cleanup_journal ai_cleanup_line ai_cleanup_stats ai_connections ai_leaks));

is_deeply(
	[ sort map { $_->[0] } @objects ],
	[ sort map { $_->[0] } @{ $session{boss}->query(<<SQL)->{rows} } ],
SELECT regexp_replace(pg_describe_object(classid, objid, 0), '^(function|view) ', '')
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'ai_cleanup')
	AND classid IN ('pg_proc'::regclass, 'pg_class'::regclass)
SQL
	'every function and view is looked at');

for my $caller (@callers)
{
	my $client = $session{$caller};
	for (@objects)
	{
		my ($ours, $core, $use_ours, $use_core) = @$_;
		my @uses = (
			defined $use_ours
			? ([ $use_ours, $use_core ])
			: map { my $use = $_; [ map { $use =~ s/VIEW/$_/r } $ours, $core ] }
			  'SELECT FROM VIEW', 'DELETE FROM VIEW WHERE false', 'TRUNCATE VIEW', 'DROP VIEW VIEW',
			  'GRANT SELECT ON VIEW TO stranger');
		for (@uses)
		{
			my ($our_use, $core_use) = @$_;
			# A superuser may do what is nonsense all the same.
			next if $caller eq 'boss' && $our_use !~ /^SELECT/;
			is(outcome($client, $our_use), outcome($client, $core_use), "$caller: $our_use, as $core_use");
		}
	}
}

# What one session shows of another's, and whether it may end it.
for my $caller (@callers)
{
	my $client = $session{$caller};
	for my $role (@victims)
	{
		my ($victim) = idle_clients($node, $admin, 1, 'target', user => $role, tcp => 1);
		my $pid = $victim->pid;
		my $name = "$caller and a session of $role";
		my $core = row($client, 'SELECT datname, usename, application_name, client_addr, client_port, state'
			  . " FROM pg_stat_activity WHERE pid = $pid");
		my $shown = $core->[5] ne 'NULL';
		is_deeply(
			row($client, 'SELECT database, role, application, client_addr, client_port, state'
				  . " FROM ai_connections WHERE pid = $pid"),
			$core, "$name: ai_connections shows what pg_stat_activity shows: " . ($shown ? 'all' : 'who it is'));
		is_deeply(
			row($client, 'SELECT database, role, application, client_addr, client_port, state'
				  . " FROM ai_cleanup_plan(database => 'target') WHERE pid = $pid"),
			$core, 'and so does the plan');
		is_deeply(
			row($client, 'SELECT num_nonnulls(opened_at, idle_for, protected_by, reason)'
				  . " FROM ai_connections WHERE pid = $pid"),
			[ $shown ? 4 : 0 ], 'what else there is to know shows as well, or not');

		my @plans = map { row($client, "SELECT verdict FROM ai_cleanup_plan($_, 'target') WHERE pid = $pid")->[0] }
		  'false', 'true';
		my $may = outcome($client, "SELECT pg_terminate_backend($pid, 60000)") eq 'allowed';
		# What an unforced call would do also says whether the session is idle.
		is_deeply(\@plans, $may ? [ $shown ? 'retire' : 'NULL', 'terminate' ] : [ 'leave', 'leave' ],
			"$name: the plan knows that it " . ($may ? 'may' : 'may not') . ' end it');
		$admin->value("SELECT pg_terminate_backend($pid, 60000)") unless $may;

		# Ended by ai_cleanup, it is in the journal.
		($victim) = idle_clients($node, $admin, 1, 'target', user => $role, tcp => 1);
		$pid = $victim->pid;
		cleanup($admin, "database => 'target'");
		is_deeply(
			row($client, 'SELECT role, client_addr, num_nonnulls(idle_for, ended_by, asker_pid, asker_role, reason, outcome)'
				  . " FROM ai_cleanup_journal WHERE pid = $pid"),
			$shown ? [ $role, '127.0.0.1', 6 ] : [ $role, 'NULL', 0 ],
			"$name: the journal shows as much");
		is(row($client, "SELECT count(*) FROM ai_leaks WHERE role = '$role' AND database = 'target'"
				  . ' AND client_addr IS NOT NULL AND retired > 0')->[0],
			$shown ? 1 : 0, 'and so does what leaks');
	}
}

# What a role can learn by calling: of a session that it does not end, and whose state it may not
# see, nothing that the session does changes a word of the answer, nor does how long it is idle.
my %doing = (
	'is idle' => [],
	'is in a transaction' => ['BEGIN'],
	'is in a failed one' => [ 'BEGIN', 'SELECT 1/0' ],
	'is protected' => ['LISTEN a']);
for my $caller (@callers)
{
	my $client = $session{$caller};
	for my $role (@victims)
	{
		my ($shown, %told);
		for my $doing (sort keys %doing)
		{
			my $victim = connect_to($node, 'target', user => $role);
			$victim->query($_) for @{ $doing{$doing} };
			my $condition = 'FROM pg_stat_activity WHERE pid = ' . $victim->pid;
			wait_for('it waits', sub {
				($admin->value("SELECT state LIKE 'idle%' AND wait_event = 'ClientRead' $condition") // '') eq 't';
			});
			$shown = row($client, "SELECT state $condition")->[0] ne 'NULL';
			for my $idle_for ('0', '1 hour')
			{
				my $may_end = $doing eq 'is idle' && $idle_for eq '0';
				my $answer = $client->query("SELECT ai_cleanup(false, 'target', '$idle_for')");
				next if $may_end && $answer->{rows}[0][0];
				push @{ $told{ join "\n", $answer->{rows}[0][0], map { "$_->{S} $_->{M}" } @{ $answer->{notices} } } },
				  "it $doing, idle_for => $idle_for";
			}
			$admin->value("SELECT pg_terminate_backend(pid, 60000) $condition");    # if it is there
		}
		is(scalar keys %told, 1, "$caller learns nothing by calling of what a session of $role does")
		  or diag explain \%told
		  unless $shown;
	}
}

# Settings, and the nearest of PostgreSQL's.
my %setting = (
	admission_timeout => 'authentication_timeout',
	connection_budget => 'temp_file_limit',
	databases => 'log_line_prefix',
	enabled => 'autovacuum',
	evict_exempt => 'autovacuum',
	exempt => 'track_activities',
	exempt_applications => 'log_line_prefix',
	exempt_roles => 'log_line_prefix',
	headroom => 'autovacuum_naptime',
	hold_timeout => 'authentication_timeout',
	idle_blocker_timeout => 'deadlock_timeout',
	idle_in_transaction_timeout => 'deadlock_timeout',
	idle_timeout => 'deadlock_timeout',
	journal_size => 'track_activity_query_size',
	max_sessions => 'autovacuum_naptime',
	protect => 'log_line_prefix',
	ripe_for_headroom => 'autovacuum_naptime',
	ripe_for_login => 'autovacuum_naptime',
	tell_client => 'client_min_messages',
	wait_timeout => 'lock_timeout');
is_deeply(
	[ sort keys %setting ],
	[ map { $_->[0] } @{ $admin->query('SELECT substr(name, 12) FROM pg_settings'
			  . ' WHERE name LIKE \'ai_cleanup.%\' ORDER BY 1')->{rows} } ],
	'every setting is looked at');

sub compare_settings
{
	my ($caller, $more, @names) = @_;
	my $client = $session{$caller};
	for my $name (@names)
	{
		for my $way ('SHOW NAME', 'SET NAME = VALUE', 'ALTER SYSTEM SET NAME = VALUE', 'ALTER DATABASE work SET NAME = VALUE',
			"ALTER ROLE $caller SET NAME = VALUE", "ALTER ROLE $caller IN DATABASE work SET NAME = VALUE",
			'ALTER ROLE ALL SET NAME = VALUE')
		{
			my ($ours, $core) = map {
				my $value = $admin->value("SHOW $_");
				outcome($client, $way =~ s/NAME/$_/r =~ s/VALUE/'$value'/r)
			} "ai_cleanup.$name", $setting{$name};
			is($ours, $core, "$caller$more: " . ($way =~ s/NAME/ai_cleanup.$name/r) . ", as $setting{$name}");
		}
	}
	return;
}

compare_settings($_, '', sort keys %setting) for @callers;
my @granted = grep { $setting{$_} =~ /^(deadlock_timeout|temp_file_limit|track_activities)$/ } sort keys %setting;
$admin->value('GRANT SET ON PARAMETER ' . join(', ', map { ("ai_cleanup.$_", $setting{$_}) } @granted) . ' TO app');
compare_settings('app', ', granted', @granted);
is(outcome($session{app}, 'SET ai_cleanup.idle_timeout = 0'), 'allowed', 'a grant is a grant');

$node->stop('fast');
done_testing();
