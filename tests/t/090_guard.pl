# Whatever C++ throws below bridge/guard.hpp becomes one clean ERROR: the session goes on,
# every destructor has run, and nothing is left in memory. The last part shows that these
# tests notice what the guard prevents.
use strict;
use warnings;

use AiCleanup;
use Test::More;

my $node = start_node('main');
my $session = connect_to($node, 'postgres');
my $pid = $session->pid;

$session->value("CREATE FUNCTION $_ AS 'ai_cleanup_guard_test' LANGUAGE C STRICT")
  for ('throw_guarded(text) RETURNS void',
	'answer_guarded(int) RETURNS int',
	'raise_in_catch() RETURNS void',
	'raise_over_locals() RETURNS void',
	'locals_alive() RETURNS int',
	'resident_bytes() RETURNS bigint');

# Kind, SQLSTATE, text. Failure keeps 255 bytes of a text.
my @kinds = (
	[ 'bad_alloc', '53200', 'ai_cleanup: out of memory' ],
	[ 'no_memory', '53200', 'ai_cleanup: out of memory' ],
	[ 'runtime_error', 'XX000', 'ai_cleanup: went wrong' ],
	[ 'percent', 'XX000', 'ai_cleanup: 100%s %n of it' ],
	[ 'long_text', 'XX000', 'ai_cleanup: ' . 'x' x 255 ],
	[ 'no_text', 'XX000', 'ai_cleanup: ' ],
	[ 'integer', 'XX000', 'ai_cleanup: unknown C++ exception' ],
	[ 'string', 'XX000', 'ai_cleanup: unknown C++ exception' ],
	[ 'foreign', 'XX000', 'ai_cleanup: unknown C++ exception' ],
	[ 'nested', 'XX000', 'ai_cleanup: thrown in a catch block' ],
	[ 'inner', 'XX000', 'ai_cleanup: the outer one, after: the inner one' ],
	[ 'over_locals', 'XX000', 'ai_cleanup: thrown over 101 locals and 10000 bytes' ]);
# AddressSanitizer's allocator ends the process where others throw (see scripts/sanitize).
@kinds = grep { $_->[0] ne 'no_memory' } @kinds if $ENV{ASAN_OPTIONS};

sub locals_alive { return $session->value('SELECT locals_alive()') }

# Success.
is($session->value('SELECT answer_guarded(100)'), 5050, 'a value comes back');
is($session->query("SELECT throw_guarded('nothing')")->{error}, undef, 'nothing thrown, no error');
is(locals_alive(), 0, 'no destructor is outstanding');

# One error each, for a client and for PL/pgSQL.
for (@kinds)
{
	my ($kind, $sqlstate, $text) = @$_;
	my $answer = $session->query("SELECT throw_guarded('$kind')");

	is("$answer->{error}{S} $answer->{error}{C}", "ERROR $sqlstate", "$kind: its SQLSTATE");
	is($answer->{error}{M}, $text, "$kind: its text");
	is($answer->{ready}, 'I', "$kind: the session is ready again");

	$answer = $session->query(<<SQL);
BEGIN;
DO \$\$
DECLARE state text; message text;
BEGIN
	PERFORM throw_guarded('$kind');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
	RAISE INFO '% %', state, message;
END \$\$;
SELECT answer_guarded(10)
SQL
	is($answer->{notices}[0]{M}, "$sqlstate $text", "$kind: caught in PL/pgSQL");
	is($answer->{rows}[0][0], 55, "$kind: and the transaction goes on");
	is($session->query('COMMIT')->{tags}[0], 'COMMIT', "$kind: and commits");
	is(locals_alive(), 0, "$kind: every destructor has run");
}

# Many of them.
sub repeat
{
	my ($times, $call) = @_;
	$session->value(<<SQL);
DO \$\$
BEGIN
	FOR i IN 1..$times LOOP
		BEGIN
			PERFORM $call;
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	END LOOP;
END \$\$
SQL
	return;
}

sub resident { return $session->value('SELECT resident_bytes()') }

# By how many bytes the process grows over this many errors, once it is warm.
sub growth
{
	my ($times, $call) = @_;

	repeat(10_000, $call);
	my $before = resident();
	repeat($times, $call);
	return resident() - $before;
}

my $many = 20_000;
my $slack = 2 * 1024 * 1024;

SKIP:
{
	skip 'this system has no /proc/self/statm', 1 + @kinds unless defined resident();

	for (@kinds)
	{
		my ($kind) = @$_;
		my $growth = growth($many, "throw_guarded('$kind')");
		cmp_ok($growth, '<', $slack, "$kind: $many errors leave nothing in memory ($growth bytes)");
	}
	my $growth = growth($many, 'raise_in_catch()');
	cmp_ok($growth, '>', 4 * $slack, "for contrast, raised in a catch block ($growth bytes)");
}
is(locals_alive(), 0, 'every destructor has run');

$session->query('SELECT raise_over_locals()') for 1 .. 3;
is(locals_alive(), 3, 'for contrast, raised over objects with destructors');

is($session->value('SELECT pg_backend_pid()'), $pid, 'all in one and the same session');
$node->stop('fast');
done_testing();
