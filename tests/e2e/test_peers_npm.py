"""The npm package smpp on either side of the gate."""

import pytest
import smpp
from harness.peer import an_esme_meets_consent, npm_peer

ALICE, BOB = "33612345678", "33687654321"


@pytest.fixture
def start_peer():
    started = []

    def start(*command):
        started.append(npm_peer(*command))
        return started[-1]

    yield start
    for p in started:
        p.stop()


def test_npm_smpp_as_the_esme(gate, smsc, start_peer):
    gate.opt_in(ALICE)
    an_esme_meets_consent(start_peer("npm_client.js", gate.port, "shop1"), gate, smsc)


def test_npm_smpp_as_the_smsc(start_gate, start_peer):
    smsc = start_peer("npm_server.js")
    gate = start_gate([smsc.said["port"]])
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert smsc.ask("bound") == ["shop1"]
        taken = esme.request(smpp.submit_sm("36111", ALICE, "Hello Alice"))
        assert (taken.command_status, taken.message_id) == (0, "npm-1")
        assert esme.request(smpp.submit_sm("36111", BOB)).command_status == 0x45

        smsc.tell(f"deliver {ALICE} 36111 Stop")
        delivered = esme.receive()
        assert (delivered.name, delivered.fields["source_addr"], delivered.fields["short_message"]) == ("deliver_sm", ALICE, b"Stop")
        esme.send(smpp.answer(delivered, b"\0"))
        assert smsc.next() == {"status": 0}

        assert esme.request(smpp.submit_sm("36111", ALICE, "Still there?")).command_status == 0x45
        assert smsc.ask("submitted") == [{"from": "36111", "to": ALICE, "text": "Hello Alice"}]
        assert gate.metric("consentgate_opt_outs_total", sender="shop", method="mo_keyword") == 1
        assert esme.request(smpp.pdu("unbind", sequence=9)).command_status == 0
