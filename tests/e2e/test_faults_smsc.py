"""An SMSC that says nothing, too much or too late, resets, or comes and goes: nobody gets another's answer, and the others notice nothing."""

import collections
import itertools
import socket
import struct
import threading
import time

import smpp
from harness.bystander import Bystander
from harness.gate import SENDERS, sanitized, wait_until
from harness.length import LONG, long
from harness.load import Sink
from harness.patience import PATIENCE

ALICE = "33612345678"
TWO = SENDERS.replace("name: shop", "name: shop\n    upstreams: [{address: 127.0.0.1:FAULTY}]")
MEBIBYTE = 1 << 20


def beside(start_gate, start_smsc, faulty, extra=""):
    """The shop's SMSC is the faulty one; the bank has a good one."""
    return start_gate([start_smsc().port], TWO.replace("FAULTY", str(faulty)) + extra)


@long
def test_it_accepts_and_says_nothing(start_gate, start_smsc, figure):
    """First to a bind, then to what is submitted: no more is in flight than the window allows, and it is forgotten in time."""
    speaks = [False]
    faulty = start_smsc(answer=lambda s, p: None if speaks[0] and p.name != "submit_sm" else [])
    gate = beside(start_gate, start_smsc, faulty.port, "limits: {bind_timeout: 1s, response_timeout: 2s, max_window: 100}\n")
    gate.opt_in(ALICE)
    with Bystander(gate) as bystander:
        begun = time.monotonic()
        with gate.connect() as unlucky:
            assert unlucky.bind("transceiver", "shop1").command_status == 0x0D
            answered = time.monotonic() - begun
            assert answered < 3 * PATIENCE
        speaks[0] = True
        with gate.bound() as esme:
            begun = time.monotonic()
            esme.send(*[smpp.submit_sm("36111", ALICE, sequence=2 + n) for n in range(300)])
            wait_until(lambda: len(faulty.pdus("submit_sm")) == 100)
            wait_until(lambda: len(faulty.pdus("submit_sm")) == 200, 20, "the next hundred")
            forgotten = time.monotonic() - begun
            assert forgotten >= 2 and len(faulty.pdus("submit_sm")) == 200
    assert bystander.failures == []
    figure("SMSC accepts and says nothing", f"a bind is refused after {answered:.1f} s (bind_timeout 1 s); 100 in flight (max_window), forgotten after "
           f"{forgotten:.1f} s (response_timeout 2 s); {bystander.said}")


def test_it_resets(start_gate, start_smsc, figure):
    """With messages in flight: the sender learns of it at once and may bind again."""
    faulty = start_smsc(answer=lambda s, p: s.connection.reset() or [] if p.name == "submit_sm" and p.sequence_number % 10 == 0 else None)
    gate = beside(start_gate, start_smsc, faulty.port)
    gate.opt_in(ALICE)
    took = []
    with Bystander(gate) as bystander:
        for _ in range(20):
            with gate.bound() as esme:
                esme.send(*[smpp.submit_sm("36111", ALICE, sequence=2 + n) for n in range(20)])
                begun = time.monotonic()
                assert esme.closed_by_peer()
                took.append(time.monotonic() - begun)
                assert {p.command_status for p in esme.received} == {0}
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    assert bystander.failures == [] and max(took) < 2 * PATIENCE
    figure("SMSC resets", f"20 times with 20 messages in flight: the sender's side closed within {max(took) * 1e3:.0f} ms, bound again at once; {bystander.said}")


@long
def test_it_answers_late(start_gate, start_smsc, figure):
    """What comes before it is forgotten finds its way, however late and in whatever order; what comes afterwards goes nowhere."""
    held = []
    faulty = start_smsc(answer=lambda s, p: held.append((s, p)) or [] if p.name == "submit_sm" else None)
    gate = beside(start_gate, start_smsc, faulty.port, "limits: {response_timeout: 2s, max_window: 100}\n")
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        esme.send(*[smpp.submit_sm("36111", ALICE, sequence=1000 + n) for n in range(100)])
        wait_until(lambda: len(held) == 100)
        assert esme.silent(1)
        late, too_late = held[50:], held[:50]
        late[0][0].send(*[smpp.answer(p, smpp.c_string(f"id{p.sequence_number}")) for _, p in reversed(late)])
        answers = [esme.receive() for _ in late]
        assert [a.sequence_number for a in answers] == [1099 - n for n in range(50)]
        assert [a.message_id for a in answers] == [f"id{p.sequence_number}" for _, p in reversed(late)]
        # The window has room for fifty: the last one goes when the first are forgotten.
        esme.send(*[smpp.submit_sm("36111", ALICE, sequence=2000 + n) for n in range(51)])
        wait_until(lambda: len(held) == 151, 20, "room in the window")
        too_late[0][0].send(*[smpp.answer(p, smpp.c_string("late")) for _, p in too_late])
        wait_until(lambda: gate.metric("consentgate_stray_answers_total", leg="smsc") == 50)
        assert esme.request(smpp.pdu("enquire_link", sequence=7)).sequence_number == 7
        assert len(esme.received) == 1 + 50 + 1
    figure("SMSC answers late", "100 messages: 50 answered in the reverse order within response_timeout, each under its own number; 50 afterwards, all "
           "counted as stray, none passed on")


class FloodingSmsc:
    """Takes one bind, then sends deliver_sm as fast as they are taken, numbered in their text, until it is told to stop; `answered` counts the answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sent = self.answered = 0
        self.stuck_since, self._enough = None, threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        self.socket, _ = self.listener.accept()
        bind = smpp.Connection(self.socket)
        bind.send(smpp.answer(bind.receive(), smpp.c_string("flood")))
        threading.Thread(target=self._read, args=(bind,), daemon=True).start()
        while not self._enough.is_set():
            batch = b"".join(smpp.deliver_sm(ALICE, "36111", f"message {self.sent + n:9}", sequence=self.sent + n + 1).raw for n in range(200))
            self.stuck_since = time.monotonic()
            self.socket.sendall(batch)
            self.sent += 200

    def _read(self, connection):
        try:
            while True:
                if connection.receive(600).name == "deliver_sm_resp":
                    self.answered += 1
        except (smpp.Closed, OSError):
            pass

    @property
    def stuck(self):
        return self.stuck_since is not None and time.monotonic() - self.stuck_since > 1

    def enough(self):
        self._enough.set()

    def close(self):
        self._enough.set()
        self.listener.close()
        self.socket.close()


def test_it_floods_a_sender_that_reads_nothing(start_gate, start_smsc, figure):
    """What the sender does not take stays with the SMSC, unacknowledged; once it reads, all of it comes, in order."""
    faulty = FloodingSmsc()
    gate = beside(start_gate, start_smsc, faulty.port)
    try:
        memory = gate.resident
        with Bystander(gate) as bystander, gate.bound() as esme:
            wait_until(lambda: faulty.stuck, 30, "the end of what the gate takes")
            taken, grown = faulty.sent, gate.resident - memory
            assert faulty.answered == 0
            begun = time.monotonic()
            faulty.enough()
            for n in itertools.count():
                if n == faulty.sent and n > taken:
                    break
                p = esme.receive(20)
                assert p.text == f"message {n:9}"
                esme.send(smpp.answer(p, b"\0"))
            wait_until(lambda: faulty.answered == faulty.sent)
            took = time.monotonic() - begun
    finally:
        faulty.close()
    assert bystander.failures == [] and (sanitized() or grown < 40 * MEBIBYTE)
    figure("SMSC floods deliver_sm, the sender reads nothing", f"the gate stops reading after {taken:,}, {grown / MEBIBYTE:.1f} MiB more memory; once the sender "
           f"reads, all {faulty.sent:,} come in order and are acknowledged, in {took:.1f} s; {bystander.said}")


class Resilient(threading.Thread):
    """A sender that binds again whenever it loses its session, and keeps `window` messages in flight. It knows whom each answer must name."""

    def __init__(self, gate, system_id, first, window=20):
        super().__init__(daemon=True)
        self.gate, self.system_id, self.first, self.window = gate, system_id, first, window
        self.statuses, self.wrong, self.binds, self.refused_binds, self.lost = collections.Counter(), [], 0, 0, 0
        self.done = threading.Event()

    def run(self):
        while not self.done.is_set():
            try:
                with self.gate.connect() as connection:
                    if connection.bind("transceiver", self.system_id).command_status == 0:
                        self.binds += 1
                        self.submit(connection)
                    else:
                        self.refused_binds += 1
                        self.done.wait(0.05)
            except (smpp.Closed, OSError, struct.error):
                pass

    def submit(self, connection):
        asked = {}
        sequence = 1
        try:
            while not self.done.is_set() or asked:
                if not self.done.is_set() and len(asked) < self.window:
                    batch = []
                    while len(asked) < self.window:
                        sequence += 1
                        asked[sequence] = str(self.first + sequence % 1000)
                        batch.append(smpp.submit_sm("36222", asked[sequence], sequence=sequence))
                    connection.send(*batch)
                p = connection.receive(20)
                if p.name == "submit_sm_resp":
                    self.statuses[p.command_status] += 1
                    if p.message_id.split("-")[0] != asked.pop(p.sequence_number, None):
                        self.wrong.append(p)
        finally:
            self.lost += len(asked)


def test_it_restarts_every_second(start_gate, figure):
    """Killed, not stopped. Every answer names the message it is for, and each sender is bound again right after the SMSC is back."""
    sink = Sink()
    port = sink.port
    gate = start_gate([port], SENDERS.replace("[bank1]", "[bank1, bank2, bank3, bank4]"))
    senders = [Resilient(gate, f"bank{i}", 33600000000 + 1000 * i) for i in range(1, 5)]
    for s in senders:
        s.start()
    restarts, back = 10 if LONG else 2, []
    try:
        wait_until(lambda: all(s.statuses[0] > 100 for s in senders))
        memory, descriptors = gate.resident, gate.descriptors
        for _ in range(restarts):
            sink.kill()
            wait_until(lambda: gate.metric("consentgate_sessions", leg="smsc") == 0)
            binds = [s.binds for s in senders]
            begun = time.monotonic()
            sink = Sink(port)
            wait_until(lambda: all(s.binds > b for s, b in zip(senders, binds)), 20, "every sender's bind")
            back.append(time.monotonic() - begun)
            time.sleep(max(0, 1 - (time.monotonic() - begun)))  # the fault is one a second
        grown = gate.resident - memory
        assert gate.descriptors <= descriptors + 8
    finally:
        for s in senders:
            s.done.set()
        for s in senders:
            s.join(30)
        sink.kill()
    assert [s.wrong for s in senders] == [[]] * 4
    assert {status for s in senders for status in s.statuses} == {0}
    assert max(back) < 5 and (sanitized() or grown < 20 * MEBIBYTE)
    figure("SMSC restarts every second", f"killed {restarts} times under 4 senders: all bound again within {max(back):.2f} s of its return, "
           f"{sum(s.statuses[0] for s in senders):,} answers, each under its own number, {sum(s.lost for s in senders)} messages unanswered when it died")
