# What happens to the server happens to the attendant: it survives a reload, a crash and a promotion,
# and a shutdown does not wait for the connections that it holds. No process inherits them.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $primary = start_node('primary', init => { allows_streaming => 1 }, conf => <<CONF);
ai_cleanup.tell_client = when_it_asks
restart_after_crash = on
archive_mode = on
archive_command = 'ls -l /proc/self/fd > %p.seen 2>&1; mv %p.seen seen_by_archiver'
CONF
my $admin = connect_to($primary, 'postgres');
$admin->value('CREATE DATABASE work');
my $attendant = attendant_pid($admin);

sub hold
{
	my ($node, $asker, $count, %how) = @_;
	my @clients = idle_clients($node, $asker, $count, 'work', %how);
	my ($before) = hand_overs($asker);
	cleanup($asker, "database => 'work'");
	wait_until_held($asker, $before + $count);
	return @clients;
}

# A reload.
my @clients = hold($primary, $admin, 3);
reload($primary, $admin);
is(attendant_pid($admin), $attendant, 'after a reload it is the same');
is($clients[0]->query('SELECT 1')->{error}{C}, '57P05', 'and answers');
$_->hang_up for @clients;
wait_until_held($admin, 0);

# No program that the server starts has a socket of it.
SKIP:
{
	skip 'there is no /proc here', 2 unless -d "/proc/$attendant/fdinfo";
	@clients = (hold($primary, $admin, 2), hold($primary, $admin, 2, tcp => 1));
	my @kept_at_exec = grep { readlink("/proc/$attendant/fd/$_") =~ /^socket:/ }
	  grep { slurp_file("/proc/$attendant/fdinfo/$_") =~ /^flags:\s+(\d+)/m && !(oct($1) & oct(2000000)) }
	  map { m{(\d+)$} } glob("/proc/$attendant/fd/*");
	my %held = map { $_ => 1 } grep { /^socket:/ } map { readlink } glob("/proc/$attendant/fd/*");
	my %in_postmaster = map { $_ => 1 } grep { /^socket:/ } map { readlink }
	  glob('/proc/' . $admin->value("SELECT pg_read_file('postmaster.pid')::text") =~ s/\n.*//sr . '/fd/*');
	delete @held{ keys %in_postmaster };
	cmp_ok(scalar(keys %held), '>=', 4, 'it has the sockets of those it holds');
	is_deeply([ grep { $held{ readlink("/proc/$attendant/fd/$_") } } @kept_at_exec ],
		[], 'all of them close-on-exec');
	$_->hang_up for @clients;
	wait_until_held($admin, 0);
}
$admin->value('CREATE TABLE t AS SELECT 1');
$admin->value('SELECT pg_switch_wal()');
my $seen = $primary->data_dir . '/seen_by_archiver';
wait_for('a segment is archived', sub { -s $seen });
unlike(slurp_file($seen), qr/socket:/, 'the archive command has inherited no socket');

# A crash: the server ends all its processes and goes on.
@clients = hold($primary, $admin, 3);
my $victim = connect_to($primary, 'postgres');
kill 'KILL', $victim->pid;
$_->last_words for @clients;
ok(1, 'after a crash the held connections are closed');
$admin->last_words;
$primary->poll_query_until('postgres', 'SELECT true');
$admin = connect_to($primary, 'postgres');
isnt(attendant_pid($admin), $attendant, 'there is a new attendant');
$attendant = attendant_pid($admin);
is_deeply([ hand_overs($admin) ], [ 0, 0, 0, 0 ], 'that holds nothing');
@clients = hold($primary, $admin, 1);
is($clients[0]->query('SELECT 1')->{error}{C}, '57P05', 'and does its work');

# The same if it is the attendant that is killed.
@clients = hold($primary, $admin, 3);
kill 'KILL', $attendant;
$_->last_words for @clients, $admin;
$primary->poll_query_until('postgres', 'SELECT true');
$admin = connect_to($primary, 'postgres');
isnt(attendant_pid($admin), $attendant, 'killed, it is back');
@clients = hold($primary, $admin, 1);
is($clients[0]->query('SELECT 1')->{error}{C}, '57P05', 'and does its work');

# A hot standby, and its promotion.
$primary->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'backup', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
my $there = connect_to($standby, 'postgres');
$attendant = attendant_pid($there);
my ($before, $after) = hold($standby, $there, 2);
is($before->query('SELECT 1')->{error}{C}, '57P05', 'on a standby, too, a client is told when it asks');
$standby->promote;
wait_for('it is promoted', sub { $there->value('SELECT pg_is_in_recovery()') eq 'f' });
is(attendant_pid($there), $attendant, 'promotion leaves the attendant alone');
is($after->query('SELECT 1')->{error}{C}, '57P05', 'and whom it holds');
$_->hang_up for $before, $after;
$standby->stop('fast');

# Shutdowns.
for my $mode ('smart', 'fast', 'immediate')
{
	@clients = hold($primary, $admin, 20);
	$admin->log_out;
	my $begin = time;
	$primary->stop($mode);
	cmp_ok(time - $begin, '<', 30, "a $mode shutdown does not wait for held connections");
	$_->last_words for @clients;
	ok(1, "which are closed");
	$primary->start;
	$admin = connect_to($primary, 'postgres');
	attendant_pid($admin);
}

# Nor does anything remain when the postmaster itself is killed.
@clients = hold($primary, $admin, 3);
my ($postmaster) = $admin->value("SELECT pg_read_file('postmaster.pid')") =~ /^(\d+)/;
kill 'KILL', $postmaster;
$_->last_words for @clients;
ok(1, 'after the postmaster is killed, held connections are closed');
$admin->hang_up;
$primary->{_pid} = undef;

done_testing();
