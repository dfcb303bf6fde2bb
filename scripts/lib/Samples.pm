# What scripts/lib/leak has printed, as data: for each run its label, seconds, rate, slots, how
# many of them are reserved, and the lists `connections` ([time, count]), `accepted` ([time]) and
# `refused` ([time, message]). Read by plot and plot_svg.
package Samples;
use strict;
use warnings;

sub new {
    return bless { runs => [] }, shift;
}

# Takes in one more line.
sub add {
    my ($self, $line) = @_;
    my ($first, $rest) = $line =~ /^(\S+) ?(.*)$/ or die "not a sample: $line";

    if ($first eq 'run') {
        push @{ $self->{runs} },
            { label => $rest, connections => [], accepted => [], refused => [] };
        return;
    }
    my $run = $self->{runs}[-1] or die "no run yet: $line";
    if ($first =~ /^[0-9]/) {
        my ($what, $value) = split ' ', $rest, 2;
        push @{ $run->{$what} }, [$first, $value];
    }
    else {
        $run->{$first} = $rest;
    }
}

# Those of which there is something to see.
sub runs {
    my ($self) = @_;
    return grep { @{ $_->{connections} } } @{ $self->{runs} };
}

# What became of a run's logins, in a few words.
sub outcome {
    my ($run) = @_;
    my $refused = @{ $run->{refused} };
    my $all = $refused + @{ $run->{accepted} };
    return $refused ? "$refused of $all logins refused" : "all $all logins worked";
}

# What the first refused login was told, if one was.
sub message {
    my ($self) = @_;
    my ($first) = map { @{ $_->{refused} } } $self->runs;
    return $first && $first->[1];
}

sub limit {
    my ($run) = @_;
    my $text = "limit: $run->{slots} connections";
    return $run->{reserved} ? "$text, $run->{reserved} of them for superusers only" : $text;
}

1;
