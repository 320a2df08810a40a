"""Perl's Net::SMPP as a sender."""

import shutil
import subprocess

import pytest
from harness.peer import PEERS, Peer, an_esme_meets_consent

ALICE = "33612345678"


@pytest.mark.skipif(not shutil.which("perl") or subprocess.run(["perl", "-MNet::SMPP", "-e", "1"], capture_output=True).returncode != 0,
                    reason="Perl's Net::SMPP is not installed (libnet-smpp-perl)")
def test_net_smpp_as_the_esme(gate, smsc):
    gate.opt_in(ALICE)
    peer = Peer("perl", PEERS / "net_smpp_client.pl", gate.port, "shop1")
    try:
        an_esme_meets_consent(peer, gate, smsc)
    finally:
        peer.stop()
