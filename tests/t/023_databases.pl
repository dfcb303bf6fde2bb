# ai_cleanup.databases says in which databases sessions are ended automatically. A call needs
# no leave from it.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '300ms'
ai_cleanup.databases = 'shop_*, "odd, one", ?x'
CONF
my $admin = connect_to($node, 'postgres');
my @targets = ('shop_dev', 'shop_', 'odd, one', 'ax');
my @others = ('myshop_dev', 'shop', 'SHOP_DEV', 'odd', 'axx', 'a?x');
$admin->value('CREATE DATABASE "' . $_ . '"') for @targets, @others;

# Everyone here passes the limit; the last to log in is ended, so the others had their turn.
sub check
{
	my ($name, $targets, $others) = @_;
	my %spared = map { $_ => connect_to($node, $_) } @$others;
	my %ended = map { $_ => connect_to($node, $_) } @$targets;

	is($ended{$_}->last_words->{C}, '57P05', "$name: $_ is meant") for sort keys %ended;
	ok(is_alive($spared{$_}), "$name: $_ is not") for sort keys %spared;
	$_->log_out for values %spared;
	return;
}

sub set
{
	my ($value) = @_;
	$admin->value("ALTER SYSTEM SET ai_cleanup.databases = $value");
	return reload($node, $admin);
}

check('patterns', \@targets, [ @others, 'postgres', 'template1' ]);
ok(is_alive($admin), 'the admin, in none of them, is still there');

# Changed by a reload, it counts for sessions that are there already.
my @waiting = map { connect_to($node, $_) } @others;
my $former = connect_to($node, 'shop_dev', options => '-c ai_cleanup.idle_timeout=1h');
set(q{'myshop_dev', 'shop', '"SHOP_DEV"', 'odd', 'axx', '"a?x"'});
is($_->last_words->{C}, '57P05', 'named after their login: ended') for @waiting;
$former->query('SET ai_cleanup.idle_timeout = 1');
check('the other way round', \@others, \@targets);
ok(is_alive($former), 'no target any more: spared by its own limit as well');
$former->log_out;

# An empty list means none at all. The worker has nothing to do; calls have.
set(q{''});
my ($idle) = idle_clients($node, $admin, 1, 'shop_dev');
wait_for('the limit has passed', sub {
	$admin->value("SELECT now() - state_change > '1 s' FROM pg_stat_activity WHERE pid = "
		  . $idle->pid) eq 't';
});
ok(is_alive($idle), 'an empty list: none');
wait_until_idle($admin, $idle);
is(cleanup($admin, "database => 'shop_dev'")->{count}, 1, 'a call does not ask for it');

# The star means all, the admin no exception.
$admin->value('ALTER SYSTEM RESET ai_cleanup.databases');
$node->append_conf('postgresql.conf', "ai_cleanup.databases = '*'\n");
$admin->value('SELECT pg_reload_conf()');
is($admin->last_words->{C}, '57P05', 'the star: all');
is(connect_to($node, $_)->last_words->{C}, '57P05', "the star: $_") for @targets, @others;

$node->stop('fast');
done_testing();
