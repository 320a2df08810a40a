"""tests/data/quirks.tsv through the real gate: the first word of a row's name says what must happen."""

import pathlib

import pytest
import smpp
from harness.gate import wait_until

ROWS = [line.split("\t") for line in (pathlib.Path(__file__).parents[1] / "data" / "quirks.tsv").read_text().splitlines()]
# The tolerant classifier's, which comes later.
LATER = {"STOP-yes-gsm7_packed", "STOP-yes-please_stop"}
FROM_SMSC = {"deliver_sm", "alert_notification"}


def rows(*prefixes):
    return [pytest.param(bytes.fromhex(r[1]), id=r[0]) for r in ROWS if r[0].startswith(prefixes) and r[0] not in LATER]


def frames(octets):
    out = []
    while octets:
        length = int.from_bytes(octets[:4], "big")
        out.append(smpp.Pdu(octets[:length]))
        octets = octets[length:]
    return out


def crosses_as_request(pdu, esme, smsc):
    if pdu.name in FROM_SMSC:
        smsc.receiver().send(pdu)
        return esme.receive()
    before = len(smsc.pdus())
    esme.send(pdu)
    wait_until(lambda: len(smsc.pdus()) > before, what="crossing")
    return smsc.pdus()[before]


def crosses_as_answer(pdu, esme, smsc):
    """An answer needs a request: the peer that would answer is asked first."""
    request_id = pdu.command_id & 0x7FFFFFFF or 0x15
    if pdu.command_id == 0x80000000:
        request_id = 0x15
    session = smsc.receiver()
    if request_id in (0x05, 0x110):
        session.send(smpp.pdu(request_id, sequence=55))
        asked = esme.receive()
        esme.send(pdu.with_sequence(asked.sequence_number))
        return smsc.wait_for(lambda s, p: p.is_answer and p.command_id == pdu.command_id)[1]
    requests = {0x04: smpp.submit_sm("36222", "33612345678"), 0x21: smpp.submit_multi("36222", ["33612345678"])}
    smsc.answer = lambda s, p: [pdu.with_sequence(p.sequence_number)]
    return esme.request(requests.get(request_id, smpp.pdu(request_id)).with_sequence(55))


@pytest.mark.parametrize("octets", rows("ok-", "quirk-"))
def test_crosses(gate, smsc, octets):
    for pdu in frames(octets):
        if pdu.name.startswith("bind_") and pdu.is_answer:
            smsc.answer = lambda s, p: [pdu.with_sequence(p.sequence_number)] if p.name == pdu.name.removesuffix("_resp") else None
            with gate.connect() as esme:
                answer = esme.request(smpp.pdu(pdu.name.removesuffix("_resp"), smpp.bind("transceiver", "bank1").body, sequence=6))
            assert answer.unnumbered == pdu.unnumbered
        elif pdu.name.startswith("bind_"):
            with gate.connect() as esme:
                esme.request(pdu)
            assert smsc.pdus()[0].unnumbered == pdu.unnumbered
        elif pdu.name == "outbind":
            with gate.bound("bank1") as esme:
                smsc.receiver().send(pdu)
                assert esme.closed_by_peer()
        else:
            with gate.bound("bank1") as esme:
                got = (crosses_as_answer if pdu.is_answer else crosses_as_request)(pdu, esme, smsc)
                assert got.unnumbered == pdu.unnumbered


@pytest.mark.parametrize("octets", rows("bad-"))
def test_answered_with_an_error_and_the_session_lives(gate, smsc, octets):
    pdu = smpp.Pdu(octets)
    if pdu.name.startswith("bind_"):
        esme = gate.connect()
    else:
        esme = gate.bound("bank1")
    with esme:
        before = len(smsc.pdus())
        assert esme.request(pdu).command_status != 0
        assert len(smsc.pdus()) == before
        assert esme.request(smpp.pdu("enquire_link", sequence=99)).command_status == 0


@pytest.mark.parametrize("octets", rows("fatal-"))
@pytest.mark.parametrize("bound", [False, True])
def test_framing_is_lost(gate, octets, bound):
    with gate.bound("bank1") if bound else gate.connect() as esme:
        esme.send(octets)
        assert esme.closed_by_peer()
        assert (esme.received[-1].name, esme.received[-1].command_status) == ("generic_nack", 0x02)


@pytest.mark.parametrize("octets", rows("quiet-"))
def test_not_smpp(gate, octets):
    with gate.connect() as esme:
        esme.send(octets)
        assert esme.closed_by_peer() and not esme.received


@pytest.mark.parametrize("octets, opts_out", [(p.values[0], p.id.startswith("STOP-yes")) for p in rows("STOP-")],
                         ids=[p.id for p in rows("STOP-")])
def test_stop(gate, smsc, octets, opts_out):
    with gate.bound("shop1") as esme:
        smsc.receiver().send(smpp.Pdu(octets))
        delivered = esme.receive()
        assert delivered.unnumbered == smpp.Pdu(octets).unnumbered
        esme.send(smpp.answer(delivered, b"\0"))
        smsc.wait_for(lambda s, p: p.is_answer)
    assert (gate.metric("consentgate_opt_outs_total") == 1) == opts_out
