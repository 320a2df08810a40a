"""Senders that ask for too much, or say too little: others notice nothing, and the gate's memory and descriptors stay bounded."""

import resource
import select
import socket
import threading
import time

import pytest
import smpp
from harness.bystander import Bystander
from harness.gate import SENDERS, sanitized, wait_until
from harness.length import LONG
from harness.patience import PATIENCE

ALICE = "33612345678"
MEBIBYTE = 1 << 20


def open_connections(gate, count):
    """As fast as this process can, whether they are kept or not."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < count + 2000:
        pytest.skip(f"this needs {count + 2000} file descriptors: ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    return [socket.create_connection(("127.0.0.1", gate.port), 20) for _ in range(count)]


def close_all(connections):
    for c in connections:
        c.close()


def test_10_000_connections(start_gate, sink, figure):
    """Those for which there are descriptors are taken, at two each; the others are closed at once."""
    gate = start_gate([sink.port], SENDERS + "limits: {bind_timeout: 2s}\n")
    room = (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 1000) // 2 - 1
    with Bystander(gate) as bystander:
        memory, descriptors = gate.resident, gate.descriptors
        begun = time.monotonic()
        connections = open_connections(gate, 10_000)
        took = time.monotonic() - begun
        wait_until(lambda: sum(gate.metric("consentgate_limits_total", limit=limit) for limit in ("connections", "time_to_bind")) +
                   gate.metric("consentgate_sessions", leg="esme") >= 10_001)
        refused = gate.metric("consentgate_limits_total", limit="connections")
        taken = 10_000 - refused
        each = (gate.resident - memory) / taken
        assert taken >= min(room, 10_000)  # more when the first had their time before the last came
        wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 1, 20, "the end of all that do not bind")
        assert gate.metric("consentgate_limits_total", limit="time_to_bind") == taken
        close_all(connections)
        wait_until(lambda: gate.descriptors <= descriptors)
    assert bystander.failures == []
    assert sanitized() or each < 40_000
    figure("sender opens 10,000 connections", f"{taken:,.0f} taken, {refused:,.0f} refused in {took:.1f} s ({2 * room + 1002:,} descriptors), {each / 1024:.1f} "
           f"KiB each, all closed after bind_timeout; {bystander.said}")


def test_no_file_descriptors_left(start_gate, smsc, figure):
    """What the gate itself needs is kept back: the store goes on writing, binds find their upstream, the admin API answers."""
    gate = start_gate([smsc.port], under=("prlimit", "--nofile=2000"))
    esme = gate.bound()
    connections = open_connections(gate, 3000)
    try:
        counts = lambda: (gate.metric("consentgate_limits_total", limit="connections"), gate.metric("consentgate_sessions", leg="esme"))
        wait_until(lambda: sum(counts()) == 3001, 20, "the fate of each")
        refused, taken = counts()
        assert refused >= 2000
        smsc.receiver("shop1").send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=7))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        assert smsc.wait_for(lambda _, p: p.name == "deliver_sm_resp")[1].command_status == 0
        gate.opt_in("33687654321")
        assert esme.request(smpp.submit_sm("36111", "33687654321")).command_status == 0
        bind = smpp.bind("transmitter", "bank1").raw
        for c in connections:  # those that were taken may all bind
            try:
                c.sendall(bind)
            except OSError:
                pass
        wait_until(lambda: gate.metric("consentgate_sessions", leg="smsc") == taken, 20, "an upstream for each")
        assert gate.http("GET", "/readyz")[0] == 200
        assert gate.metric("consentgate_upstream_up") == 1
        assert gate.descriptors < 2000
        text = gate.log_path.read_text()
        assert "file descriptors allow fewer connections than limits.max_connections" in text
        assert "cannot accept" not in text and "not reachable" not in text
    finally:
        close_all(connections)
    figure("no file descriptors left", f"of 2,000: {taken:,.0f} connections taken and bound, {refused:,.0f} refused, STOP and opt-in on disk meanwhile")


def test_1_000_binds_of_one_system_id(start_gate, sink, figure):
    gate = start_gate([sink.port])
    memory, descriptors = gate.resident, gate.descriptors
    begun = time.monotonic()
    connections = [gate.connect() for _ in range(1000)]
    for c in connections:
        c.send(smpp.bind("transceiver", "bank1"))
    assert {c.receive().command_status for c in connections} == {0}
    took = time.monotonic() - begun
    each = (gate.resident - memory) / 1000
    assert gate.metric("consentgate_sessions") == 2000
    for i, c in enumerate(connections):
        c.send(*[smpp.submit_sm("36222", str(33600000000 + i), sequence=2 + n) for n in range(10)])
    for i, c in enumerate(connections):  # its own answers, in order, and nobody else's
        answers = [c.receive() for _ in range(10)]
        assert [(a.command_status, a.sequence_number, a.message_id.split("-")[0]) for a in answers] == [(0, 2 + n, str(33600000000 + i)) for n in range(10)]
        c.close()
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    wait_until(lambda: gate.descriptors <= descriptors)
    assert sanitized() or each < 100_000
    figure("sender binds 1,000 times", f"all bound in {took:.2f} s, {each / 1024:.1f} KiB each, 10,000 messages answered to whom they belong")


def test_a_sender_that_floods(start_gate, sink, figure):
    """It reads its answers, and never waits for one."""
    gate = start_gate([sink.port], SENDERS.replace("[bank1]", "[bank1, flood]"))
    memory = gate.resident
    with Bystander(gate) as bystander, gate.bound("flood") as flooding:
        batch = b"".join(smpp.submit_sm("36222", ALICE, "x" * 100, sequence=2 + n).raw for n in range(1000))
        answered, done = [0], threading.Event()

        def read():
            octets = 0
            while answered[0] < sent[0] or not done.is_set():
                if select.select([flooding.socket], [], [], 0.2)[0]:
                    octets += len(flooding.socket.recv(1 << 20))
                    answered[0] = octets // (16 + 21)  # header, number-count and NUL of smsc_sink's message_id

        sent = [0]
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        begun = time.monotonic()
        while time.monotonic() - begun < (5 if LONG else 1):
            flooding.socket.sendall(batch)
            sent[0] += 1000
        done.set()
        reader.join(20)
        took = time.monotonic() - begun
        grown = gate.resident - memory
    assert answered[0] == sent[0]
    assert bystander.failures == [] and sorted(bystander.took)[int(len(bystander.took) * 0.99)] < 0.5 * PATIENCE
    assert sanitized() or grown < 100 * MEBIBYTE
    figure("sender floods", f"{sent[0] / took:,.0f} messages/s taken, all answered, {grown / MEBIBYTE:.0f} MiB more memory; {bystander.said}")


def test_a_sender_that_reads_nothing(start_gate, sink, figure):
    """The gate stops reading from it before the answers fill its memory; once it reads, every answer is there."""
    gate = start_gate([sink.port], SENDERS.replace("[bank1]", "[bank1, deaf]"))
    memory = gate.resident
    with Bystander(gate) as bystander, gate.bound("deaf") as deaf:
        one = smpp.submit_sm("36222", ALICE, sequence=1).raw
        batch, octets = one * 1000, 0
        deaf.socket.setblocking(False)
        stuck_since = time.monotonic()
        while time.monotonic() - stuck_since < 1:  # it is stuck when nothing goes for a second
            if select.select([], [deaf.socket], [], 0.1)[1]:
                octets += deaf.socket.send(batch[octets % len(one):])
                stuck_since = time.monotonic()
        grown = gate.resident - memory
        deaf.socket.setblocking(True)
        rest = threading.Thread(target=deaf.socket.sendall, args=(one[octets % len(one):],))
        rest.start()
        expected = -(-octets // len(one))
        answers = sum(deaf.receive(20).command_status == 0 for _ in range(expected))
        rest.join()
    assert answers == expected
    assert gate.metric("consentgate_limits_total", limit="unsent_octets") >= 1
    assert sanitized() or grown < 30 * MEBIBYTE
    assert bystander.failures == []
    figure("sender reads nothing", f"no longer read after {expected:,} messages, {grown / MEBIBYTE:.1f} MiB more memory, every answer there once it read; "
           f"{bystander.said}")


def dribble(connection, octets, pause):
    """False when the peer closed first."""
    for i in range(len(octets)):
        if select.select([connection.socket], [], [], pause)[0] and not connection.socket.recv(1, socket.MSG_PEEK):
            return False
        try:
            connection.socket.send(octets[i:i + 1])
        except ConnectionError:
            return False
    return True


def test_one_octet_a_second(start_gate, smsc, figure):
    """Who does not bind in time that way is closed; who has bound may be as slow as he likes."""
    gate = start_gate([smsc.port], SENDERS + "limits: {bind_timeout: 3s}\n")
    with Bystander(gate) as bystander, gate.bound("bank1") as slow:
        begun = time.monotonic()
        slow_binds = [gate.connect() for _ in range(100)]
        ends = []

        def bind_slowly(connection):
            if not dribble(connection, smpp.bind("transceiver", "bank1").raw, 1):
                ends.append(time.monotonic() - begun)

        threads = [threading.Thread(target=bind_slowly, args=(c,)) for c in slow_binds]
        for t in threads:
            t.start()
        message = smpp.submit_sm("36222", ALICE, sequence=5)
        assert dribble(slow, message.raw, 0.05)
        assert slow.receive().command_status == 0
        took = time.monotonic() - begun
        for t in threads:
            t.join(20)
        for c in slow_binds:
            c.close()
    assert len(ends) == 100 and max(ends) < 5 and min(ends) >= 2.9
    assert gate.metric("consentgate_limits_total", limit="time_to_bind") == 100
    assert bystander.failures == []
    figure("sender sends one octet a second", f"100 binds that way closed after {min(ends):.1f} to {max(ends):.1f} s (bind_timeout 3 s); a submit_sm of "
           f"{len(message.raw)} octets in as many writes over {took:.1f} s is answered; {bystander.said}")
