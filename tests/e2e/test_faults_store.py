"""A disk that is slow, fails or is full, and a gate that is killed: what was acknowledged is kept, what cannot be kept is not acknowledged."""

import random
import threading
import time

import pytest
import smpp
from harness.failing_disk import FailingDisk
from harness.gate import SENDERS, wait_until
from harness.patience import PATIENCE

ALICE = "33612345678"


@pytest.fixture
def disk(tmp_path):
    return FailingDisk(tmp_path)


def deliver(smsc, connection, text="STOP", source=ALICE):
    """A person writes and the sender acknowledges; returns (session, sequence_number) to look for the acknowledgement."""
    session = smsc.receiver()
    sent = smpp.deliver_sm(source, "36111", text, sequence=session.next_sequence())
    session.send(sent)
    connection.send(smpp.answer(connection.receive(), b"\0"))
    return session, sent.sequence_number


def acknowledged(smsc, session, number, timeout=10):
    return smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == number, timeout)[1]


def submit(connection, source="36111", destination=ALICE, sequence=77):
    return connection.request(smpp.submit_sm(source, destination, sequence=sequence)).command_status


def test_a_listener_acknowledges_what_is_synced_and_nothing_else(start_gate, smsc, disk):
    gate = start_gate([smsc.port], SENDERS + "listeners: [{system_id: shop1}]\n", environment=disk.environment)
    listener = smsc.receiver("shop1")
    message = smpp.deliver_sm(ALICE, "36111", "Hello")
    assert listener.request(message).command_status == 0
    disk.set("slow 1000")
    begun = time.monotonic()
    assert listener.request(message).command_status == 0
    assert time.monotonic() - begun >= 1
    disk.set("fail")
    assert listener.request(message).command_status == 0x64
    assert listener.request(message).command_status == 0x64
    disk.set("ok")
    wait_until(lambda: listener.request(message).command_status == 0, 20, "recovery")
    assert gate.metric("consentgate_listener_up", system_id="shop1") == 1


def test_a_slow_disk_holds_back_the_answer_to_the_stop_and_nothing_else(start_gate, smsc, disk):
    gate = start_gate([smsc.port], environment=disk.environment)
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert submit(esme) == 0
        disk.set("slow 2000")
        begun = time.monotonic()
        session, stop = deliver(smsc, esme)
        assert submit(esme) == 0x45  # blocked in memory already
        assert esme.request(smpp.pdu("enquire_link", sequence=78)).command_status == 0
        _, hello = deliver(smsc, esme, "hello")
        assert acknowledged(smsc, session, hello).command_status == 0
        assert time.monotonic() - begun < 1.5 * PATIENCE
        assert not [p for s, p in smsc.received if p.is_answer and p.sequence_number == stop and s is session]
        assert acknowledged(smsc, session, stop).command_status == 0
        assert time.monotonic() - begun >= 2


@pytest.mark.parametrize("fault", ["fail", "full", "readonly"])
def test_a_disk_that_fails_or_is_full(start_gate, smsc, disk, fault):
    gate = start_gate([smsc.port], environment=disk.environment)
    gate.opt_in(ALICE)
    with gate.bound() as esme, gate.bound("bank1") as bank:
        smsc.receiver()
        disk.set(fault)
        session = next(s for s in smsc.sessions if s.system_id == "shop1")
        sent = smpp.deliver_sm(ALICE, "36111", "STOP", sequence=session.next_sequence())
        session.send(sent)
        esme.send(smpp.answer(esme.receive(), b"\0"))
        assert acknowledged(smsc, session, sent.sequence_number).command_status == 0x64
        assert submit(esme) == 0x14
        assert submit(bank, "36222") == 0
        assert gate.http("GET", "/readyz")[0] == 503
        wait_until(lambda: gate.metric("consentgate_store_read_only") == 1)
        assert gate.metric("consentgate_submits_total", reason="store_unavailable") == 1
        disk.set("ok")
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 200, 15, "recovery")
        assert submit(esme) == 0x45
        again = smpp.deliver_sm(ALICE, "36111", "STOP", sequence=session.next_sequence())
        session.send(again)
        esme.send(smpp.answer(esme.receive(), b"\0"))
        assert acknowledged(smsc, session, again.sequence_number).command_status == 0
    gate.kill9()
    gate.start()
    with gate.bound() as esme:
        assert submit(esme) == 0x45
    assert [e["event"] for e in gate.events(ALICE)][0] == "opt_in" and gate.events(ALICE)[-1]["event"] == "opt_out"


def test_kill_9_in_a_stream_of_stops(start_gate, smsc, figure):
    gate = start_gate([smsc.port])
    first = 33600000000
    kept, asked_in_all, starts = set(), 0, []
    for round_number in range(6):
        with gate.bound() as esme:
            session = smsc.receiver()
            numbers = range(first + round_number * 1000, first + round_number * 1000 + 400)
            asked = {session.next_sequence(): n for n in numbers}
            asked_in_all += len(asked)

            def answer_all():
                try:
                    while True:
                        esme.send(smpp.answer(esme.receive(), b"\0"))
                except (smpp.Closed, OSError):
                    pass

            thread = threading.Thread(target=answer_all)
            thread.start()
            try:
                session.send(*[smpp.deliver_sm(str(n), "36111", "STOP", sequence=s) for s, n in asked.items()])
                wait_until(lambda: sum(1 for s, p in smsc.received if s is session and p.is_answer) > random.randrange(1, 200))
            finally:
                gate.kill9()
                thread.join()
            wait_until(lambda: session not in smsc.sessions)
            kept |= {asked[p.sequence_number] for s, p in smsc.received if s is session and p.is_answer and p.command_status == 0}
        begun = time.monotonic()
        gate.start()
        starts.append(time.monotonic() - begun)
    assert len(kept) > 6
    with gate.bound() as esme:
        for i, n in enumerate(sorted(kept)):
            assert submit(esme, destination=str(n), sequence=i + 1) == 0x45
    for n in sorted(kept):
        assert gate.events(n)[-1]["event"] == "opt_out"
    assert gate.metric("consentgate_submits_total", reason="opted_out") == len(kept)
    figure("kill -9 in a stream of STOPs", f"killed {len(starts)} times: {asked_in_all:,} STOPs sent, {len(kept):,} acknowledged, 0 of them lost; ready again "
           f"after {max(starts):.2f} s at most")


def test_an_esme_that_vanishes_with_a_stop_in_flight(gate, smsc):
    esme = gate.bound()
    session = smsc.receiver()
    session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=3))
    esme.receive()
    esme.reset()
    wait_until(lambda: [e["event"] for e in gate.events(ALICE)] == ["opt_out"])
