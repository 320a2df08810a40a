"""Every decision is in the journal, and found again by what is known of it."""

import json
import threading
import time

import pytest
import smpp
from harness.gate import SENDERS, wait_until
from test_faults_store import disk  # noqa: F401

ALICE, BOB = "33612345678", "33687654321"


def journal(gate, query):
    status, body = gate.http("GET", "/v1/journal?" + query)
    assert status == 200, body
    return [json.loads(line) for line in body.splitlines()]


def submit(connection, destination=ALICE, source="36111", sequence=1):
    return connection.request(smpp.submit_sm(source, destination, sequence=sequence))


def test_each_decision_is_found(gate, smsc):
    gate.opt_in(ALICE)
    with gate.bound() as esme, gate.bound("bank1") as bank:
        answered = submit(esme)
        message_id = answered.message_id
        assert answered.command_status == 0 and message_id
        assert submit(esme, BOB, sequence=2).command_status == 0x45
        assert submit(esme, "nobody", sequence=3).command_status == 0x45
        assert submit(bank, BOB, "36222").command_status == 0
    for restarted in (False, True):
        found = journal(gate, f"number={ALICE}")
        assert len(found) == 1
        at = found[0].pop("at")
        assert found[0] == {"sender": "shop", "system_id": "shop1", "number": ALICE, "verdict": "forwarded", "reason": "none", "event": 1,
                            "command_status": 0, "message_id": message_id}
        assert [e["number"] for e in journal(gate, "message_id=" + message_id)] == [ALICE]
        assert [(e["sender"], e["verdict"], e["reason"]) for e in journal(gate, f"number=%2B{BOB}")] == [("shop", "refused", "no_consent"), ("bank", "forwarded", "none")]
        assert [e["sender"] for e in journal(gate, f"number={BOB}&sender=bank")] == ["bank"]
        everything = journal(gate, "from=2026-01-01")
        assert len(everything) == 4 and {"nobody"} == {e["destination"] for e in everything if "destination" in e}
        assert len(journal(gate, "from=2026-01-01&limit=3")) == 3
        assert len(journal(gate, f"from={at}&to={at}")) == 1
        assert journal(gate, f"number={ALICE}&to=2026-01-01") == [] == journal(gate, "from=2999-01-01") == journal(gate, "message_id=absent")
        if not restarted:
            assert gate.stop() == 0
            offline = gate.cli("journal", ALICE, "--offline", "--json", check=0).stdout
            assert [json.loads(line)["message_id"] for line in offline.splitlines()] == [message_id]
            gate.start()
    table = gate.cli("journal", "--from", "2026-01-01", "--sender", "shop", check=0).stdout.splitlines()
    assert len(table) == 4 and message_id in "".join(table)
    assert "No decisions" in gate.cli("journal", "--message-id", "absent", check=0).stdout


@pytest.mark.parametrize("query", ["", "sender=shop", "to=2026-01-01", "number=12", "from=yesterday", "number=33612345678&massage_id=1", "from=2026-01-01&limit=x"])
def test_what_cannot_be_meant_is_refused(gate, query):
    assert gate.http("GET", "/v1/journal?" + query)[0] == 400


def test_the_command_asks_for_a_limit_too(gate):
    assert "is needed" in gate.cli("journal", check=1).stderr
    assert gate.stop() == 0
    assert "is needed" in gate.cli("journal", "--offline", check=1).stderr


def test_a_reload_ends_and_begins_the_journal(gate, smsc):
    gate.configure(SENDERS + "journal: {retention: off}\n")
    gate.reload()
    with gate.bound() as esme:
        submit(esme)
        assert journal(gate, f"number={ALICE}") == []
        gate.configure(SENDERS + "journal: {retention: 400d}\n")
        gate.reload()
        submit(esme, sequence=2)
        assert len(journal(gate, f"number={ALICE}")) == 1


def test_what_is_never_answered_is_there_once_the_session_has_ended(start_gate, start_smsc):
    smsc = start_smsc(answer=lambda session, pdu: [] if pdu.name == "submit_sm" else None)
    gate = start_gate([smsc.port])
    with gate.bound("bank1") as bank:
        bank.send(smpp.submit_sm("36222", ALICE))
        wait_until(lambda: smsc.pdus("submit_sm"))
        assert journal(gate, f"number={ALICE}") == []
    found = wait_until(lambda: journal(gate, f"number={ALICE}"))
    assert [(e["verdict"], "command_status" in e) for e in found] == [("forwarded", False)]


def test_kill_9_loses_a_second_at_most(start_gate, smsc):
    gate = start_gate([smsc.port])
    told, stop = [], threading.Event()
    for round_number in range(3):
        stop.clear()
        with gate.bound() as esme:
            def load():
                try:
                    while not stop.is_set():
                        number = str(33600000000 + len(told))
                        assert submit(esme, number, sequence=len(told) % 1000 + 1).command_status == 0x45
                        told.append((time.monotonic(), number))
                except (smpp.Closed, OSError):
                    pass

            thread = threading.Thread(target=load)
            thread.start()
            begun = time.monotonic()
            wait_until(lambda: told and told[-1][0] > begun + 1.5 + 0.3 * round_number)
            killed = time.monotonic()
            gate.kill9()
            stop.set()
            thread.join()
        gate.start()
        there = {e["number"] for e in journal(gate, "from=2026-01-01")}
        lost = [t for t, n in told if n not in there and t > begun]
        assert all(t > killed - 1.2 for t in lost), f"lost what was decided {killed - min(lost):.2f} s before the end"
        assert len(there) > 100
        told = [(t, n) for t, n in told if n in there]


def test_a_full_disk_drops_the_oldest_and_says_so(start_gate, smsc, disk):  # noqa: F811
    gate = start_gate([smsc.port], environment=disk.environment)
    sent = 300_000  # more than wait in memory
    with gate.bound() as esme:
        submit(esme, BOB)
        assert len(journal(gate, f"number={BOB}")) == 1
        disk.set("full")
        assert submit(esme, BOB, sequence=2).command_status == 0x45
        wait_until(lambda: gate.metric("consentgate_store_read_only") == 1)
        assert gate.metric("consentgate_journal_dropped_total") == 0
        batch = b"".join(smpp.submit_sm("36111", ALICE, sequence=i + 1).raw for i in range(1000))

        def read_answers():
            left = sent * 16  # each a header alone
            while left > 0:
                left -= len(esme.socket.recv(1 << 16))

        reader = threading.Thread(target=read_answers)
        reader.start()
        for _ in range(sent // 1000):
            esme.socket.sendall(batch)
        reader.join()
        wait_until(lambda: gate.metric("consentgate_journal_dropped_total") > 0)
        disk.set("ok")
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 200, 15, "recovery")
        dropped = gate.metric("consentgate_journal_dropped_total")
        assert submit(esme, BOB, sequence=5).command_status == 0x45
        kept = journal(gate, f"number={ALICE}")
        assert len(kept) + dropped >= sent and len(kept) > 200_000
        assert [e["reason"] for e in journal(gate, f"number={BOB}")][-1] == "no_consent"
