# A page of the documentation, as the blocks of commands that are in it.
package Page;

use strict;
use warnings;

use PostgreSQL::Test::Utils 'slurp_file';

# All of them; tests run in the folder of the source.
sub all
{
	return map { Page->new($_) } 'README.md', sort glob 'docs/*.md';
}

# Each block: language, text, line (where it begins), section (the heading it is under).
sub new
{
	my ($class, $file) = @_;
	my (@blocks, $block);
	my ($section, $line) = ('', 0);

	for my $text (split /\n/, slurp_file($file))
	{
		$line++;
		if ($text =~ /^\s*```(\S*)/)
		{
			push @blocks, $block if $block;
			$block = $block ? undef : { language => $1, text => '', line => $line, section => $section };
		}
		elsif ($block) { $block->{text} .= "$text\n" }
		elsif ($text =~ /^#+ +(.+)/) { $section = $1 }
	}
	die "$file: the block of line $block->{line} does not end\n" if $block;
	return bless { file => $file, blocks => \@blocks }, $class;
}

sub file { return $_[0]{file} }

sub blocks
{
	my ($self, %only) = @_;
	return grep { my $block = $_; !grep { $block->{$_} ne $only{$_} } keys %only } @{ $self->{blocks} };
}

# What psql would be told, and shown, in a block that is a session with it: pairs of a command and
# the first line that follows.
sub session
{
	my ($block) = @_;
	return map { [ /^(.*)$/m, /\n(.*)/ ] } $block->{text} =~ /^app=[>#] (.*\n(?:(?!app=[>#] ).*\n)*)/gm;
}

# The errors that a block says its commands end with, in their order: in comments.
sub expected_errors
{
	my ($block) = @_;
	return $block->{text} =~ /(?:--|#) ((?:ERROR|FATAL):.*?)\s*$/gm;
}

1;
