# Where the connection is encrypted by GSSAPI (Kerberos), its client is told in its place, too. There
# is a Kerberos server for it, this test's own.
use strict;
use warnings;

use AiCleanup;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

# Debian has them where ordinary users do not look.
$ENV{PATH} .= ':/usr/sbin';
for my $program (qw(krb5kdc kdb5_util kadmin.local kinit))
{
	plan skip_all => "there is no $program, of MIT's Kerberos server and client"
	  unless grep { -x "$_/$program" } split /:/, $ENV{PATH};
}

plan skip_all => 'this PostgreSQL is built without GSSAPI'
  unless `'$ENV{PG_CONFIG}' --configure` =~ /--with-gssapi/;

my $folder = PostgreSQL::Test::Utils::tempdir();
my $realm = 'TEST.EXAMPLE';
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $keys = "$folder/keytab";
my $role = getpwuid($<);

append_to_file("$folder/krb5.conf", <<CONF);
[libdefaults]
default_realm = $realm
dns_lookup_realm = false
dns_lookup_kdc = false
dns_canonicalize_hostname = false
rdns = false
[realms]
$realm = {
  kdc = 127.0.0.1:$port
}
[logging]
kdc = FILE:$folder/kdc.log
CONF
append_to_file("$folder/kdc.conf", <<CONF);
[kdcdefaults]
kdc_listen = 127.0.0.1:$port
kdc_tcp_listen = 127.0.0.1:$port
[realms]
$realm = {
  database_name = $folder/principals
  key_stash_file = $folder/stash
  acl_file = $folder/acl
}
CONF
$ENV{KRB5_CONFIG} = "$folder/krb5.conf";
$ENV{KRB5_KDC_PROFILE} = "$folder/kdc.conf";
$ENV{KRB5CCNAME} = "$folder/tickets";

sub administer
{
	return system_or_bail('kadmin.local', '-q', shift);
}
system_or_bail('kdb5_util', 'create', '-s', '-P', 'master');
administer("addprinc -randkey postgres/localhost");
administer("ktadd -k $keys postgres/localhost");
administer("addprinc -pw secret $role");
system_or_bail('krb5kdc', '-P', "$folder/kdc.pid");

END
{
	my $status = $?;
	kill 'TERM', slurp_file("$folder/kdc.pid") if defined $folder && -s "$folder/kdc.pid";
	$? = $status;
}
my ($secret, $said) = ("secret\n", '');
IPC::Run::run([ 'kinit', $role ], '<', \$secret, '>', \$said, '2>&1') or die "kinit: $said";

my $node = start_node('main', conf => "log_statement = none\nkrb_server_keyfile = '$keys'\n", start => 0);
append_to_file($node->data_dir . '/pg_hba.conf', "hostgssenc all all 127.0.0.1/32 trust\n");
$node->start;
run_sql($node, 'CREATE EXTENSION ai_cleanup', 'CREATE DATABASE work');
my $admin = connect_to($node, 'postgres');
plan skip_all => 'this server is built without GSSAPI'
  unless $admin->value('SELECT count(*) FROM pg_stat_gssapi');

sub gss_session
{
	my ($when) = @_;
	my $psql = $node->background_psql('work', on_error_stop => 0, extra_params => [
		'-v', 'VERBOSITY=verbose',
		'-d', 'host=localhost hostaddr=127.0.0.1 port=' . $node->port . ' dbname=work gssencmode=require'
		  . " options='-c ai_cleanup.tell_client=$when'"
	]);
	is($psql->query_safe('SELECT encrypted FROM pg_stat_gssapi WHERE pid = pg_backend_pid()'),
		't', "$when: the connection is encrypted by GSSAPI");
	return $psql;
}

for my $when ('at_once', 'when_it_asks')
{
	my $psql = gss_session($when);
	# Longer than one packet of GSSAPI's.
	is(length $psql->query_safe("SELECT repeat('x', 100000)"), 100000, "$when: and works");
	my $pid = $psql->query_safe('SELECT pg_backend_pid()');
	wait_until_idle($admin, $pid);

	my $from = -s $node->logfile;
	is(cleanup($admin, "database => 'work'")->{count}, 1, "$when: its session is retired");
	eval { $psql->query('SELECT 1') };
	like($psql->{stderr}, qr/FATAL:  57P05: ai_cleanup retired this idle connection\n/,
		"$when: the client is told");
	like($psql->{stderr}, qr/HINT:  Connect again/, "$when: and what to do");
	unlike($psql->{stderr}, qr/GSS|unwrap|token/i, "$when: in good order");
	unlike(new_log($node, $from), qr/(WARNING|ERROR|FATAL|PANIC):/, "$when: the server is quiet");
	eval { $psql->quit };
	wait_until_held($admin, 0);
}

# An answer that has not been read yet arrives whole before it.
my $late = gss_session('when_it_asks');
$late->query_safe('CREATE TABLE kept (id int)');
is($late->query_safe("INSERT INTO kept VALUES (1) RETURNING length(repeat('x', 100000))"),
	100000, 'work is done over GSSAPI');
wait_until_idle($admin, $late->query_safe('SELECT pg_backend_pid()'));
is(cleanup($admin, "database => 'work'")->{count}, 1, 'it is retired');
wait_until_held($admin, 1);
$late->quit;
wait_until_held($admin, 0);
is(ask($node, 'work', 'SELECT count(*) FROM kept'), 1, 'and what it did is kept');

$node->stop('fast');
done_testing();
