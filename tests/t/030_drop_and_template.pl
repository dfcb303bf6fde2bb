# What `prisma migrate reset` and a test runner's template databases need: nothing of ours is
# connected to a database, so that it can be dropped, copied or renamed at any moment.
use strict;
use warnings;

use AiCleanup;
use Test::More;
use Time::HiRes qw(time);

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '1h'
CONF
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value('CREATE DATABASE dev');

sub at_once
{
	my ($sql, $name) = @_;
	my $begin = time;
	my $answer = $admin->query($sql);

	is($answer->{error}, undef, "$name: $sql") or note explain $answer->{error};
	# PostgreSQL itself would wait 5 s for sessions to leave the database.
	return cmp_ok(time - $begin, '<', 4, 'at once');
}

sub use_it
{
	my ($database) = @_;
	my $client = connect_to($node, $database);
	$client->query('CREATE EXTENSION IF NOT EXISTS ai_cleanup');
	$client->query('CREATE TABLE IF NOT EXISTS migrations (id int); INSERT INTO migrations VALUES (1)');
	return $client;
}

for my $round (1 .. 5)
{
	my @idle = (map { use_it('dev') } 1 .. 5);
	wait_until_idle($admin, @idle);
	is(cleanup($admin, "database => 'dev'")->{count}, 5, "round $round: cleaned up from elsewhere");
	at_once('CREATE DATABASE copy TEMPLATE dev', "round $round");
	my $copied = connect_to($node, 'copy');
	is($copied->value('SELECT ai_conn_count()'), 1, 'the copy has the extension, working');
	is($copied->value('SELECT count(*) FROM migrations') >= 5, 1, 'and the data');
	wait_until_idle($admin, $copied);
	is(cleanup($admin, "database => 'copy'")->{count}, 1, 'cleaned up as well');
	at_once('ALTER DATABASE copy RENAME TO copied', "round $round");
	at_once('DROP DATABASE copied', "round $round");
	@idle = (use_it('dev'));
	wait_until_idle($admin, @idle);
	is(cleanup($admin, "database => 'dev', force => true")->{count}, 1, 'by force');
	at_once('DROP DATABASE dev', "round $round");
	at_once('CREATE DATABASE dev', "round $round");
}

# Nor is the worker in the way when it has just been at work in that database.
my $retired = use_it('dev');
$admin->value("ALTER SYSTEM SET ai_cleanup.idle_timeout = '100ms'");
$admin->value('SELECT pg_reload_conf()');
is($retired->last_words->{C}, '57P05', 'the worker ends a session');
wait_until_gone($admin, $retired);
at_once('DROP DATABASE dev', 'right after that');

$node->stop('fast');
done_testing();
