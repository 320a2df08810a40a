"""How sessions begin and end when peers do not play by the book."""

import socket
import time

import pytest
import smpp
from harness.gate import SENDERS, sanitized, wait_until
from harness.patience import PATIENCE

ALICE = "33612345678"


def refusing_once(keep_connection):
    """An SMSC's answer to binds: the first is refused, and the connection kept or closed; later ones are taken."""
    refused = []

    def answer(session, p):
        if p.name != "bind_transceiver" or refused:
            return None
        refused.append(p)
        session.send(smpp.answer(p, b"", 0x0E))
        if not keep_connection:
            session.connection.socket.shutdown(socket.SHUT_RDWR)
        return []
    return answer


@pytest.mark.parametrize("keep_connection", [True, False])
def test_a_bind_after_a_refused_one_on_the_same_connection(start_smsc, start_gate, keep_connection):
    smsc = start_smsc(answer=refusing_once(keep_connection))
    gate = start_gate([smsc.port])
    with gate.connect() as esme:
        assert esme.bind("transceiver", "bank1", "wrong").command_status == 0x0E
        if not keep_connection:
            wait_until(lambda: not smsc.sessions)
        assert esme.bind("transceiver", "bank1", sequence=2).command_status == 0
        assert esme.request(smpp.submit_sm("36222", ALICE, sequence=3)).command_status == 0
        assert gate.metric("consentgate_sessions", leg="smsc") == 1
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    wait_until(lambda: gate.metric("consentgate_sessions", leg="smsc") == 0)


def test_what_the_smsc_left_unfinished_does_not_reach_the_next_connection(start_smsc, start_gate):
    first = []

    def answer(session, p):
        if p.name != "bind_transceiver" or first:
            return None
        first.append(p)
        session.send(smpp.answer(p, b"", 0x0E), b"\0\0\0\x10\0\0")
        session.connection.socket.shutdown(socket.SHUT_RDWR)
        return []
    smsc = start_smsc(answer=answer)
    with start_gate([smsc.port]).connect() as esme:
        assert esme.bind("transceiver", "bank1").command_status == 0x0E
        wait_until(lambda: not smsc.sessions)
        assert esme.bind("transceiver", "bank1", sequence=2).command_status == 0


def test_pipelined_behind_a_refused_bind(start_smsc, start_gate):
    smsc = start_smsc(answer=refusing_once(True))
    with start_gate([smsc.port]).connect() as esme:
        esme.send(smpp.bind("transceiver", "bank1"), smpp.submit_sm("36222", ALICE, sequence=2), smpp.pdu("enquire_link", sequence=3),
                  smpp.bind("transceiver", "bank1", sequence=4), smpp.submit_sm("36222", ALICE, sequence=5))
        got = [(p.name, p.command_status, p.sequence_number) for p in (esme.receive() for _ in range(5))]
        assert got == [("bind_transceiver_resp", 0x0E, 1), ("submit_sm_resp", 0x04, 2), ("enquire_link_resp", 0, 3),
                       ("bind_transceiver_resp", 0, 4), ("submit_sm_resp", 0, 5)]


def test_an_smsc_that_closes_instead_of_answering_the_bind(start_smsc, start_gate):
    smsc = start_smsc(answer=lambda s, p: s.connection.socket.shutdown(socket.SHUT_RDWR) or [])
    with start_gate([smsc.port]).connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0D
        assert esme.request(smpp.pdu("enquire_link", sequence=2)).command_status == 0  # it may bind again


def test_an_smsc_that_never_answers_the_bind(start_smsc, start_gate):
    smsc = start_smsc(answer=lambda s, p: [])
    gate = start_gate([smsc.port], SENDERS + "limits: {bind_timeout: 500ms}\n")
    with gate.connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0D
        assert esme.closed_by_peer()
    wait_until(lambda: not smsc.sessions)


def test_the_next_upstream_when_one_does_not_answer(start_gate, smsc):
    """Its address takes no connection and refuses none: a listener whose queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        waiting = [socket.socket() for _ in range(3)]
        for s in waiting:
            s.setblocking(False)
            s.connect_ex(silent.getsockname())
        gate = start_gate([silent.getsockname()[1], smsc.port], SENDERS + "limits: {connect_timeout: 300ms}\n")
        gate.bound().close()
        assert gate.metric("consentgate_upstream_up", upstream=f"127.0.0.1:{smsc.port}") == 1
        assert gate.metric("consentgate_upstream_up", upstream=f"127.0.0.1:{silent.getsockname()[1]}") == 0
        assert "no answer in time" in gate.log_path.read_text()
        for s in waiting:
            s.close()


def test_pipelined_and_half_closed(gate, smsc):
    """What a sender has written before it shut its side reaches the SMSC, and the answers reach the sender."""
    with gate.connect() as esme:
        esme.send(smpp.bind("transceiver", "bank1"), *[smpp.submit_sm("36222", ALICE, sequence=n) for n in range(2, 12)],
                  smpp.pdu("unbind", sequence=12))
        esme.socket.shutdown(socket.SHUT_WR)
        assert esme.closed_by_peer()
        assert [p.sequence_number for p in esme.received] == list(range(1, 13))
    assert len(smsc.pdus("submit_sm")) == 10


def test_the_smsc_closes_while_answers_are_pending(start_smsc, start_gate):
    held = []
    smsc = start_smsc(answer=lambda s, p: held.append((s, p)) or [] if p.name == "submit_sm" else None)
    with start_gate([smsc.port]).bound("bank1") as esme:
        esme.send(*[smpp.submit_sm("36222", ALICE, sequence=n) for n in (2, 3)])
        wait_until(lambda: len(held) == 2)
        held[0][0].send(smpp.answer(held[1][1], b"last\0"))
        held[0][0].connection.socket.shutdown(socket.SHUT_RDWR)
        assert esme.receive().message_id == "last"
        assert esme.closed_by_peer()


def test_unbind_behind_submits_in_flight(start_smsc, start_gate):
    held = []
    smsc = start_smsc(answer=lambda s, p: held.append(p) or [] if p.name == "submit_sm" else [smpp.answer(h, b"id\0") for h in held] + [smpp.answer(p)]
                      if p.name == "unbind" else None)
    with start_gate([smsc.port]).bound("bank1") as esme:
        esme.send(smpp.submit_sm("36222", ALICE, sequence=7), smpp.submit_sm("36222", ALICE, sequence=7), smpp.pdu("unbind", sequence=7))
        assert [esme.receive().name for _ in range(3)] == ["submit_sm_resp", "submit_sm_resp", "unbind_resp"]
        assert esme.closed_by_peer()


def test_a_drain_ends_in_time_when_nobody_answers(start_smsc, start_gate):
    smsc = start_smsc(answer=lambda s, p: None if p.name.startswith("bind") else [])
    gate = start_gate([smsc.port], SENDERS + "limits: {drain_timeout: 3s}\n")
    with gate.bound("bank1") as esme:
        esme.send(smpp.submit_sm("36222", ALICE, sequence=5))
        smsc.wait_for(lambda s, p: p.name == "submit_sm")
        began = time.monotonic()
        gate.process.terminate()
        assert esme.receive().name == "unbind"
        smsc.wait_for(lambda s, p: p.name == "unbind")
        assert gate.process.wait(10) == 0
        assert time.monotonic() - began < 4 * PATIENCE


def test_a_drain_answers_enquire_link_both_ways(start_smsc, start_gate):
    held = []
    smsc = start_smsc(answer=lambda s, p: held.append((s, p)) or [] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port])
    with gate.bound("bank1") as esme:
        esme.send(smpp.submit_sm("36222", ALICE, sequence=5))
        wait_until(lambda: held)
        gate.process.terminate()
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 503)
        assert esme.request(smpp.pdu("enquire_link", sequence=6)).name == "enquire_link_resp"
        assert held[0][0].request(smpp.pdu("enquire_link")).name == "enquire_link_resp"
        assert not smsc.pdus("enquire_link")
        held[0][0].send(smpp.answer(held[0][1], b"id\0"))
        assert esme.receive().sequence_number == 5
        esme.send(smpp.answer(esme.receive()))
    assert gate.process.wait(10) == 0


def test_inactivity_counts_pdus_not_octets(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "limits: {inactivity_timeout: 700ms}\n")
    with gate.bound() as esme:
        esme.send(b"\0\0\0\x10\0\0")
        assert esme.receive(5).name == "unbind"


def test_connections_per_address(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "limits: {max_connections_per_address: 1}\n")
    with gate.bound(), gate.connect() as second:
        assert second.closed_by_peer()
    assert gate.metric("consentgate_limits_total", limit="connections_per_address") == 1
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    gate.bound().close()


def test_an_smsc_that_does_not_read_slows_its_sender_only(start_smsc, start_gate):
    """...and the gate takes from the sender no more than it may keep."""
    stuck = []

    def answer(session, p):
        if session.system_id == "slow" and p.name == "submit_sm" and not stuck:
            stuck.append(session)
            while len(stuck) == 1:
                time.sleep(0.01)
        return None
    smsc = start_smsc(answer=answer)
    gate = start_gate([smsc.port], SENDERS.replace("[bank1]", "[bank1, slow]"))
    with gate.bound("slow") as slow, gate.bound("bank1") as quick:
        flood = smpp.submit_sm("36222", ALICE, b"x" * 200, sequence=1).raw * 1000
        slow.socket.settimeout(0.5)
        with pytest.raises(OSError):
            for _ in range(2000):
                slow.socket.sendall(flood)
        assert quick.request(smpp.submit_sm("36222", ALICE, sequence=3)).command_status == 0
        assert sanitized() or gate.metric("process_resident_memory_bytes") < 300e6
        assert gate.metric("consentgate_limits_total", limit="unsent_octets") >= 1
        stuck.append(None)
