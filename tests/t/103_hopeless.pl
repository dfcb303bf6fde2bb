# No session has to make way for a login that fails whatever room there is, and PostgreSQL says why
# it fails, in the same words as without the automatic part.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_small_node('main', conf => "ai_cleanup.headroom = 0\n");
$node->safe_psql('postgres', $_) for (
	q{CREATE ROLE secret LOGIN PASSWORD 'right'},
	'CREATE ROLE rejected LOGIN',
	'CREATE ROLE resting NOLOGIN',
	'CREATE ROLE limited LOGIN CONNECTION LIMIT 0',
	'CREATE DATABASE locked CONNECTION LIMIT 0',
	'CREATE DATABASE closed',
	'REVOKE CONNECT ON DATABASE closed FROM PUBLIC',
	'CREATE DATABASE frozen ALLOW_CONNECTIONS false',
	q{ALTER SYSTEM SET ai_cleanup.databases = '*'});
my $hba = slurp_file($node->data_dir . '/pg_hba.conf');
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', "local all secret scram-sha-256\nlocal all rejected reject\n$hba");
reconfigure($node);

# What, database, role, what PostgreSQL says where there is room.
my @hopeless = (
	[ 'a wrong password', 'work', 'secret', qr/password authentication failed/ ],
	[ 'rejected by pg_hba.conf', 'work', 'rejected', qr/pg_hba\.conf rejects connection/ ],
	[ 'an unknown role', 'work', 'nobody_such', qr/role "nobody_such" does not exist/ ],
	[ 'an unknown database', 'nowhere', 'dev', qr/database "nowhere" does not exist/ ],
	[ 'a role without LOGIN', 'work', 'resting', qr/role "resting" is not permitted to log in/ ],
	[ 'no CONNECT privilege', 'closed', 'dev', qr/permission denied for database "closed"/ ],
	[ 'a database without connections', 'frozen', 'dev', qr/"frozen" is not currently accepting/ ],
	[ 'a database that allows 0', 'locked', 'dev', qr/too many connections for database "locked"/ ],
	[ 'a role that is allowed 0', 'work', 'limited', qr/too many connections for role "limited"/ ]);

$ENV{PGPASSWORD} = 'wrong';

like(refusal($node, $_->[1], $_->[2]), $_->[3], "$_->[0], with room: refused") for @hopeless;

my %said;
for my $enabled ('off', 'on')
{
	reconfigure($node, "ai_cleanup.enabled = $enabled");
	my $admin = connect_to($node, 'postgres');
	# As many as there is room for, idle, in all databases where one of the above may look.
	my @idle = map { connect_to($node, $_) } 'closed', 'locked';
	push @idle, map { connect_to($node, $_, user => 'dev') } ('work') x 10, ('postgres') x 4;
	wait_until_idle($admin, @idle);
	my $before = stats($admin);

	for (@hopeless)
	{
		my ($what, $database, $role) = @$_;
		$said{$enabled}{$what} = refusal($node, $database, $role);
		next if $enabled eq 'off';
		is($said{on}{$what}, $said{off}{$what}, "$what: PostgreSQL's own answer");
		isnt($said{on}{$what}, '', "$what: refused");
		is(retired_since($admin, $before), 0, "$what: nobody had to go");
		is($admin->value('SELECT count(*) FROM pg_stat_activity WHERE pid IN (' . pids(@idle) . ')'),
			scalar @idle, "$what: all are still there");
		note($said{on}{$what});
	}
	next if $enabled eq 'off';

	# The same server makes room for a login that can succeed.
	wait_for('those that were refused are gone', sub { client_processes($node) == 1 + @idle });
	is(refusal($node, 'work', 'dev'), '', 'for contrast: a login that can succeed does');
	is(retired_since($admin, $before), 1, 'for contrast: and one session had to go for it');
	$_->hang_up for @idle;
}

$node->stop('fast');
done_testing();
