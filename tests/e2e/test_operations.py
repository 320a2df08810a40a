"""The steps of deploy/README.md, and what it says of logs."""

import json
import re
import shutil

import smpp
from harness.gate import ROOT, SENDERS

ALICE, BOB = "33612345678", "33687654321"
PAGE = (ROOT / "deploy" / "README.md").read_text()


def test_taken_out_by_a_reload_everything_passes_and_a_stop_still_counts(gate, smsc):
    esme = gate.bound()
    assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
    gate.configure(SENDERS + "policy: {default: exempt}")
    gate.reload()
    assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0
    sent = smsc.receiver("shop1")
    sent.send(smpp.deliver_sm(ALICE, "36111", "STOP").with_sequence(sent.next_sequence()))
    esme.send(smpp.answer(esme.receive(), b"\0"))
    smsc.wait_for(lambda _, p: p.name == "deliver_sm_resp" and p.command_status == 0)
    assert [e["event"] for e in gate.events(ALICE)] == ["opt_out"]
    assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0
    gate.configure(SENDERS)
    gate.reload()
    assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45


def test_backed_up_and_restored_with_the_stops_since_then(gate, start_gate, smsc, tmp_path):
    gate.opt_in(ALICE)
    gate.opt_in(BOB)
    gate.cli("backup", tmp_path / "copy", check=0)
    copied = gate.http("GET", "/v1/ledger/head")[1]
    gate.opt_out(ALICE)
    assert gate.stop() == 0
    later = [json.loads(line) for line in gate.cli("export", "--offline", check=0).stdout.splitlines()][2:]
    assert [e["event"] for e in later] == ["opt_out"]

    shutil.move(gate.store, tmp_path / "aside")
    shutil.copytree(tmp_path / "copy", gate.store)
    assert json.loads(gate.cli("verify", "--offline", "--json", check=0).stdout)["events"] == 2
    gate.start()
    head = gate.http("GET", "/v1/ledger/head")[1]
    assert {k: head[k] for k in ("sequence", "hash")} == {k: copied[k] for k in ("sequence", "hash")}
    esme = gate.bound()
    assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0  # what the copy does not know
    for e in later:
        gate.opt_out(e["number"], e["scope"], occurred_at=e["occurred_at"])
    assert [esme.request(smpp.submit_sm("36111", n)).command_status for n in (ALICE, BOB)] == [0x45, 0]


def test_a_token_is_rotated(gate):
    stolen = gate.token
    assert gate.http("GET", f"/v1/numbers/{ALICE}", token=stolen)[0] == 200
    gate.stop()
    (gate.store / "admin.token").unlink()
    gate.start()
    assert gate.token != stolen
    assert gate.http("GET", f"/v1/numbers/{ALICE}", token=stolen)[0] == 401
    gate.cli("show", ALICE, check=0)


def test_health_as_kubernetes_asks_for_it(gate):
    assert gate.http("GET", "/healthz") == (200, "ok\n")
    assert gate.http("GET", "/readyz") == (200, "ready\n")


def documented_fields():
    table = PAGE[PAGE.index("| field | |"):].split("\n\n")[0]
    return {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])}


def fields_in_the_code():
    found = set()
    for file in (ROOT / "proxy").rglob("*.cc"):
        for call in re.findall(r"\blog(?:_each)?\(log_level::.*?;", file.read_text(), re.S):
            found |= set(re.findall(r'\{"(\w+)",', call))
    return found | {"time", "level", "message"}


def test_every_field_of_the_log_is_documented_and_none_that_is_not_there():
    assert len(fields_in_the_code()) > 20
    assert fields_in_the_code() == documented_fields()


def test_the_log_names_nobody(gate, smsc):
    """Every kind of message, answer and question, each with a number in it."""
    esme = gate.bound()
    gate.opt_in(ALICE)
    for number in (ALICE, BOB, "+" + BOB, "12", "nonsense " + BOB):
        esme.request(smpp.submit_sm("36111", number))
    esme.request(smpp.submit_sm("36222", ALICE))
    esme.request(smpp.submit_multi("36111", [ALICE, BOB]))
    session = smsc.receiver("shop1")
    for source, text in ((ALICE, "STOP"), ("nobody" + BOB, "STOP"), (ALICE, "START"), (BOB, "Hello")):
        session.send(smpp.deliver_sm(source, "36111", text, source_ton=1).with_sequence(session.next_sequence()))
        esme.send(smpp.answer(esme.receive(), b"\0"))
    for method, path in (("GET", f"/v1/numbers/{ALICE}"), ("GET", f"/v1/numbers/{ALICE}/events"), ("GET", f"/v1/decision?number={ALICE}&sender=shop"),
                         ("GET", f"/v1/numbers/{ALICE}/nothing"), ("DELETE", f"/v1/numbers/{BOB}?reason=x"), ("GET", f"/v1/journal?number={ALICE}")):
        gate.http(method, path)
        gate.http(method, path, token="wrong")
    esme.socket.sendall(b"\0\0\0\4" + ALICE.encode())  # broken framing
    assert gate.stop() == 0
    text = gate.log_path.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert any(line["message"] == "submits not consented to" and "*" in line["example"] for line in lines)
    for number in (ALICE, BOB):
        assert number not in text and number[2:] not in text
    assert {field for line in lines for field in line} <= documented_fields()
    # A line for a session, none for a message.
    assert [line["message"] for line in lines].count("session ended") == 1 and len(lines) < 20
