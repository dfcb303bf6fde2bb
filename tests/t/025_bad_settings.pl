# A value that makes no sense leaves the one before in force, and the log says what is wrong.
use strict;
use warnings;

use AiCleanup;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_node('main', conf => <<CONF);
ai_cleanup.enabled = on
ai_cleanup.idle_timeout = '400ms'
ai_cleanup.databases = 'work'
CONF
my $admin = connect_to($node, 'postgres');
$admin->value("CREATE DATABASE $_") for qw(work other);

sub reload_with
{
	my ($line) = @_;
	my $from = -s $node->logfile;

	$node->append_conf('postgresql.conf', $line);
	$node->reload;
	$node->wait_for_log(qr/received SIGHUP/, $from);
	# The worker and the sessions have their turn after the postmaster.
	wait_for('the log names the setting',
		sub { new_log($node, $from) =~ /"\Q@{[ $line =~ m{^(\S+)} ]}\E"|errors/ });
	return $from;
}

# What counted before, still does.
sub check_in_force
{
	my ($name) = @_;
	my $other = connect_to($node, 'other');
	like(connect_to($node, 'work')->last_words->{D}, qr/idle_timeout is 400ms/,
		"$name: the old value is in force");
	ok(is_alive($other), "$name: for the same databases");
	$other->log_out;
	return;
}

for (
	[ 'ai_cleanup.idle_timeout', "'soon'", qr/invalid value for parameter "ai_cleanup\.idle_timeout": "soon"/ ],
	[ 'ai_cleanup.idle_timeout', '-1', qr/-1 ms is outside the valid range/ ],
	[ 'ai_cleanup.idle_timeout', "'100d'", qr/invalid value for parameter "ai_cleanup\.idle_timeout"/ ],
	[ 'ai_cleanup.enabled', 'perhaps', qr/parameter "ai_cleanup\.enabled" requires a Boolean value/ ],
	[ 'ai_cleanup.databases', q{'other,,work'}, qr/invalid value for parameter "ai_cleanup\.databases".*An element of the list is empty\./s ],
	[ 'ai_cleanup.databases', q{'"other'}, qr/A double quote is not closed\..*HINT:  List database names or patterns/s ],
	[ 'ai_cleanup.databases', q{'other"work'}, qr/A double quote stands in the middle of an element\./ ],
	[ 'ai_cleanup.databases', q{'"a" other'}, qr/A comma is missing after a quoted element\./ ],
	[ 'ai_cleanup.databases', q{'} . 'x' x 64 . q{'}, qr/longer than a name can be/ ])
{
	my ($setting, $value, $complaint) = @$_;
	my $good = slurp_file($node->data_dir . '/postgresql.conf');
	my $from = reload_with("$setting = $value\n");
	like(new_log($node, $from), $complaint, "$setting = $value: the log says what is wrong");
	check_in_force("$setting = $value");
	my $file = $node->data_dir . '/postgresql.conf';
	open my $conf, '>', $file or die "$file: $!";
	print $conf $good;
	close $conf;
	$node->reload;
}

# Nor does the server take them from ALTER SYSTEM.
for ([ idle_timeout => "'soon'" ], [ wait_timeout => '-1' ], [ databases => q{'a', '', 'b'} ], [ enabled => '7' ])
{
	my ($setting, $value) = @$_;
	is($admin->query("ALTER SYSTEM SET ai_cleanup.$setting = $value")->{error}{C}, '22023',
		"ALTER SYSTEM refuses $setting = $value");
}
ok($admin->query('SET ai_cleanup.idle_timout = 1')->{error}, 'a misspelt setting is refused');

$node->stop('fast');
done_testing();
