"""Who may bind: from where, and how often at the same time."""

import json
import socket
import time

import pytest
import smpp
from harness.gate import SENDERS, sanitized, wait_until
from harness.patience import PATIENCE

ADMISSIONS = SENDERS.replace("name: shop", "name: shop\n    max_binds: 2").replace("name: bank", "name: bank\n    allow_from: [127.0.0.2, 10.0.0.0/8]")


def bind_from(gate, address, system_id):
    connection = smpp.Connection(socket.create_connection(("127.0.0.1", gate.port), 10, source_address=(address, 0)))
    return connection, connection.bind("transceiver", system_id).command_status


def limits(gate, limit):
    return gate.metric("consentgate_limits_total", limit=limit)


def test_allow_from(start_gate, smsc):
    gate = start_gate([smsc.port], ADMISSIONS)
    inside, status = bind_from(gate, "127.0.0.2", "bank1")
    assert status == 0
    outside, status = bind_from(gate, "127.0.0.1", "bank1")
    assert status == 0x0D and limits(gate, "allow_from") == 1
    assert outside.bind("transceiver", "club1", sequence=5).command_status == 0  # others are not concerned
    assert [p.message_id for p in smsc.pdus("bind_transceiver")] == ["bank1", "club1"]
    gate.configure(ADMISSIONS.replace("127.0.0.2", "127.0.0.0/8"))
    gate.reload()
    assert bind_from(gate, "127.0.0.1", "bank1")[1] == 0
    inside.close()


def test_max_binds(start_gate, start_smsc):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0E)] if p.message_id == "shop2" else None)
    gate = start_gate([smsc.port], ADMISSIONS + "workers: 2\n")
    first, second = gate.bound("shop1"), gate.bound("shop1")
    with gate.connect() as third:
        assert third.bind("transceiver", "shop1").command_status == 0x0D
        assert third.bind("transceiver", "shop2", sequence=2).command_status == 0x0D  # the sender counts, not the system_id
        assert limits(gate, "max_binds") == 2
        first.close()
        wait_until(lambda: third.bind("transceiver", "shop1", sequence=3).command_status == 0)
    second.close()
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    refused = [gate.connect() for _ in range(3)]
    assert [c.bind("transceiver", "shop2").command_status for c in refused] == [0x0E] * 3  # by the SMSC: they hold no place
    bound = [gate.bound("shop1"), gate.bound("shop1")]
    gate.configure(ADMISSIONS.replace("max_binds: 2", "max_binds: 3"))
    gate.reload()
    gate.bound("shop1").close()
    for c in refused + bound:
        c.close()


LIMITED = SENDERS.replace("name: shop", "name: shop\n    max_submits_per_second: 20").replace("name: bank", "name: bank\n    max_submits_per_second: 5")


def submits(gate, **labels):
    return gate.metric("consentgate_submits_total", **labels)


def answers_to(connection, requests):
    """The statuses of the answers by sequence_number, in the order in which they came."""
    statuses = {}
    while len(statuses) < requests:
        answer = connection.receive()
        if answer.is_answer:
            statuses[answer.sequence_number] = answer.command_status
    return statuses


def test_a_rate_is_refused(start_gate, smsc):
    gate = start_gate([smsc.port], LIMITED + "workers: 2\n")
    gate.opt_in("33612345678")
    binds = [gate.bound("shop1"), gate.bound("shop2")]
    began = time.monotonic()
    for n in range(100):
        for b in binds:
            b.send(smpp.submit_sm("36111", "33612345678" if n % 2 else "33600000009", "x", sequence=10 + n))
    statuses = [s for b in binds for s in answers_to(b, 100).values()]
    took = time.monotonic() - began
    assert statuses.count(0x45) == 100  # without consent: they take no token
    assert 20 <= statuses.count(0) <= 20 + 20 * took + 1
    assert statuses.count(0x58) == 100 - statuses.count(0) == submits(gate, sender="shop", verdict="refused", reason="throttled")
    assert len(smsc.pdus("submit_sm")) == statuses.count(0)
    status, lines = gate.http("GET", "/v1/journal?number=33612345678&limit=1000")
    assert status == 200 and sum(json.loads(line)["reason"] == "throttled" for line in lines.splitlines()) == statuses.count(0x58)
    with gate.bound("bank1") as bank:  # exempt, and limited all the same
        for n in range(6):
            bank.send(smpp.submit_sm("36222", "33600000001", "x", sequence=10 + n))
        assert list(answers_to(bank, 6).values()).count(0x58) == 1
    gate.configure(LIMITED.replace("per_second: 20", "per_second: 5") + "policy: {refusal_status: {throttled: 0x14}}\nworkers: 2\n")
    gate.reload()
    binds[0].send(*(smpp.submit_sm("36111", "33612345678", "x", sequence=1000 + n) for n in range(200)))
    statuses = list(answers_to(binds[0], 200).values())
    assert set(statuses) <= {0, 0x14} and statuses.count(0x14) > 100
    for b in binds:
        b.close()


SLOWED = LIMITED.replace("per_second: 20", "per_second: 20\n    over_rate: slow")


def message(sequence):
    return smpp.submit_sm("36111", "33612345678", "x", sequence=sequence)


def test_a_rate_slows(start_gate, smsc):
    gate = start_gate([smsc.port], SLOWED)
    gate.opt_in("33612345678")
    with gate.bound("shop1") as shop:
        began = time.monotonic()
        for n in range(60):
            shop.send(message(10 + n))
        shop.send(smpp.pdu("enquire_link", sequence=90))
        # What the SMSC says crosses: a STOP. What the sender answers, it says behind what it has sent.
        smsc.receiver().send(smpp.deliver_sm("33612345679", "36111", "STOP", sequence=77))
        stop = next(p for p in iter(shop.receive, None) if p.name == "deliver_sm")
        assert time.monotonic() - began < 1.9 * PATIENCE
        wait_until(lambda: gate.events("33612345679"), what="the event")
        shop.send(smpp.answer(stop))
        wait_until(lambda: smsc.pdus("deliver_sm_resp"), what="the answer to the SMSC")
        assert 1.9 < time.monotonic() - began < 6 * PATIENCE  # twenty at once, forty by the rate
        assert [p.name for p in smsc.pdus() if "bind" not in p.name] == ["submit_sm"] * 60 + ["enquire_link", "deliver_sm_resp"]
        assert 0 < limits(gate, "slowed") <= 40
    assert submits(gate, sender="shop", reason="throttled") == 0


def test_a_slowed_sender_gets_no_more_in_than_buffers_hold(start_gate, smsc):
    gate = start_gate([smsc.port], SLOWED)
    gate.opt_in("33612345678")
    with gate.bound("shop1") as shop, gate.bound("bank1") as bank:
        flood = memoryview(message(10).raw * 1_000_000)
        shop.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)
        shop.socket.settimeout(1)
        resident, sent = gate.resident, 0
        with pytest.raises(TimeoutError):
            while sent < len(flood):
                sent += shop.socket.send(flood[sent:])
        # What the gate itself holds is a message and what one read takes; the rest is in the buffers of two sockets.
        assert sent < 8 << 20 and (sanitized() or gate.resident - resident < 4 << 20)
        assert bank.request(smpp.submit_sm("36222", "33600000001", "x", sequence=3)).command_status == 0
        before, began = len(smsc.pdus("submit_sm")), time.monotonic()
        wait_until(lambda: len(smsc.pdus("submit_sm")) >= before + 20)
        assert time.monotonic() - began > 0.9
        assert submits(gate, sender="shop", reason="throttled") == 0


def test_a_slowed_sender_that_says_no_more_gets_its_answers(start_gate, smsc):
    gate = start_gate([smsc.port], SLOWED)
    gate.opt_in("33612345678")
    with gate.bound("shop1") as shop:
        for n in range(40):
            shop.send(message(10 + n))
        shop.socket.shutdown(socket.SHUT_WR)
        assert list(answers_to(shop, 40).values()) == [0] * 40
        assert shop.closed_by_peer()


def test_what_waits_for_its_turn_is_answered_before_the_gate_stops(start_gate, smsc):
    gate = start_gate([smsc.port], SLOWED)
    gate.opt_in("33612345678")
    with gate.bound("shop1") as shop:
        for n in range(400):
            shop.send(message(10 + n))
        wait_until(lambda: limits(gate, "slowed") > 0)
        assert gate.stop() == 0
        assert shop.closed_by_peer()
        statuses = [p.command_status for p in shop.received if p.name == "submit_sm_resp"]
        assert statuses.count(0x58) == 1 and statuses.count(0) == len(smsc.pdus("submit_sm")) == len(statuses) - 1


def test_attempts_to_bind(start_gate, start_smsc):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0E)] if p.message_id == "shop2" else None)
    gate = start_gate([smsc.port], SENDERS + "limits: {max_bind_attempts_per_minute: 5}\nworkers: 2\n")
    guesses = [bind_from(gate, "127.0.0.2", "shop2") for _ in range(8)]
    assert [status for _, status in guesses] == [0x0E] * 5 + [0x0D] * 3
    assert all(c.closed_by_peer(5) for c, _ in guesses[5:])
    assert limits(gate, "bind_attempts") == 3
    assert len(smsc.pdus("bind_transceiver")) == 5
    other, status = bind_from(gate, "127.0.0.3", "shop1")
    assert status == 0
    wait_until(lambda: "too many attempts to bind" in gate.log_path.read_text())
    gate.configure(SENDERS)  # none by default
    gate.reload()
    more = [bind_from(gate, "127.0.0.2", "shop1") for _ in range(20)]
    assert [status for _, status in more] == [0] * 20
    for c, _ in guesses + more + [(other, 0)]:
        c.close()
