# Exempt sessions: by a setting, by their application, by their role. The limit and the budget
# never end them; headroom and logins do if ai_cleanup.evict_exempt says so. A call does not ask.
use strict;
use warnings;

use Admission;
use AiCleanup;
use Test::More;

my $node = start_small_node('main', conf => <<'CONF');
ai_cleanup.headroom = 0
ai_cleanup.admission_timeout = '5s'
ai_cleanup.exempt_roles = 'batch_*, "*"'
CONF
my $admin = connect_to($node, 'postgres');
$admin->value($_)
  for 'CREATE ROLE batch_night LOGIN', 'CREATE ROLE quiet LOGIN', 'ALTER ROLE quiet SET ai_cleanup.exempt = on';

sub set
{
	$admin->value("ALTER SYSTEM SET $_") for @_;
	return reload($node, $admin);
}

sub exempt_by
{
	my ($client) = @_;
	return $admin->value('SELECT exempt_by FROM ai_connections WHERE pid = ' . $client->pid);
}

my %exempt = (
	'setting' => connect_to($node, 'work', user => 'quiet'),
	'role' => connect_to($node, 'work', user => 'batch_night'),
	'application' => connect_to($node, 'work', user => 'dev', application_name => 'psql'),
	'pattern' => connect_to($node, 'work', user => 'dev', application_name => 'pgAdmin 4 - DB:work'));
my @clients = values %exempt;
my $plain = connect_to($node, 'work', user => 'dev', application_name => 'psql2');
my $admin_of_work = connect_to($node, 'work');    # a superuser with SET
$admin_of_work->query('SET ai_cleanup.exempt = on');
wait_until_idle($admin, @clients, $plain, $admin_of_work);

is(exempt_by($exempt{$_}), $_ eq 'pattern' ? 'application' : $_, "exempt by $_") for sort keys %exempt;
is(exempt_by($admin_of_work), 'setting', 'exempt by SET');
is(exempt_by($plain), undef, 'not exempt');
is($exempt{role}->query('SET ai_cleanup.exempt = off')->{error}{C}, '42501',
	'an ordinary role cannot set it');
wait_until_idle($admin, $exempt{role});

# Another list takes the place of the one that is there.
set("ai_cleanup.exempt_applications = 'web*'");
is(exempt_by($exempt{application}), undef, 'an application that is in the list no more');
$admin->value('ALTER SYSTEM RESET ai_cleanup.exempt_applications');
reload($node, $admin);

# The limit and the budget.
set("ai_cleanup.idle_timeout = '1ms'");
wait_until_gone($admin, $plain);
pass('the limit ends a session that is not exempt');
is(connect_to($node, 'work', user => 'dev')->last_words->{C}, '57P05', 'and the next one');
$admin_of_work->query('RESET ai_cleanup.exempt');
is($admin_of_work->last_words->{C}, '57P05', 'and one that is exempt no more');
set('ai_cleanup.idle_timeout = 0', 'ai_cleanup.connection_budget = 1');
my $budgeted = connect_to($node, 'work', user => 'dev');
wait_until_gone($admin, $budgeted);
pass('the budget ends a session that is not exempt, and no other');
ok(is_alive($_), 'the exempt are still there') for @clients;
set('ai_cleanup.connection_budget = 0');
wait_until_idle($admin, @clients);

# Headroom takes none of them, until it is told to; and then as many as it takes.
set('ai_cleanup.headroom = 17');
my $passing = connect_to($node, 'work', user => 'dev');
wait_until_gone($admin, $passing);
is($admin->value("SELECT ai_conn_count('work')"), 4, 'headroom leaves them alone');
set('ai_cleanup.evict_exempt = on');
# Two, and one more while the session that waited for the reload was there.
wait_for('two of them are gone', sub { $admin->value("SELECT ai_conn_count('work')") <= 2 });
cmp_ok($admin->value("SELECT ai_conn_count('work')"), '>=', 1, 'with evict_exempt headroom takes what it needs');

# A login, likewise: all slots but the reserve are theirs.
set('ai_cleanup.evict_exempt = off', 'ai_cleanup.headroom = 0');
my @psql = map { connect_to($node, 'work', user => 'dev', application_name => 'psql') }
  1 .. 17 - $admin->value('SELECT ai_conn_count(NULL)');
wait_until_idle($admin, @psql);
like(refusal($node, 'work', 'dev'), qr/remaining connection slots are reserved/, 'a login finds no room among them');
set('ai_cleanup.evict_exempt = on');
is(refusal($node, 'work', 'dev'), '', 'and does with evict_exempt');

# A call is made on purpose.
wait_for('the session that came is gone', sub { client_processes($node) <= 16 });
my $count = $admin->value("SELECT count(*) FROM pg_stat_activity WHERE datname = 'work' AND state = 'idle'");
is(cleanup($admin, "database => 'work'")->{count}, $count, 'a call ends them like all others');

$node->stop('fast');
done_testing();
