"""A store on a disk that is really full, or has turned read-only: what cannot be kept is not acknowledged, and there is nothing to restart."""

import collections
import threading
import time

import pytest
import smpp
from harness.gate import wait_until
from harness.failing_disk import FailingDisk
from harness.mounts import ext4_disk, memory_disk
from harness.receiver import acknowledge_all

ALICE = "33612345678"
OPT_IN = {"event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01T00:00:00Z", "method": "web_form", "source": "form",
          "collector": "us", "evidence": "file:1"}
FIRST = 33600000000


@pytest.fixture
def disk(tmp_path):
    made = memory_disk(tmp_path / "disk", 24 << 20)
    yield made
    made.unmount()


def submit(connection, destination=ALICE, source="36111", sequence=77):
    return connection.request(smpp.submit_sm(source, destination, sequence=sequence)).command_status


class People:
    """They write STOP to the shop, one after another, each once; `kept` are those whose STOP was acknowledged."""

    def __init__(self, smsc, esme):
        self.smsc = smsc
        self.session = smsc.receiver("shop1")
        self.asked = {}  # sequence_number: number
        self.next = FIRST
        acknowledge_all(esme)

    def stop(self, count, number=None, text="STOP"):
        """`count` STOPs at once; their statuses."""
        batch = []
        for _ in range(count):
            sequence = self.session.next_sequence()
            self.asked[sequence] = number or str(self.next)
            batch.append(smpp.deliver_sm(self.asked[sequence], "36111", text, sequence=sequence))
            self.next += 1
        self.session.send(*batch)
        mine = {p.sequence_number for p in batch}
        statuses = {}

        def all_answered():
            statuses.update({p.sequence_number: p.command_status for s, p in list(self.smsc.received)
                             if s is self.session and p.is_answer and p.sequence_number in mine})
            return len(statuses) == count

        wait_until(all_answered, 30, f"the answer to every one of {count} STOPs")
        return collections.Counter(statuses.values())

    @property
    def kept(self):
        return {self.asked[p.sequence_number] for s, p in list(self.smsc.received)
                if s is self.session and p.is_answer and p.command_status == 0 and p.sequence_number in self.asked}


class Traffic:
    """Somebody who keeps submitting all the while; what the answers were."""

    def __init__(self, connection, source, destination):
        self.connection, self.message = connection, smpp.submit_sm(source, destination)
        self.statuses, self.stopped = collections.Counter(), threading.Event()
        self.thread = threading.Thread(target=self._submit, daemon=True)
        self.thread.start()

    def _submit(self):
        sequence = 10
        while not self.stopped.wait(0.002):
            sequence += 1
            self.statuses[self.connection.request(self.message.with_sequence(sequence)).command_status] += 1

    def stop(self):
        self.stopped.set()
        self.thread.join(10)
        return self.statuses


def cannot_record(gate, esme, bank, people):
    """The state every such fault must lead to."""
    assert people.stop(3) == {0x64: 3}
    assert submit(esme) == 0x14
    assert submit(bank, source="36222") == 0
    assert gate.http("GET", "/readyz")[0] == 503
    assert gate.http("GET", "/healthz")[0] == 200
    wait_until(lambda: gate.metric("consentgate_store_read_only") == 1)
    assert gate.http("POST", "/v1/events", {"number": ALICE, **OPT_IN})[0] == 503


def nothing_lost(gate, kept):
    """By a gate that has just been started."""
    with gate.bound() as esme:
        for i, number in enumerate(sorted(kept)):
            assert submit(esme, number, sequence=i + 1) == 0x45
    assert gate.metric("consentgate_submits_total", reason="opted_out") == len(kept)
    for number in sorted(kept)[:: max(1, len(kept) // 50)]:
        assert gate.events(number)[-1]["event"] == "opt_out"


def start(start_gate, smsc, disk):
    gate = start_gate([smsc.port], store=disk.folder / "store")
    gate.opt_in(ALICE)
    return gate


def test_the_disk_fills_up_while_people_write_stop(start_gate, smsc, disk, figure):
    gate = start(start_gate, smsc, disk)
    with gate.bound("shop1") as esme, gate.bound("shop2", "transmitter") as shop2, gate.bound("bank1") as bank, gate.bound("bank1") as loaded:
        people = People(smsc, esme)
        assert people.stop(100) == {0: 100}
        traffic = Traffic(loaded, "36222", ALICE)
        disk.fill(leaving=128 << 10)
        statuses = collections.Counter()
        for _ in range(100):
            statuses += people.stop(100)
            if statuses[0x64]:
                break
        assert set(statuses) == {0, 0x64} and statuses[0] > 0
        cannot_record(gate, shop2, bank, people)
        refused = sorted(set(people.asked.values()) - people.kept)
        assert submit(shop2, refused[0]) == 0x14
        disk.empty()
        begun = time.monotonic()
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 200, 20, "recovery without a restart")
        recovered = time.monotonic() - begun
        assert submit(shop2, refused[0]) == 0x45  # it was not kept, but it was heard
        assert people.stop(1, refused[0]) == {0: 1}  # the SMSC sends it again
        wait_until(lambda: gate.metric("consentgate_store_read_only") == 0)
        assert submit(shop2) == 0
        assert people.stop(20) == {0: 20}
        passed = traffic.stop()
        assert set(passed) == {0}  # exempt: not one was refused, all the while
    gate.kill9()
    gate.start()
    assert refused[0] in people.kept
    nothing_lost(gate, people.kept)
    figure("disk full under load", f"{len(people.asked):,} STOPs sent, {len(people.kept):,} acknowledged and none of them lost, the others answered 0x64; "
           f"{passed.total():,} exempt messages passed, 0 refused; recovered {recovered:.1f} s after there was room, without a restart")


def test_a_disk_full_to_the_last_octet_at_the_start(start_gate, smsc, disk):
    """The gate says so and ends, or runs and refuses; once there is room it starts, and nothing is lost."""
    gate = start(start_gate, smsc, disk)
    with gate.bound("shop1") as esme:
        people = People(smsc, esme)
        assert people.stop(200) == {0: 200}
        kept = people.kept
    gate.kill9()
    disk.fill()
    gate.start(ready=False)
    assert gate.process.wait(20) == 1
    said = gate.log_path.read_text().splitlines()[-1]
    assert "No space left on device" in said and str(gate.store) in said
    disk.empty()
    gate.start()
    nothing_lost(gate, kept)


@pytest.fixture
def failing_disk(tmp_path):
    return FailingDisk(tmp_path)


@pytest.fixture
def device(tmp_path):
    made = ext4_disk(tmp_path / "device", 128 << 20)
    yield made
    made.unmount()


def test_the_file_system_turns_read_only(start_gate, smsc, device, figure):
    gate = start(start_gate, smsc, device)
    with gate.bound("shop1") as esme, gate.bound("shop2", "transmitter") as shop2, gate.bound("bank1") as bank:
        people = People(smsc, esme)
        assert people.stop(50) == {0: 50}
        device.abort()
        cannot_record(gate, shop2, bank, people)
    gate.kill9()
    device.unmount()
    device.mount()
    gate.start()
    nothing_lost(gate, people.kept)
    figure("file system aborted by the kernel", f"ext4 aborted: STOPs answered 0x64, marketing 0x14, exempt messages pass; {len(people.kept)} acknowledged STOPs, "
           "0 lost after it was mounted again")


def test_a_read_only_disk_under_load(start_gate, smsc, failing_disk, figure):
    """Recovery without a restart, once it may be written to again."""
    gate = start_gate([smsc.port], environment=failing_disk.environment)
    gate.opt_in(ALICE)
    with gate.bound("shop1") as esme, gate.bound("shop2", "transmitter") as shop2, gate.bound("bank1") as bank, gate.bound("bank1") as loaded:
        people = People(smsc, esme)
        assert people.stop(100) == {0: 100}
        traffic = Traffic(loaded, "36222", ALICE)
        failing_disk.set("readonly")
        assert people.stop(100) == {0x64: 100}
        cannot_record(gate, shop2, bank, people)
        failing_disk.set("ok")
        begun = time.monotonic()
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 200, 20, "recovery without a restart")
        recovered = time.monotonic() - begun
        assert people.stop(100) == {0: 100}
        assert submit(shop2) == 0
        passed = traffic.stop()
        assert set(passed) == {0}
    gate.kill9()
    gate.start()
    nothing_lost(gate, people.kept)
    figure("disk read-only under load", f"{len(people.asked):,} STOPs sent, {len(people.kept):,} acknowledged and none of them lost, the others answered 0x64; "
           f"{passed.total():,} exempt messages passed, 0 refused; recovered {recovered:.1f} s after it could be written to, without a restart")
