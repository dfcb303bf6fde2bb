# No session is ended for a login that cannot succeed, as far as that can be known: one that would meet
# another limit, for which no session can make way, and one that failed in the same way a moment ago.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgClient;
use Test::More;

my $node = start_small_node('main', slots => 40, conf => "ai_cleanup.headroom = 0\n");
my $admin = connect_to($node, 'postgres');
$admin->value($_) for 'CREATE ROLE few LOGIN CONNECTION LIMIT 2', 'CREATE DATABASE tight CONNECTION LIMIT 3';
$admin->value("ALTER SYSTEM SET ai_cleanup.databases = 'work, tight'");
reload($node, $admin);

# The role's limit is full of idle sessions, the database's of busy ones.
my @idle = map { connect_to($node, 'work', user => 'few') } 1 .. 2;
my @busy = map { connect_to($node, 'tight', user => 'dev') } 1 .. 3;
$_->send_query('SELECT pg_sleep(3600)') for @busy;
wait_until_waiting_on($admin, 'active', 'PgSleep', @busy);
wait_until_idle($admin, @idle);
$admin->value("ALTER SYSTEM SET ai_cleanup.admission_timeout = '50ms'");
reload($node, $admin);
my $answer = PgClient->start($node, dbname => 'tight', user => 'few')->answer;
is($answer->{error}{C}, '53300', 'a login that meets two limits is refused');
is(stats($admin)->{sessions_retired}, 0, 'and no session of the one is ended in vain');
is(scalar(grep { is_alive($_) } @idle), 2, 'they are there');
is(refusal($node, 'work', 'few'), '', 'for contrast: with one limit to meet, one makes way');
is(stats($admin)->{sessions_retired}, 1, 'which is counted');
kill 'INT', $_->pid for @busy;
$_->hang_up for @idle, @busy;

# A startup option that PostgreSQL refuses, again and again.
my $before = stats($admin);
my @all = map { connect_to($node, 'work', user => 'dev') } 1 .. 36;
wait_until_idle($admin, @all);
for (1 .. 20)
{
	my $client = PgClient->start($node, dbname => 'work', user => 'dev', options => '-c timezone=Asia/Nowhere');
	isnt($client->answer->{error}, undef, 'the option is refused');
}
cmp_ok(retired_since($admin, $before), '<=', 1, 'at most one session was ended for it, not twenty');
is(stats($admin)->{logins_rescued}, $before->{logins_rescued}, 'no login was rescued: none got in');
is(refusal($node, 'work', 'dev'), '', 'for contrast: the same client without it gets in');

$node->stop('fast');
done_testing();
