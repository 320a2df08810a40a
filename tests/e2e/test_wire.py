"""What crosses, what the gate answers itself, and how sessions begin and end."""

import socket
import struct

import pytest
import smpp
from harness.gate import SENDERS, free_port, sanitized, wait_until


def crossing(connection, smsc, pdu):
    """Sends a request from the ESME and returns what the SMSC received."""
    before = len(smsc.pdus())
    connection.send(pdu)
    wait_until(lambda: len(smsc.pdus()) > before, what="crossing")
    return smsc.pdus()[before]


@pytest.mark.parametrize("kind", ["transceiver", "transmitter", "receiver"])
@pytest.mark.parametrize("version", [0x00, 0x22, 0x33, 0x34, 0x50, 0xFF])
def test_every_bind_crosses(gate, smsc, kind, version):
    with gate.connect() as esme:
        bind = smpp.bind(kind, "shop1", interface_version=version, sequence=99)
        answer = esme.request(bind)
        assert answer.command_status == 0 and answer.body == smpp.c_string("SMSC") + smpp.tlv(smpp.SC_INTERFACE_VERSION, b"\x34")
        assert smsc.pdus()[0].unnumbered == bind.unnumbered


def test_requests_without_a_verdict_cross_byte_for_byte(gate, smsc):
    requests = [smpp.pdu("query_sm", b"id\0\0\0\0"), smpp.pdu("cancel_sm", b"\0id\0\0\0\0\0\0\0"), smpp.pdu("replace_sm", b"id\0\0\0\0\0\0\0\0\2hi"),
                smpp.pdu("enquire_link"), smpp.pdu("enquire_link", b"x"), smpp.pdu(0x00010200, b"vendor"), smpp.pdu(0x112, b"5.0"), smpp.pdu(0x0A)]
    with gate.bound("bank1") as esme:
        for i, request in enumerate(requests):
            request = request.with_sequence(0x7FFFFFF0 + i)
            assert crossing(esme, smsc, request).unnumbered == request.unnumbered
            assert esme.receive().sequence_number == request.sequence_number


def test_answers_come_back_byte_for_byte_in_any_order(start_smsc, start_gate):
    held = []
    smsc = start_smsc(answer=lambda s, p: held.append((s, p)) or [] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port])
    with gate.bound("bank1") as esme:
        numbers = [5, 5, 1, 0, 0x7FFFFFFF, 0xFFFFFFFF]
        esme.send(*[smpp.submit_sm("36222", "33612345678", sequence=n) for n in numbers])
        wait_until(lambda: len(held) == len(numbers))
        answers = [smpp.answer(p, body, status) for (_, p), (body, status) in zip(held, [
            (b"id\0", 0), (b"", 0x40A), (b"id\0" + smpp.tlv(0x1400, b"x"), 0), (b"\0", 0x58), (b"noNUL", 0), (b"", 0xFFFFFFFF)])]
        for a in reversed(answers):
            held[0][0].send(a)
        got = [esme.receive() for _ in numbers]
        assert [(g.unnumbered, g.sequence_number) for g in got] == [(a.unnumbered, n) for a, n in zip(reversed(answers), reversed(numbers))]


def test_a_window_of_thousands(gate, smsc):
    with gate.bound("bank1") as esme:
        esme.send(*[smpp.submit_sm("36222", "33612345678", sequence=n) for n in range(1, 5001)])
        assert sorted(esme.receive().sequence_number for _ in range(5000)) == list(range(1, 5001))


def test_what_the_smsc_sends_crosses(gate, smsc):
    with gate.bound("bank1") as esme:
        session = smsc.receiver()
        for request in [smpp.deliver_sm("33612345678", "36222", "hello", sequence=7, tlvs=smpp.tlv(0x1401, b"?")), smpp.pdu("enquire_link", sequence=7),
                        smpp.pdu("alert_notification", b"\0\0a\0\0\0b\0", sequence=7), smpp.data_sm("33612345678", "36222", sequence=7),
                        smpp.pdu(0x00010299, b"x", sequence=7)]:
            session.send(request)
            got = esme.receive()
            assert got.unnumbered == request.unnumbered
            if request.name != "alert_notification":
                reply = smpp.answer(got, b"\0" + smpp.tlv(0x1402, b"y"), 0x55F)
                esme.send(reply)
                _, back = smsc.wait_for(lambda s, p: p.is_answer and p.command_id == reply.command_id)
                assert back.unnumbered == reply.unnumbered and back.sequence_number == 7


def test_deliver_before_the_bind_answer(start_smsc, start_gate):
    def answer(session, p):
        if p.name == "bind_transceiver":
            session.send(smpp.deliver_sm("33612345678", "36222", "early"))
        return None
    gate = start_gate([start_smsc(answer=answer).port])
    with gate.connect() as esme:
        esme.send(smpp.bind("transceiver", "bank1"), smpp.submit_sm("36222", "33612345678", sequence=2))
        assert [esme.receive().name for _ in range(3)] == ["deliver_sm", "bind_transceiver_resp", "submit_sm_resp"]


def test_before_a_bind(gate):
    with gate.connect() as esme:
        assert esme.request(smpp.pdu("enquire_link", sequence=3)).name == "enquire_link_resp"
        assert esme.request(smpp.submit_sm("36111", "33612345678", sequence=4)).command_status == 0x04
        assert esme.request(smpp.pdu("unbind", sequence=5)).name == "unbind_resp"
        assert esme.closed_by_peer()


def test_second_bind(gate, smsc):
    with gate.bound() as esme:
        assert esme.bind("transmitter", "bank1", sequence=9).command_status == 0x05
        assert len(smsc.pdus()) == 1


def test_refused_bind_comes_back(start_smsc, start_gate):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0E)] if p.name.startswith("bind") else None)
    with start_gate([smsc.port]).connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0E


def test_no_upstream(start_gate):
    gate = start_gate([free_port(), free_port()])
    with gate.connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0D
    assert 'consentgate_upstream_up{upstream="127.0.0.1' in gate.metrics()


def test_the_next_upstream_when_one_is_down(start_gate, smsc):
    with start_gate([free_port(), smsc.port]).bound():
        assert smsc.pdus()[0].name == "bind_transceiver"


def test_unbind_by_either_side(gate, smsc):
    with gate.bound() as esme:
        assert esme.request(smpp.pdu("unbind", sequence=3)).name == "unbind_resp"
        assert esme.closed_by_peer()
    wait_until(lambda: not smsc.sessions)
    with gate.bound() as esme:
        smsc.receiver().send(smpp.pdu("unbind", sequence=8))
        esme.send(smpp.answer(esme.receive()))
        assert esme.closed_by_peer()
        wait_until(lambda: not smsc.sessions)


def test_close_by_either_side(gate, smsc):
    esme = gate.bound()
    esme.close()
    wait_until(lambda: not smsc.sessions)
    with gate.bound() as esme:
        smsc.receiver().connection.socket.shutdown(socket.SHUT_RDWR)
        assert esme.closed_by_peer()


@pytest.mark.parametrize("octets", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes.fromhex("16030100c8010000c403030000000000"), b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_what_is_not_smpp_is_closed_without_a_byte(gate, octets):
    with gate.connect() as esme:
        esme.send(octets)
        assert esme.closed_by_peer() and not esme.received
    assert gate.metric("consentgate_limits_total", limit="not_smpp") == 1


@pytest.mark.parametrize("length", [0, 15, 70001, 0x7FFFFFFF])
def test_lost_framing(gate, length):
    with gate.bound() as esme:
        esme.send(struct.pack(">IIII", length, 4, 0, 12))
        assert esme.closed_by_peer()
        assert [(p.name, p.command_status, p.sequence_number) for p in esme.received[1:]] == [("generic_nack", 2, 12)]
    assert gate.metric("consentgate_malformed_pdus_total", leg="esme") == 1


def test_a_full_message_payload_crosses_cut_anywhere(gate, smsc):
    submit = smpp.submit_sm("36222", "33612345678", b"", tlvs=smpp.tlv(0x0424, b"x" * 65535))
    with gate.bound("bank1") as esme:
        for i in range(0, len(submit.raw), 1009):
            esme.send(submit.raw[i:i + 1009])
        assert esme.receive().command_status == 0
    assert smsc.pdus("submit_sm")[0].unnumbered == submit.unnumbered


def test_time_to_bind_and_connections(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "limits: {bind_timeout: 500ms, max_connections: 2, max_connections_per_address: 2}\n")
    with gate.connect() as one, gate.connect() as two:
        one.request(smpp.pdu("enquire_link"))
        two.request(smpp.pdu("enquire_link"))
        with gate.connect() as three:
            assert three.closed_by_peer()
        assert one.closed_by_peer(3) and two.closed_by_peer(3)
    assert gate.metric("consentgate_limits_total", limit="time_to_bind") == 2
    assert gate.metric("consentgate_limits_total", limit="connections") == 1


def test_inactivity(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "limits: {inactivity_timeout: 500ms}\n")
    with gate.bound() as esme:
        assert esme.receive(5).name == "unbind"


def test_a_peer_that_does_not_read_slows_itself_only(gate, smsc):
    with gate.bound("bank1") as slow, gate.bound("bank1") as quick:
        flood = smpp.submit_sm("36222", "33612345678", b"x" * 200, sequence=1).raw * 1000
        slow.socket.settimeout(1)
        with pytest.raises(OSError):
            for _ in range(2000):
                slow.socket.sendall(flood)
        assert quick.request(smpp.submit_sm("36222", "33612345678", sequence=3)).command_status == 0
        assert sanitized() or gate.metric("process_resident_memory_bytes") < 300e6


def test_drain(start_smsc, start_gate):
    held = []
    smsc = start_smsc(answer=lambda s, p: held.append((s, p)) or [] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port])
    with gate.bound("bank1") as esme:
        esme.send(smpp.submit_sm("36222", "33612345678", sequence=5))
        wait_until(lambda: held)
        gate.process.terminate()
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 503)
        assert esme.silent()
        with pytest.raises(OSError):
            gate.connect()
        held[0][0].send(smpp.answer(held[0][1], b"id\0"))
        assert esme.receive().sequence_number == 5
        unbind = esme.receive()
        assert unbind.name == "unbind"
        esme.send(smpp.answer(unbind))
        assert esme.closed_by_peer()
    assert gate.process.wait(10) == 0
    assert smsc.pdus("unbind")


def test_reload(gate, smsc):
    with gate.bound() as esme:
        assert esme.request(smpp.submit_sm("36111", "33612345678")).command_status == 0x45
        gate.configure(SENDERS + "policy: {default: opt_in, refusal_status: 0x55F}\n")
        gate.reload()
        assert esme.request(smpp.submit_sm("36111", "33612345678")).command_status == 0x55F
        gate.configure(SENDERS + "policy: {defautl: opt_in}\n")
        gate.reload()
        assert gate.metric("consentgate_config_reloads_total", result="failed") == 1
        assert esme.request(smpp.submit_sm("36111", "33612345678")).command_status == 0x55F
    assert "did you mean `default`" in gate.log_path.read_text()
