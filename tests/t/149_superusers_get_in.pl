# Idle sessions that are stopped hold nearly all slots, and four ordinary clients try again and
# again: superusers get in as they would without ai_cleanup. No newcomer waits in their place.
use strict;
use warnings;

use Admission;
use AiCleanup;
use PgClient;
use Test::More;

my $attempts = 450;

# How many of so many logins of superusers are refused.
sub refused
{
	my ($node) = @_;
	my @idle = map { connect_to($node, 'work', user => 'dev') } 1 .. 16;
	my $refused = 0;

	{
		my $admin = connect_to($node, 'postgres');
		wait_until_idle($admin, @idle);
		$admin->log_out;
	}
	kill 'STOP', map { $_->pid } @idle;
	my $others = start_logins($node, 'knock', clients => 4, pause_ms => 10, query => 'yes', seconds => 600);
	wait_for('the others are there', sub { client_processes($node) > 16 });
	for (1 .. $attempts)
	{
		my $superuser = PgClient->start($node, dbname => 'postgres');
		if ($superuser->answer->{ready}) { $superuser->log_out }
		else { $refused++ }
	}
	$others->{handle}->kill_kill;
	kill 'CONT', map { $_->pid } @idle;
	$_->hang_up for @idle;
	wait_until_empty($node);
	return $refused;
}

my $node = start_small_node('main', conf => "ai_cleanup.headroom = 0\nai_cleanup.admission_timeout = '6s'\n");
my $with = refused($node);
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\n");
$node->restart;
my $without = refused($node);
note "$with of $attempts refused, $without without ai_cleanup";

# Four that are in their logins at the same moment leave no slot to anybody, with it or without.
cmp_ok($with, '<=', $without + $attempts / 50, 'superusers are not refused more often');

$node->stop('fast');
done_testing();
