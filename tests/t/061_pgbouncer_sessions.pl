# PgBouncer in front, in session mode: as long as a client stays, the connection behind it is its
# session. So a client that idles is told the same as without PgBouncer, and has to connect again.
# A connection that no client has may go, and no client notices.
use strict;
use warnings;

use AiCleanup;
use PgBouncer;
use Test::More;

plan skip_all => 'PgBouncer is not installed' unless PgBouncer::is_installed;

my $node = start_node('main');
my $admin = connect_to($node, 'postgres');
$admin->value($_) for 'CREATE ROLE app LOGIN', 'CREATE DATABASE work';

# The server's process behind a client of PgBouncer.
sub backend
{
	my ($client) = @_;
	return $client->value('SELECT pg_backend_pid()');
}

# All that a client is told until its connection is closed.
sub told
{
	my ($client) = @_;
	my @told;
	while (my ($type, $body) = $client->read_message)
	{
		push @told, PgConnection::fields($body) if $type eq 'E';
	}
	return @told;
}

for my $transport (qw(unix tcp))
{
	my $bouncer = PgBouncer->start($node, $transport, pool_mode => 'session', tcp => $transport eq 'tcp');
	my %app = (user => 'app');

	my $idle = connect_to($bouncer, 'work', %app);
	my $behind = backend($idle);
	my $open = connect_to($bouncer, 'work', %app);
	$open->query('BEGIN');
	my $in_transaction = backend($open);
	wait_until_idle($admin, $behind);
	is(cleanup($admin, "database => 'work'")->{count}, 1, "$transport: the idle client's connection goes");
	ok(is_gone($admin, $behind), 'it is that one');
	my @told = told($idle);
	is($told[0]{C}, '57P05', 'its client is told so, through PgBouncer');
	is($told[0]{M}, 'ai_cleanup retired this idle connection', 'in the words of the server');
	like($told[0]{D}, qr/ai_cleanup\(\) was called by process/, 'and why');
	is($told[-1]{C}, '08P01', 'PgBouncer adds that it has lost the server');
	ok(!is_gone($admin, $in_transaction), 'a client in a transaction keeps its own');
	is($open->query('COMMIT')->{tags}[0], 'COMMIT', 'and ends it as it likes');

	$idle = connect_to($bouncer, 'work', %app);
	ok(is_alive($idle), 'one that connects again can work');

	# A client that has left: its connection is in the pool.
	$behind = backend($idle);
	$_->log_out for $idle, $open;
	wait_until_idle($admin, $behind, $in_transaction);
	wait_for('PgBouncer has cleaned both', sub {
		$admin->value('SELECT count(*) FROM pg_stat_activity WHERE query = \'DISCARD ALL\''
			  . " AND state = 'idle' AND wait_event = 'ClientRead' AND pid IN ($behind, $in_transaction)") == 2;
	});
	is(cleanup_and_tell($admin, "database => 'work'")->{count}, 2, 'connections that no client has go');
	wait_until_held($admin, 0);    # PgBouncer has closed them, too
	my $next = connect_to($bouncer, 'work', %app);
	ok(is_alive($next), 'the next client does not notice');
	ok(backend($next) != $behind, 'it has a new one');
	$next->log_out;

	$bouncer->stop;
	cleanup($admin, "database => 'work', force => true");
}

$node->stop('fast');
done_testing();
