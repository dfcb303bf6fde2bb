# ai_cleanup_plan() says what ai_cleanup() with the same arguments does: for a crowd of sessions in
# all kinds of states, for each caller and each way to call, the two are compared.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => "max_connections = 60\n");
my $admin = connect_to($node, 'postgres');
$admin->value($_)
  for 'CREATE ROLE signaller LOGIN', 'GRANT pg_signal_backend, pg_read_all_stats TO signaller',
  'CREATE ROLE app LOGIN', 'CREATE ROLE other LOGIN', 'CREATE DATABASE work', 'CREATE DATABASE play';

$node->safe_psql('play', 'CREATE EXTENSION ai_cleanup');

# Each kind of session, and what must be seen of it before the plan is made.
my @kinds = (
	[ 'idle' ],
	[ 'idle', 'LISTEN a' ],
	[ 'idle', 'SELECT pg_advisory_lock_shared(1)' ],
	[ 'idle in transaction', 'BEGIN' ],
	[ 'idle in transaction (aborted)', 'BEGIN', 'SELECT 1/0' ],
	[ 'active', 'SELECT pg_sleep(3600)' ]);

sub crowd
{
	my %kind_of;
	for my $user (scalar getpwuid($<), 'app', 'other')
	{
		for my $kind (@kinds)
		{
			my ($state, @commands) = @$kind;
			my $client = connect_to($node, 'work', user => $user, application_name => "crowd");
			my $last = $state eq 'active' ? pop @commands : undef;
			$client->query($_) for @commands;
			$client->send_query($last) if defined $last;
			wait_for("it is $state", sub {
				$admin->value("SELECT count(*) FROM pg_stat_activity WHERE state = '$state'"
					  . " AND wait_event IS NOT NULL AND pid = " . $client->pid);
			});
			$kind_of{ $client->pid } = { client => $client, state => $state };
		}
	}
	return \%kind_of;
}

sub planned
{
	my ($caller, $arguments) = @_;
	my $answer = $caller->query('SELECT pid, verdict, reason, state, role, database, idle_for IS NULL'
		  . " FROM ai_cleanup_plan($arguments)");
	die $answer->{error}{M} if $answer->{error};
	return map { $_->[0] => { verdict => $_->[1], reason => $_->[2], state => $_->[3], role => $_->[4] } }
	  @{ $answer->{rows} };
}

for my $caller_role (scalar getpwuid($<), 'signaller', 'app')
{
	my $caller = connect_to($node, 'play', user => $caller_role, first => [ 'SELECT 1' ]);
	$caller->answer;
	for my $arguments ('false', 'true', "false, idle_for => '1 day'", "true, idle_for => '1 day'", "false, 'play'")
	{
		my $name = "$caller_role calls with ($arguments)";
		my $database = $arguments =~ /play/ ? 'play' : 'work';
		my $full = $arguments =~ /play/ ? $arguments : $arguments =~ s/^(\w+)/$1, 'work'/r;
		my $crowd = crowd();
		my %plan = planned($caller, $full);
		my $answer = cleanup($caller, $full);
		my @planned = sort grep { $plan{$_}{verdict} && $plan{$_}{verdict} ne 'leave' } keys %plan;
		my @ended = sort grep { is_gone($admin, $_) } keys %$crowd;

		is_deeply(\@ended, \@planned, "$name: those go whom the plan named");
		is($answer->{count}, scalar @planned, 'and as many are counted');
		is($plan{ $caller->pid }{reason}, "the caller's own session", 'itself it names as such')
		  if $database eq 'play';
		is(scalar keys %plan, $database eq 'work' ? scalar keys %$crowd : 1, 'one row for each session');
		if ($caller_role ne 'app' && $database eq 'work')
		{
			is($plan{$_}{state}, $crowd->{$_}{state}, 'with its state') for keys %$crowd;
			is($plan{$_}{reason} ? 1 : 0, 1, 'and a reason') for keys %$crowd;
		}

		# The rest, for the next round.
		$admin->value("SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity"
			  . " WHERE datname = 'work' AND backend_type = 'client backend'");
	}
	$caller->log_out;
}

# A role that may not read others' statistics sees which sessions there are, and no more.
my $crowd = crowd();
my $app = connect_to($node, 'play', user => 'app');
my %seen = planned($app, "false, 'work'");
for my $pid (keys %$crowd)
{
	my $own = $seen{$pid}{role} eq 'app';
	is(defined $seen{$pid}{state} ? 1 : 0, $own ? 1 : 0, 'the state shows of one\'s own sessions only');
	like($seen{$pid}{reason}, qr/^belongs to a /, 'of others, whose they are') unless $own;
}

# Bad arguments are those of ai_cleanup().
is($app->query('SELECT * FROM ai_cleanup_plan(NULL)')->{error}{C}, '22004', 'NULL');
is($app->query("SELECT * FROM ai_cleanup_plan(false, 'nowhere')")->{error}{C}, '3D000', 'no such database');
is($app->query("SELECT * FROM ai_cleanup_plan(idle_for => '-1 s')")->{error}{C}, '22023', 'negative');

$node->stop('immediate');
done_testing();
