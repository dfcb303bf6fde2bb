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
my $admin = connect_to($node, 'postgres', options => '-c ai_cleanup.idle_timeout=0');
$admin->value("CREATE DATABASE $_") for qw(work other);

my $file = $node->data_dir . '/postgresql.conf';
my $good = slurp_file($file);

sub write_file
{
	my ($text) = @_;
	open my $conf, '>', $file or die "$file: $!";
	print $conf $text;
	return close $conf;
}

# What counted before, still does.
sub check_in_force
{
	my ($name) = @_;
	my $other = connect_to($node, 'other');
	like(connect_to($node, 'work')->last_words->{D}, qr/idle_timeout, which is 400ms/,
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
	[ 'ai_cleanup.databases', q{'"other'}, qr/A double quote is not closed\..*HINT:  List names or patterns/s ],
	[ 'ai_cleanup.databases', q{'other"work'}, qr/A double quote stands in the middle of an element\./ ],
	[ 'ai_cleanup.databases', q{'"a" other'}, qr/A comma is missing after a quoted element\./ ],
	[ 'ai_cleanup.databases', q{'} . 'x' x 64 . q{'}, qr/longer than a name can be/ ])
{
	my ($setting, $value, $complaint) = @$_;
	my $from = -s $node->logfile;

	write_file($good . "$setting = $value\n");
	reload($node, $admin);
	like(new_log($node, $from), $complaint, "$setting = $value: the log says what is wrong");
	check_in_force("$setting = $value");
}
write_file($good);
reload($node, $admin);

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
