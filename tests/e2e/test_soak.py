"""A day's traffic in ten minutes, with all that happens on a day in it: memory and file descriptors stay flat. `tests/run.sh --long`, or any length:
CONSENTGATE_SOAK=SECONDS. Without either it runs for some seconds: enough for a descriptor that is not closed, too short for memory that is not freed.

What is compared is the gate at rest, with nobody connected and all that the store had in memory put into tables: after a fifth of the time, when everything
has happened and caches are full, and at the end. Between the two in ten minutes: a million messages, some ten thousand sessions, as many questions to
the admin API, hundreds of reloads. So little may be left of each, by the memory that is allowed to grow: 9 octets of a message, 1 KB of a session or a
question, 20 KB of a reload.
"""

import collections
import itertools
import os
import shutil
import threading
import time

import smpp
from harness.gate import sanitized, wait_until
from harness.length import LONG
from harness.load import FIRST, LOADED, Load, consent

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
        doings = [(self.submit, 0), (self.people_write, 0), (self.come_and_go, 0.05), (self.reload, min(1, SECONDS / 60)),
                  (self.import_and_recall, SECONDS / 20), (self.ask, 0.1), (self.back_up, SECONDS / 20)]
        self.doings = [(doing, pause, itertools.count()) for doing, pause in doings]

    def _repeat(self, doing, pause, times):
        try:
            for n in times:
                doing(n)
                if self.over.wait(pause):
                    return
        except BaseException as e:
            self.failures.append(e)
            self.over.set()

    def run(self, seconds):
        self.over.clear()
        threads = [threading.Thread(target=self._repeat, args=d) for d in self.doings]
        for t in threads:
            t.start()
        self.over.wait(seconds)
        self.over.set()
        for t in threads:
            t.join(60)
        if self.failures:
            raise self.failures[0]

    def rest(self):
        """What the gate has open, and its memory in MiB, when nothing happens."""
        wait_until(lambda: self.gate.metric("consentgate_sessions") == 0, 30, "the end of the sessions")
        self.back_up(0)
        found = self.gate.open_files
        for _ in range(20):  # what is open throughout: not the last connection to the admin API, nor what the store's threads are about to close
            time.sleep(0.05)
            found &= self.gate.open_files
        return found, self.gate.resident / MEBIBYTE

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

    def come_and_go(self, n):
        """A session that says little and unbinds, or hangs up, or is cut off."""
        esme = self.gate.bound("bank1")
        assert esme.request(smpp.submit_sm("36222", str(FIRST))).command_status == 0
        if n % 3 == 0:
            assert esme.request(smpp.pdu("unbind", sequence=9)).name == "unbind_resp"
        esme.reset() if n % 3 == 1 else esme.close()
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


def test_a_day(start_gate, smsc, sink, figure):
    settings = LOADED.replace("name: club", f"name: club\n    upstreams: [{{address: 127.0.0.1:{smsc.port}}}]") + "workers: 2\n"
    gate = start_gate([sink.port], settings)
    gate.settings = settings
    consent(gate)
    day = Day(gate, smsc)
    try:
        day.run(SECONDS / 5)
        open_before, memory_before = day.rest()
        numbers_before = gate.metric("consentgate_numbers")
        day.run(SECONDS * 4 / 5)
        open_after, memory = day.rest()
        numbers = gate.metric("consentgate_numbers") - numbers_before
    finally:
        day.over.set()
    assert gate.http("GET", "/readyz")[0] == 200
    assert gate.metric("consentgate_journal_dropped_total") == 0
    received = sink.stop()
    assert received["unconsented"] == 0 and received["errors"] == 0
    gate.configure(settings)
    gate.cli("verify", check=0)
    for doing in ("messages", "STOP", "START", "reloads", "imports", "recalls", "questions"):
        assert day.done[doing] > 0, doing
    assert not open_after - open_before, open_after - open_before
    if SECONDS >= 60:
        known = numbers * 40 / 2**20  # what is new in the index: up to 33 octets a number while it grows, and its sources and recalls
        assert sanitized() or memory < memory_before + known + 8, (memory_before, memory, numbers)
    figure("soak", f"{SECONDS} s: " + ", ".join(f"{n:,} {doing}" for doing, n in sorted(day.done.items())) + f"; 0 wrong; at rest memory {memory_before:.1f} MiB after "
           f"a fifth of it, {memory:.1f} MiB at the end with {numbers:,.0f} more numbers, descriptors {open_before.total()} and {open_after.total()}")
