"""Recalls, expiry, corrections, erasures, copies, verification and the ledger's past, with the real binary."""

import json
import pathlib
import re
import subprocess
import time

import smpp
from harness.gate import BINARY, SENDERS, TOKENS, wait_until

ALICE, BOB = "33612345678", "33612345679"


def submit(connection, source="36111", destination=ALICE):
    return connection.request(smpp.submit_sm(source, destination, sequence=77)).command_status


def explained(gate, *more):
    return json.loads(gate.cli("explain", ALICE, "--sender", "shop", "--json", *more, check=0).stdout)


def bytes_of(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in pathlib.Path(folder).rglob("*") if p.is_file()}


def holders(folder, number):
    """The files that hold the number's digits, as text, as a key or as what a varint makes of it."""
    value, varint = int(number), bytearray()
    while value >= 0x80:
        varint.append(value & 0x7F | 0x80)
        value >>= 7
    varint.append(value)
    forms = [number.encode(), number[2:].encode(), int(number).to_bytes(8, "big"), int(number).to_bytes(8, "little"), bytes(varint)]
    return [name for name, octets in bytes_of(folder).items() if any(form in octets for form in forms)]


def test_a_recall_refuses_at_once_and_what_the_person_confirmed_survives(gate, smsc):
    gate.opt_in(ALICE, source="bought")
    gate.opt_in(BOB, source="bought")
    with gate.bound() as esme:
        assert submit(esme) == 0
        session = smsc.receiver()
        session.send(smpp.deliver_sm(BOB, "36111", "START", sequence=9))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_ins_total", method="mo_keyword") == 1)
        done = gate.cli("recall", "--source", "bought", "--reason", "no proof", check=0)
        assert "2 opt-ins count no more" in done.stdout
        assert submit(esme) == 0x45 and submit(esme, destination=BOB) == 0
    assert explained(gate)["reason"] == "source_recalled"
    assert gate.metric("consentgate_submits_total", reason="source_recalled") == 1
    gate.kill9()
    gate.start()
    assert explained(gate)["reason"] == "source_recalled"


def test_consent_expires_by_itself(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS.replace("source_addresses: [\"36333\"]", "source_addresses: [\"36333\"]\n    consent_life: 1mo"))
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    gate.opt_in(ALICE, expires_at=soon)
    gate.opt_in(ALICE, "sender:club", occurred_at="2026-01-01")
    with gate.bound() as esme, gate.bound("club1") as club:
        assert submit(esme) == 0
        assert submit(club, "36333") == 0x45
        wait_until(lambda: submit(esme) == 0x45)
    assert explained(gate)["reason"] == "consent_expired"
    assert gate.metric("consentgate_submits_total", sender="club", reason="consent_expired") == 1


def test_an_erased_person_is_in_no_file_and_is_refused(start_gate, smsc):
    gate = start_gate([smsc.port])
    for n in range(300):
        gate.opt_in(str(33700000000 + n))
    gate.opt_in(f"+33 (0){ALICE[2:]}", wording=f"I, {ALICE}, agree")
    with gate.bound() as esme:
        assert submit(esme) == 0
        session = smsc.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total", method="mo_keyword") == 1)
        assert submit(esme) == 0x45
        wait_until(lambda: holders(gate.store, ALICE))
        done = json.loads(gate.cli("erase", ALICE, "--reason", "asked by letter", "--now", "--json", check=0).stdout)
        assert done["events"] == 2 and done["purged"]
        assert submit(esme) == 0x45  # and what is decided from now on does not write it again
        gate.opt_out(ALICE)
    lines = [json.loads(line) for line in gate.http("GET", f"/v1/journal?number={ALICE}")[1].splitlines()]
    assert [(line["number"], line["verdict"]) for line in lines] == [(done["number"], v) for v in ("forwarded", "refused", "refused")]
    assert gate.stop() == 0
    assert holders(gate.store, ALICE) == []
    assert ALICE not in gate.log_path.read_text()
    gate.start()
    assert holders(gate.store, ALICE) == []
    with gate.bound() as esme:
        assert submit(esme) == 0x45
        assert submit(esme, destination="33700000001") == 0
    history = gate.events(ALICE)
    assert [e["event"] for e in history] == ["opt_in", "opt_out", "erasure", "opt_out"]
    assert all(e["number"] == done["number"] for e in history) and history[2]["reason"] == "asked by letter"
    assert "valid" in gate.http("GET", "/v1/ledger/verification")[1]
    assert gate.cli("verify", check=0).stdout.startswith("304 events")


def test_kill_9_in_a_series_of_erasures_leaves_each_person_whole_or_gone(start_gate, smsc):
    gate = start_gate([smsc.port])
    numbers = [str(33700000000 + n) for n in range(60)]
    for n in numbers:
        gate.opt_out(n)
    erased = set()
    for start in range(0, 60, 20):
        processes = [subprocess.Popen([BINARY, "erase", n, "--reason", "asked", "--config", gate.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                     for n in numbers[start:start + 20]]
        wait_until(lambda: any(p.poll() == 0 for p in processes))
        gate.kill9()
        for p in processes:
            p.wait()
        erased |= {n for n, p in zip(numbers[start:], processes) if p.returncode == 0}
        gate.start()
    assert erased
    for n in numbers:
        history = gate.events(n)
        gone = history[0]["number"].startswith("hash:")
        assert gone or n not in erased
        assert [e["event"] for e in history] == (["opt_out", "erasure"] if gone else ["opt_out"])
        assert gate.http("GET", f"/v1/decision?number={n}&sender=shop")[1]["reason"] == "opted_out"
    assert gate.cli("verify", check=0)


def test_a_store_of_hashes_holds_no_number(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + 'numbers: {country_code: "33", storage: hashed}\n')
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert submit(esme) == 0
        session = smsc.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total", method="mo_keyword") == 1)
        assert submit(esme) == 0x45
    assert gate.stop() == 0
    assert holders(gate.store, ALICE) == []
    gate.start()
    assert explained(gate)["reason"] == "opted_out"
    gate.stop()
    gate.configure(SENDERS)
    done = gate.cli("show", ALICE, "--offline", check=1)
    assert "numbers.storage" in done.stderr


def test_two_persons_correct_and_a_proposal_outlasts_the_end_of_the_gate(start_gate, smsc, tmp_path):
    gate = start_gate([smsc.port], SENDERS + "corrections: two_person\n", tokens=TOKENS)
    gate.opt_in(ALICE)
    mistake = gate.opt_out(ALICE)
    olga = ("--token-file", gate.folder / "olga.token")
    assert gate.cli("corrections", check=0).stdout == "no correction waits for a second person\n"
    assert "propose it first" in gate.cli("correct", mistake["id"], "--approve", *olga, check=1).stderr
    done = gate.cli("correct", mistake["id"], "--reason", "meant for another", check=0)
    assert "waits for a second person" in done.stdout
    gate.kill9()
    gate.start()
    assert "a second person must approve" in gate.cli("correct", mistake["id"], "--approve", check=1).stderr
    assert "admin has proposed this correction already" in gate.cli("correct", mistake["id"], "--reason", "mine", *olga, check=1).stderr
    assert explained(gate)["reason"] == "opted_out"
    waiting = json.loads(gate.cli("corrections", "--json", check=0).stdout)
    assert [(p["event"], p["proposed_by"], p["reason"]) for p in waiting] == [(mistake["sequence"], "admin", "meant for another")]
    assert "meant for another" in gate.cli("corrections", "--token-file", gate.folder / "vera.token", check=0).stdout
    gate.cli("backup", tmp_path / "copy", check=0)
    gate.cli("correct", mistake["id"], "--approve", *olga, check=0)
    assert explained(gate)["verdict"] == "forwarded"
    event = gate.events(ALICE)[-1]
    assert (event["actor"], event["approved_by"], event["reason"]) == ("admin", "olga", "meant for another")
    assert event["occurred_at"] == waiting[0]["proposed_at"] < event["recorded_at"]
    assert gate.cli("corrections", "--json", check=0).stdout == "[]\n"
    assert "propose it first" in gate.cli("correct", mistake["id"], "--approve", *olga, check=1).stderr
    assert "corrected already" in gate.cli("correct", mistake["id"], "--reason", "again", check=1).stderr
    page = re.sub("<[^>]*>", "", gate.cli("dossier", ALICE, check=0).stdout)
    assert "Proposed by admin, " in page and "Approved by olga" in page
    uses = [json.loads(line) for line in gate.http("GET", "/v1/access")[1].splitlines()]
    assert [(u["token"], u["status"]) for u in uses if u["route"] == "/v1/events/{}/correction"] == [
        ("olga", 404), ("admin", 202), ("admin", 403), ("olga", 409), ("olga", 201), ("olga", 404), ("admin", 409)]
    gate.cli("verify", check=0)
    gate.stop()
    other = start_gate([smsc.port], SENDERS + "corrections: two_person\n", tokens=TOKENS, store=tmp_path / "copy")
    assert json.loads(other.cli("corrections", "--json", check=0).stdout) == waiting
    other.cli("correct", mistake["sequence"], "--approve", "--token-file", other.folder / "olga.token", check=0)


def test_a_correction_shows_in_the_export(gate):
    gate.opt_in(ALICE)
    mistake = gate.opt_out(ALICE)
    gate.cli("correct", mistake["sequence"], "--reason", "meant for another", check=0)
    exported = [json.loads(line) for line in gate.cli("export", check=0).stdout.splitlines()]
    assert exported[-1]["event"] == "correction" and exported[-1]["corrects"] == mistake["id"] and exported[-1]["reason"] == "meant for another"
    assert explained(gate)["verdict"] == "forwarded"
    assert gate.events(ALICE)[1]["effect"].startswith("corrected by")
    assert gate.cli("correct", mistake["sequence"], "--reason", "again", check=1).stderr.strip().endswith("corrected already")


def test_what_the_person_wrote_is_no_mistake_of_an_operator(gate, smsc):
    with gate.bound() as esme:
        session = smsc.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: [e["event"] for e in gate.events(ALICE)] == ["opt_out"])
    assert "not an operator's mistake" in gate.cli("correct", "1", "--reason", "oops", check=1).stderr
    assert explained(gate)["reason"] == "opted_out"


def test_a_reassigned_number(gate):
    gate.opt_in(ALICE)
    gate.opt_out(ALICE, "sender:club")
    gate.cli("reassigned", ALICE, "--source", "registry", check=0)
    assert explained(gate)["reason"] == "no_consent"
    assert explained(gate)["event"]["event"] == "reassigned"
    assert gate.events(ALICE)[0]["effect"].startswith("void: the number was reassigned")


def test_the_past_is_told_as_it_was_known(gate):
    gate.opt_in(ALICE)
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    wait_until(lambda: time.time() > time.mktime(time.strptime(before, "%Y-%m-%dT%H:%M:%SZ")) - time.timezone + 0.1)
    gate.opt_out(ALICE, occurred_at="2026-05-01", method="letter")
    assert explained(gate)["reason"] == "opted_out"
    then = explained(gate, "--at", before)
    assert then["verdict"] == "forwarded" and then["event"]["evidence"] == "file:1"
    assert then["learnt_since"]["reason"] == "opted_out" and [e["event"] for e in then["learnt_since"]["events"]] == ["opt_out"]
    text = gate.cli("explain", ALICE, "--sender", "shop", "--at", before, check=0).stdout
    assert "As the ledger stood at" in text and "learnt since" in text and "letter" in text
    assert "future" in gate.cli("explain", ALICE, "--sender", "shop", "--at", "2999-01-01", check=1).stderr
    gate.stop()
    assert explained(gate, "--at", before, "--offline") == then


def test_a_copy_made_under_load_answers_the_same_and_verifies(start_gate, smsc, tmp_path):
    gate = start_gate([smsc.port])
    for n in range(100):
        gate.opt_in(str(33700000000 + n))
    gate.opt_out(ALICE)
    gate.cli("erase", ALICE, "--reason", "asked", check=0)
    copy = tmp_path / "copy"
    gate.cli("backup", copy, check=0)
    assert "not empty" in gate.cli("backup", copy, check=1).stderr
    assert oct((copy / "numbers.key").stat().st_mode)[-3:] == "600"
    gate.opt_out("33700000000")
    other = start_gate([smsc.port], store=copy)
    assert other.cli("verify", check=0).stdout.startswith("102 events")
    for number in (ALICE, "33700000001"):
        assert other.http("GET", f"/v1/decision?number={number}&sender=shop")[1] == gate.http("GET", f"/v1/decision?number={number}&sender=shop")[1]
    assert other.http("GET", "/v1/decision?number=33700000000&sender=shop")[1]["verdict"] == "forwarded"


def test_kill_9_during_recalls_and_copies_leaves_a_whole_store(start_gate, smsc, tmp_path):
    gate = start_gate([smsc.port])
    for n in range(50):
        gate.opt_in(str(33700000000 + n), source=f"list{n % 10}")
    recalled = set()
    for turn in range(3):
        orders = {f"list{n}": ["recall", "--source", f"list{n}", "--reason", "no proof"] for n in range(turn * 3, turn * 3 + 3)}
        orders["copy"] = ["backup", tmp_path / f"copy{turn}"]
        running = {name: subprocess.Popen([BINARY, *map(str, o), "--config", gate.config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for name, o in orders.items()}
        wait_until(lambda: any(p.poll() == 0 for p in running.values()))
        gate.kill9()
        for p in running.values():
            p.wait()
        recalled |= {name for name, p in running.items() if name != "copy" and p.returncode == 0}
        gate.start()
    for n in range(50):
        reason = gate.http("GET", f"/v1/decision?number={33700000000 + n}&sender=shop")[1]["reason"]
        assert reason in ("none", "source_recalled")
        assert f"list{n % 10}" not in recalled or reason == "source_recalled"
    gate.cli("verify", check=0)
    gate.cli("backup", tmp_path / "whole", check=0)
    assert start_gate([smsc.port], store=tmp_path / "whole").cli("verify", check=0)


def test_anybody_can_check_the_signed_head(gate, tmp_path):
    gate.opt_in(ALICE)
    head = gate.http("GET", "/v1/ledger/head")[1]
    (tmp_path / "key.pem").write_text(head["public_key"])
    (tmp_path / "statement").write_text(head["statement"])
    (tmp_path / "signature").write_bytes(bytes.fromhex(head["signature"]))
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "key.pem", "-rawin", "-in", tmp_path / "statement", "-sigfile", tmp_path / "signature"]
    assert subprocess.run(check, capture_output=True).returncode == 0
    (tmp_path / "statement").write_text(head["statement"].replace("\n1\n", "\n2\n"))
    assert subprocess.run(check, capture_output=True).returncode != 0
    assert head["statement"].split("\n")[1:3] == [str(head["sequence"]), head["hash"]]
    assert head["statement"].split("\n")[4:6] == [str(head["access"]["uses"]), head["access"]["hash"]]
    gate.opt_in(BOB)
    gate.stop()
    gate.start()
    assert gate.http("GET", "/v1/ledger/head")[1]["public_key"] == head["public_key"]
    for content, code, told in ((head["statement"], 0, "uses of a token, each follows"), (head["statement"].replace("\n1\n", "\n2\n"), 1, "event 2 is the first that does not fit"),
                                (head["statement"].replace("\n1\n", "\n9\n"), 1, "event 3 is the first that does not fit"),
                                (head["statement"].replace(f"\n{head['access']['uses']}\n", "\n99\n"), 1, "use of a token"), ("x", 1, "is no statement")):
        (tmp_path / "statement").write_text(content)
        done = gate.cli("verify", "--deposited", tmp_path / "statement", check=code)
        assert told in done.stdout + done.stderr, done
    assert "cannot read" in gate.cli("verify", "--deposited", tmp_path / "none", check=1).stderr
    gate.stop()
    (tmp_path / "statement").write_text(head["statement"])
    gate.cli("verify", "--deposited", tmp_path / "statement", "--offline", check=0)


def test_a_new_key_for_numbers_that_are_erased(gate):
    gate.opt_out(ALICE)
    gate.cli("erase", ALICE, "--reason", "asked", check=0)
    gate.cli("rotate-key", check=0)
    gate.opt_out(BOB)
    gate.cli("erase", BOB, "--reason", "asked", check=0)
    gate.stop()
    gate.start()
    for number in (ALICE, BOB):
        assert gate.http("GET", f"/v1/decision?number={number}&sender=shop")[1]["reason"] == "opted_out"
    assert len((gate.store / "numbers.key").read_text().split()) == 2


def test_wrong_input_is_told(gate):
    for arguments, code, told in ((["recall", "--reason", "x"], 2, "--source"), (["recall", "--source", "s", "--reason", " "], 1, "reason is missing"),
                                  (["erase", "12", "--reason", "x"], 1, "cannot be read as a number"), (["erase", ALICE], 2, "--reason"),
                                  (["erase", ALICE, "--reason", f"from {ALICE}"], 1, "leave it out"), (["correct", "1"], 1, "there is no event 1"),
                                  (["correct", "7", "--reason", "x"], 1, "there is no event 7"), (["correct", "seven", "--reason", "x"], 1, "names no event"),
                                  (["reassigned", ALICE, "--occurred-at", "2999-01-01"], 1, "future"), (["reassigned", "1"], 1, "cannot be read as a number"),
                                  (["backup"], 2, "DIR"), (["explain", ALICE, "--sender", "shop", "--at", "noon"], 1, "is no time"),
                                  (["recall", "--source", "", "--reason", "x"], 1, "an empty text names no"), (["show", ""], 1, "an empty text names no"),
                                  *(([command, "--from", "2026-02-01", "--to", "2026-01-01"], 1, "is after to") for command in ("export", "journal", "access"))):
        assert told in gate.cli(*arguments, check=code).stderr, arguments
    for path in (f"/v1/numbers/{ALICE}?reason=asked&now=perhaps", f"/v1/numbers/{ALICE}?reason=asked&now="):
        status, problem = gate.http("DELETE", path)
        assert status == 400 and "must be true or false" in problem["detail"]
    assert gate.metric("consentgate_ledger_events") == 0
    gate.stop()
    assert "is after to" in gate.cli("export", "--from", "2026-02-01", "--to", "2026-01-01", "--offline", check=1).stderr
