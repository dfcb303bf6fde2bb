# Clients with short transactions, some of them at a time, and the books: what each was told of
# each transaction, against what the database says in the end.
package Transfers;

use strict;
use warnings;

use AiCleanup;
use PgClient;

# `$node` is the server, which is asked directly for what is in the tables, and `$door` is where the
# clients log in. How: as for connect_to.
sub new
{
	my ($class, $node, $door, $dbname, %how) = @_;
	my $self = bless {
		node => $node, door => $door, dbname => $dbname, how => \%how, clients => [],
		units => 0, outcome => {}, told => {}
	}, $class;

	$node->safe_psql($dbname, $_) for
	  'CREATE TABLE transfer (unit int PRIMARY KEY, account int NOT NULL, amount int NOT NULL)',
	  'CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)',
	  'INSERT INTO account SELECT id, 0 FROM generate_series(0, 99) AS id',
	  'GRANT ALL ON transfer, account TO PUBLIC';
	return $self;
}

sub _client
{
	my ($self, $number) = @_;
	return $self->{clients}[$number] //= connect_to($self->{door}, $self->{dbname}, %{ $self->{how} });
}

# One step of these transactions, all at the same time. What has failed has its outcome.
sub _step
{
	my ($self, $failed, $sql, @units) = @_;
	my @left;

	# A client that cannot even send is told so by the answer.
	$_->{client}->send_query($sql->($_)) for @units;
	for my $unit (@units)
	{
		my $answer = $unit->{client}->answer;
		if ($answer->{ready} && !$answer->{error})
		{
			push @left, $unit;
			next;
		}
		my $error = $answer->{error};
		$self->{outcome}{ $unit->{number} } = $failed;
		$self->{told}{ "$failed: " . ($error ? "$error->{C} $error->{M}" : 'nothing') }++;
		$unit->{client}->hang_up;
		undef $self->{clients}[ $unit->{account} ];
	}
	return @left;
}

# As many transactions, each by a client of its own and all of them open at the same time.
sub round
{
	my ($self, $count) = @_;
	my @units = map {
		{ number => $self->{units}++, account => $_, client => $self->_client($_), amount => 1 + int(rand(100)) }
	} 0 .. $count - 1;

	@units = $self->_step('refused', sub { 'BEGIN' }, @units);
	@units = $self->_step('cut',
		sub { "INSERT INTO transfer VALUES ($_[0]{number}, $_[0]{account}, $_[0]{amount})" }, @units);
	@units = $self->_step('cut',
		sub { "UPDATE account SET balance = balance + $_[0]{amount} WHERE id = $_[0]{account}" }, @units);
	@units = $self->_step('unsure', sub { 'COMMIT' }, @units);
	$self->{outcome}{ $_->{number} } = 'committed' for @units;
	return;
}

# A few transactions at a time, and now and then many, so that connections of a pool rest for
# very different times.
sub random_round
{
	my ($self, $most) = @_;
	my $count = 1;

	$count++ while $count < $most && rand() < 0.5;
	return $self->round($count);
}

sub count
{
	my ($self, $outcome) = @_;
	return scalar grep { $_ eq $outcome } values %{ $self->{outcome} };
}

# What the clients were told of their failures, a line each.
sub failures
{
	my ($self) = @_;
	return map { "$self->{told}{$_} times $_" } sort keys %{ $self->{told} };
}

# Whatever the books and the database do not agree on; empty if all is well. Of a COMMIT that was
# never answered cannot be known.
sub discrepancies
{
	my ($self) = @_;
	my %there = map { $_ => 1 } split /\n/, $self->{node}->safe_psql($self->{dbname}, 'SELECT unit FROM transfer');
	my @wrong;

	for my $unit (sort { $a <=> $b } keys %{ $self->{outcome} })
	{
		my $outcome = $self->{outcome}{$unit};
		my $is_there = delete $there{$unit};
		push @wrong, "unit $unit: $outcome, and " . ($is_there ? 'there' : 'not there')
		  if $outcome ne 'unsure' && ($outcome eq 'committed') != ($is_there // 0);
	}
	push @wrong, map { "unit $_: nobody's" } sort keys %there;
	push @wrong, 'the accounts are not what was transferred'
	  if $self->{node}->safe_psql($self->{dbname},
		'SELECT count(*) FROM account LEFT JOIN (SELECT account, sum(amount) AS sum FROM transfer GROUP BY account) AS all_of ON account = id WHERE balance <> coalesce(sum, 0)');
	return @wrong;
}

sub log_out
{
	my ($self) = @_;
	$_->log_out for grep { defined } @{ $self->{clients} };
	$self->{clients} = [];
	return;
}

1;
