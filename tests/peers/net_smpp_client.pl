#!/usr/bin/perl
# An ESME on Net::SMPP: net_smpp_client.pl PORT SYSTEM_ID
# Binds as a transceiver and says {"bound": status}; then obeys a command a line, each with one line of JSON:
#   submit FROM TO TEXT   {"status", "id"}
#   receive               {"from", "to", "text"} of the next deliver_sm, which it acknowledges
#   unbind                {"status"}
use strict;
use warnings;
use JSON::PP ();
use Net::SMPP;

my ($port, $system_id) = @ARGV;
$| = 1;
sub say_json { print JSON::PP->new->canonical->encode($_[0]), "\n" }

my ($smpp, $bound) = Net::SMPP->new_transceiver(
    '127.0.0.1', port => $port, smpp_version => 0x34, interface_version => 0x34, system_id => $system_id, password => 'secret')
  or die "no bind: $!";
say_json({bound => $bound->status});

my %commands = (
    submit => sub {
        my ($source, $destination, $text) = split / /, $_[0], 3;
        my $answer = $smpp->submit_sm(
            source_addr => $source, dest_addr_ton => 1, dest_addr_npi => 1, destination_addr => $destination, short_message => $text)
          or die "no submit_sm_resp: $!";
        return {status => $answer->status, id => $answer->{message_id} // ''};
    },
    receive => sub {
        while (my $pdu = $smpp->read_pdu) {
            $smpp->enquire_link_resp(seq => $pdu->seq) if $pdu->cmd == Net::SMPP::CMD_enquire_link;
            next unless $pdu->cmd == Net::SMPP::CMD_deliver_sm;
            $smpp->deliver_sm_resp(seq => $pdu->seq, message_id => '');
            return {from => $pdu->{source_addr}, to => $pdu->{destination_addr}, text => $pdu->{short_message}};
        }
        die "the connection ended before a deliver_sm came";
    },
    unbind => sub { return {status => $smpp->unbind->status} },
);
while (my $line = <STDIN>) {
    chomp $line;
    my ($name, $rest) = split / /, $line, 2;
    say_json($commands{$name}->($rest));
}
