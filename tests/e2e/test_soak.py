"""A day's traffic in ten minutes, with all that happens on a day in it: memory and file descriptors stay flat. `tests/run.sh --long`, or any length:
CONSENTGATE_SOAK=SECONDS. Without either it runs for some seconds, for what it does to be tried."""

import collections
import itertools
import os
import shutil
import statistics
import threading

import smpp
from harness.gate import sanitized, wait_until
from harness.length import LONG
from harness.load import LOADED, Load, consent

SECONDS = int(os.environ.get("CONSENTGATE_SOAK", "600" if LONG else "4"))
RATE = 2000  # messages a second: in ten minutes as many as 1.2 million a day are
PEOPLE, LISTED = 33710000000, 33720000000
MEBIBYTE = 1 << 20


class Day:
    """What happens, each thing on a thread of its own and again and again until the end; the first failure ends all of it."""

    def __init__(self, gate, smsc):
        self.gate, self.smsc = gate, smsc
        self.over = threading.Event()
        self.failures, self.done = [], collections.Counter()
        self.samples = []  # (resident octets, descriptors), each after a backup
        doings = [(self.submit, 0), (self.people_write, 0), (self.reload, SECONDS / 60), (self.import_and_recall, SECONDS / 20), (self.ask, 0.2),
                  (self.back_up, SECONDS / 20)]
        self.threads = [threading.Thread(target=self._repeat, args=d) for d in doings]

    def _repeat(self, doing, pause):
        try:
            for n in itertools.count():
                doing(n)
                if self.over.wait(pause):
                    return
        except BaseException as e:
            self.failures.append(e)
            self.over.set()

    def run(self):
        for t in self.threads:
            t.start()
        self.over.wait(SECONDS)
        self.over.set()
        for t in self.threads:
            t.join(60)
        if self.failures:
            raise self.failures[0]

    def submit(self, _):
        """Binds, submits, unbinds: every verdict and every answer is checked."""
        load = Load(self.gate, "--rate", RATE, "--seconds", max(2, SECONDS / 40), window=50)
        try:
            result = load.result(120)
        finally:
            load.kill()
        self.done["messages"] += result["messages"]
        self.done["binds"] += 4

    def people_write(self, n):
        """A session of the club: some people write STOP, one of them START afterwards; then it binds again."""
        with self.gate.bound("club1") as esme:
            session = self.smsc.sessions[-1]
            for i in range(20):
                person = str(PEOPLE + n * 20 + i)
                for text in ("STOP", "START") if i == 0 else ("STOP",):
                    asked = smpp.deliver_sm(person, "36333", text, sequence=session.next_sequence())
                    session.send(asked)
                    esme.send(smpp.answer(esme.receive(), b"\0"))
                    found = self.smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == asked.sequence_number)
                    assert found[1].command_status == 0
                    self.done[text] += 1
                    if self.over.wait(0.05):
                        return
            assert esme.request(smpp.submit_sm("36333", person, sequence=900)).command_status == 0x45
        wait_until(lambda: session not in self.smsc.sessions)
        self.smsc.received.clear()
        self.done["binds"] += 1

    def reload(self, n):
        self.gate.configure(self.gate.settings + ("senders: [\n" if n % 2 else ""))
        self.gate.reload()
        self.done["reloads"] += 1

    def import_and_recall(self, n):
        """A list of a thousand, and the end of the one before."""
        rows = (f"{LISTED + n * 1000 + i},opt_in,sender:shop,2026-01-01T00:00:00Z,web_form,list {n},us,file:{i}\n" for i in range(1000))
        text = "number,event,scope,occurred_at,method,source,collector,evidence\n" + "".join(rows)
        status, job = self.gate.http("POST", "/v1/imports", text.encode(), "text/csv")
        assert status == 202, job
        report = wait_until(lambda: (found := self.gate.http("GET", f"/v1/imports/{job['id']}")[1])["state"] == "done" and found, 60, "the import")
        assert report["taken"] == 1000, report
        self.done["imports"] += 1
        if n > 0:
            status, body = self.gate.http("POST", f"/v1/sources/list%20{n - 1}/recall", {"reason": "soak"})
            assert status == 201, body
            self.done["recalls"] += 1

    def ask(self, n):
        for path in (f"/v1/numbers/{PEOPLE + n}", f"/v1/decision?number={LISTED + n}&sender=shop", "/v1/events?after=0&limit=100",
                     f"/v1/journal?number={33600000000 + n}"):
            status, body = self.gate.http("GET", path)
            assert status == 200, body
            self.done["questions"] += 1

    def back_up(self, n):
        """It puts into tables what the store had in memory for that: what is left can be compared."""
        copy = self.gate.folder / "copy"
        status, body = self.gate.http("POST", "/v1/backups", {"folder": str(copy)})
        assert status in (200, 201), body
        shutil.rmtree(copy)
        self.done["backups"] += 1
        self.samples.append((self.gate.resident, self.gate.descriptors))


def test_a_day(start_gate, smsc, sink, figure):
    settings = LOADED.replace("name: club", f"name: club\n    upstreams: [{{address: 127.0.0.1:{smsc.port}}}]") + "workers: 2\n"
    gate = start_gate([sink.port], settings)
    gate.settings = settings
    consent(gate)
    day = Day(gate, smsc)
    try:
        day.run()
    finally:
        day.over.set()
    assert gate.http("GET", "/readyz")[0] == 200
    assert gate.metric("consentgate_journal_dropped_total") == 0
    received = sink.stop()
    assert received["unconsented"] == 0 and received["errors"] == 0
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    gate.configure(settings)
    gate.cli("verify", check=0)
    for doing in ("messages", "STOP", "START", "reloads", "imports", "recalls", "questions"):
        assert day.done[doing] > 0, doing
    # From a fifth of the time on: until then caches fill.
    settled = day.samples[len(day.samples) // 5:]
    fifth = max(1, len(settled) // 5)
    memory = [statistics.median(m for m, _ in part) / MEBIBYTE for part in (settled[:fifth], settled[-fifth:])]
    descriptors = [max(d for _, d in part) for part in (settled[:fifth], settled[-fifth:])]
    if SECONDS >= 60:
        assert sanitized() or memory[1] < memory[0] * 1.1 + 8, memory
        assert descriptors[1] <= descriptors[0] + 20, descriptors
    figure("soak", f"{SECONDS} s: " + ", ".join(f"{n:,} {doing}" for doing, n in sorted(day.done.items())) + f"; 0 wrong; memory {memory[0]:.1f} MiB after a fifth of "
           f"it, {memory[1]:.1f} MiB at the end, most descriptors {descriptors[0]} and {descriptors[1]}")
