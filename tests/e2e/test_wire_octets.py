"""Octets as hostile or broken peers send them."""

import json
import struct

import pytest
import smpp
from harness.gate import wait_until

ALICE, BOB = "33612345678", "33687654321"


def test_a_conversation_cut_at_every_octet(gate, smsc):
    gate.opt_in(ALICE)
    conversation = [smpp.pdu("enquire_link", sequence=1), smpp.bind("transceiver", "shop1", sequence=2), smpp.submit_sm("36111", ALICE, sequence=3),
                    smpp.submit_sm("36111", BOB, sequence=4), smpp.submit_multi("36111", [ALICE, BOB], sequence=5),
                    smpp.data_sm("36111", ALICE, sequence=6), smpp.pdu(0x00010200, b"vendor", sequence=7), smpp.pdu("unbind", sequence=8)]
    octets = b"".join(p.raw for p in conversation)

    def talk(cut):
        before = len(smsc.pdus())
        with gate.connect() as esme:
            esme.send(octets[:cut])
            esme.send(octets[cut:])
            assert esme.closed_by_peer()
            answers = sorted((p.sequence_number, p.name, p.command_status) for p in esme.received)
        wait_until(lambda: not smsc.sessions)
        return answers, [p.unnumbered for p in smsc.pdus()[before:]]

    whole = talk(0)
    assert [n for n, _, _ in whole[0]] == list(range(1, 9)) and len(whole[1]) == 6
    for cut in range(1, len(octets)):
        assert talk(cut) == whole, cut


@pytest.mark.parametrize("octets", [b"AMQP\0\0\x09\x01", b"SSH-2.0-", b"GET / HT", bytes.fromhex("160301020001000001fc0303"), b"\0\0\0\x08\x04\xd2\x16\x2f",
                                    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes.fromhex("0300001302e00000"), b"\r\n\r\n\0\r\nQUIT\n", b"GET ", b"*1\r\n$4"])
def test_the_first_octets_of_another_protocol(gate, octets):
    """Closed without a byte, also when nothing follows."""
    with gate.connect() as peer:
        peer.send(octets)
        assert peer.closed_by_peer(4) and not peer.received
    assert gate.metric("consentgate_limits_total", limit="not_smpp") == 1


@pytest.mark.parametrize("octets", [b"GET / HTTP/1.1\r\n\r\n", bytes.fromhex("16030100c8010000c403030000000000"), b"AMQP\0\0\x09\x01", b"abc\x7f"])
@pytest.mark.parametrize("leg", ["esme", "smsc"])
def test_another_protocol_after_a_bind(gate, smsc, octets, leg):
    with gate.bound() as esme:
        (esme if leg == "esme" else smsc.receiver()).send(octets)
        assert esme.closed_by_peer(4)
        wait_until(lambda: not smsc.sessions)
        nack = esme.received[-1] if leg == "esme" else smsc.pdus()[-1]
        assert (nack.name, nack.command_status) == ("generic_nack", 2)
    assert gate.metric("consentgate_malformed_pdus_total", leg=leg) == 1


@pytest.mark.parametrize("bound", [True, False])
def test_every_impossible_command_length(gate, bound):
    for length in [*range(16), 70001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]:
        with (gate.bound() if bound else gate.connect()) as esme:
            esme.received.clear()
            esme.send(struct.pack(">IIII", length, 4, 0, 12))
            assert esme.closed_by_peer()
            assert [(p.name, p.command_status, p.sequence_number) for p in esme.received] == [("generic_nack", 2, 12)], length


def test_the_longest_pdu(gate, smsc):
    with gate.bound("bank1") as esme:
        longest = smpp.pdu(0x00010200, b"x" * (70000 - 16), sequence=3)
        assert esme.request(longest).name == "generic_nack"
        assert smsc.pdus()[-1].unnumbered == longest.unnumbered


@pytest.mark.parametrize("command_id", [0, 0x0A, 0x0C, 0x104, 0xFFFF, 0x00010200, 0x000102FF, 0x7FFFFFFF, 0x112, 0x113])
def test_unknown_command_ids_cross_both_ways(gate, smsc, command_id):
    with gate.bound("bank1") as esme:
        request = smpp.pdu(command_id, b"\xff\0", 0x12345678, sequence=0x80000005)
        assert esme.request(request).name == "generic_nack"
        assert smsc.pdus()[-1].unnumbered == request.unnumbered
        smsc.receiver().send(request.with_sequence(0))
        got = esme.receive()
        assert got.unnumbered == request.unnumbered
        esme.send(smpp.answer(got, b"ok", 0x7fff))
        _, back = smsc.wait_for(lambda s, p: p.is_answer)
        assert (back.unnumbered, back.sequence_number) == (smpp.answer(got, b"ok", 0x7fff).unnumbered, 0)


def test_generic_nack_of_a_request_in_flight_reaches_the_right_one(start_smsc, start_gate):
    held = []
    smsc = start_smsc(answer=lambda s, p: held.append(p) or [] if p.name == "submit_sm" else None)
    with start_gate([smsc.port]).bound("bank1") as esme:
        esme.send(smpp.submit_sm("36222", ALICE, sequence=70), smpp.submit_sm("36222", ALICE, sequence=71))
        wait_until(lambda: len(held) == 2)
        smsc.receiver().send(smpp.pdu("generic_nack", status=3, sequence=held[1].sequence_number))
        got = esme.receive()
        assert (got.name, got.command_status, got.sequence_number) == ("generic_nack", 3, 71)
        smsc.receiver().send(smpp.deliver_sm(ALICE, "36222", "hi", sequence=900))
        got = esme.receive()
        esme.send(smpp.pdu("generic_nack", status=2, sequence=got.sequence_number))
        _, back = smsc.wait_for(lambda s, p: p.name == "generic_nack")
        assert (back.command_status, back.sequence_number) == (2, 900)


def test_generic_nack_with_sequence_number_0_crosses(gate, smsc):
    """4.3: whoever sends it could not read the header it complains of."""
    nack = smpp.pdu("generic_nack", status=2, sequence=0)
    with gate.bound("bank1") as esme:
        smsc.receiver().send(nack)
        assert esme.receive() == nack
        esme.send(nack)
        assert smsc.wait_for(lambda s, p: p.name == "generic_nack")[1] == nack
        assert esme.request(smpp.submit_sm("36222", ALICE, sequence=4)).command_status == 0


def test_answers_nobody_waits_for(gate, smsc):
    with gate.bound("bank1") as esme:
        esme.send(smpp.pdu("deliver_sm_resp", b"\0", sequence=4242), smpp.pdu("generic_nack", status=3, sequence=4242), smpp.pdu("bind_receiver_resp"))
        smsc.receiver().send(smpp.pdu("submit_sm_resp", b"id\0", sequence=0x7FFFFFFF), smpp.pdu("bind_transceiver_resp", b"\0", sequence=1))
        assert esme.request(smpp.submit_sm("36222", ALICE, sequence=4)).command_status == 0
        wait_until(lambda: gate.metric("consentgate_stray_answers_total", leg="smsc") == 2)
        assert gate.metric("consentgate_stray_answers_total", leg="esme") == 3


def test_a_command_the_esme_may_not_send_crosses(gate, smsc):
    """deliver_sm and alert_notification from an ESME are the SMSC's to refuse."""
    with gate.bound("bank1") as esme:
        for request in (smpp.deliver_sm(ALICE, "36222", "STOP", sequence=4), smpp.pdu("alert_notification", b"\0\0a\0\0\0b\0", sequence=5)):
            esme.send(request)
            _, got = smsc.wait_for(lambda s, p: p.name == request.name)
            assert got.unnumbered == request.unnumbered


@pytest.mark.parametrize("leg", ["esme", "smsc"])
def test_outbind_ends_it(gate, smsc, leg):
    with gate.bound() as esme:
        (esme if leg == "esme" else smsc.receiver()).send(smpp.pdu("outbind", b"id\0pw\0"))
        assert esme.closed_by_peer()
        wait_until(lambda: not smsc.sessions)


@pytest.mark.parametrize("system_id", [b"caf\xe9", b"a\"b\\c\nd", b"\xff\xfe\xfd", b"x" * 300, b"\x01\x7f", b""])
def test_a_system_id_cannot_forge_a_log_line_or_a_label(gate, smsc, system_id):
    with gate.connect() as esme:
        assert esme.bind("transceiver", system_id).command_status == 0
        assert esme.request(smpp.submit_sm("99999", ALICE, sequence=2)).command_status == 0x45
        session = smsc.receiver()
        session.send(smpp.deliver_sm(ALICE, "caf\xe9", "STOP", sequence=3, ton=5))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        assert smsc.wait_for(lambda s, p: p.name == "deliver_sm_resp")[1].command_status == 0
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    text = gate.metrics()  # decoded as UTF-8: a scraper refuses anything else
    for line in text.splitlines():
        assert line.startswith(("#", "consentgate_", "process_")), line
    assert "reason=\"no_consent\"" in text
    event = gate.events(ALICE)[-1]
    assert event["event"] == "opt_out" and event["evidence"]["pdu"]
    assert gate.stop() == 0
    for line in gate.log_path.read_bytes().decode().splitlines():
        json.loads(line)


def test_a_refused_bind_leaves_no_trace_of_its_system_id(start_smsc, start_gate):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0F)])
    gate = start_gate([smsc.port])
    with gate.connect() as esme:
        assert esme.bind("transceiver", "nobody-knows").command_status == 0x0F
        assert esme.request(smpp.submit_sm("1", ALICE, sequence=2)).command_status == 0x04
        assert "nobody-knows" not in gate.metrics()
