"""A person who is erased is in no file of the store, whatever way the number came in: entered, imported, refused, written by the person, kept
for a sender who is away, held by an SMSC for later, asked about, named where no number belongs. With `numbers.storage: hashed` nobody ever is."""

import json
import pathlib
import urllib.parse

import pytest
import smpp
from harness.clock import JumpingClock
from harness.gate import SENDERS, wait_until

ALICE = "33612345678"
CONFIG = """
opt_out: {cancel_scheduled: on}
senders:
  - {name: shop, group: retail, system_ids: [shop1], source_addresses: ["36111", "36999"], confirmation: on, frequency_cap: {messages: 50, per: 30d, mode: observe}}
  - {name: club, group: leisure, system_ids: [club1], source_addresses: ["36999", "36333"], double_opt_in: {question: {en: "CLUB: reply YES"}}}
  - {name: away, group: away, system_ids: [away1], source_addresses: ["36444"]}
listeners: [{system_id: away1, password: heard}]
"""
HEADER = "number,event,scope,occurred_at,method,source,source_kind,collector,evidence\n"


def forms(number):
    """What the number looks like as text, as a key, as a varint, in hexadecimal, in UTF-16, and as the address of a short message."""
    value, national = int(number), number[2:]
    varint = bytearray()
    while value >= 0x80:
        varint.append(value & 0x7F | 0x80)
        value >>= 7
    varint.append(value)
    padded = number + "F"
    semi_octets = bytes(int(padded[i + 1] + padded[i], 16) for i in range(0, len(padded), 2))
    return [number.encode(), national.encode(), int(number).to_bytes(8, "big"), int(number).to_bytes(8, "little"), bytes(varint), national.encode("utf-16-be"),
            national.encode("utf-16-le"), national.encode().hex().encode(), national.encode().hex().upper().encode(), semi_octets, b"12 34 56 78", b"12.34.56.78"]


def holders(folder):
    return [str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if p.is_file() and any(f in p.read_bytes() for f in forms(ALICE))]


def reply(smsc, connection, system_id, text, destination, **more):
    session = smsc.receiver(system_id)
    sent = smpp.deliver_sm(ALICE, destination, text, sequence=session.next_sequence(), **more)
    session.send(sent)
    while (pdu := connection.receive()).name != "deliver_sm":
        pass
    connection.send(smpp.answer(pdu, b"\0"))
    smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == sent.sequence_number)


def write_to_one_who_is_away(smsc, text):
    session = wait_until(lambda: next((s for s in smsc.sessions if s.bound == "receiver" and s.system_id == "away1"), None), what="the listener")
    assert session.request(smpp.deliver_sm(ALICE, "36444", text)).command_status == 0


def converse(gate, smsc):
    """The number in all that people and senders write."""
    with gate.bound("shop1") as shop, gate.bound("club1") as club:
        for source, destination, schedule in (("36111", ALICE, ""), ("36999", ALICE, ""), ("36111", "06.12.34.56.78z", ""), ("36111", ALICE, "000001000000000R")):
            shop.request(smpp.submit_sm(source, destination, sequence=7, schedule=schedule))
        reply(smsc, club, "club1", "START", "36333")
        reply(smsc, shop, "shop1", "I am 06 12 34 56 78", "36111")
        reply(smsc, shop, "shop1", "STOP", "36999")
        reply(smsc, shop, "shop1", "STOP 0612345678".encode("utf-16-be"), "36111", data_coding=8)
    write_to_one_who_is_away(smsc, "call me on 0612345678")


def enter(gate, tmp_path):
    """The number in all that operators enter, and where it does not belong."""
    gate.opt_in("+33 (0)6 12 34 56 78", wording="I, 06 12 34 56 78, agree", evidence=f"https://proof.example/{ALICE}")
    gate.opt_out(ALICE, "sender:bank", method="letter", source="letter of 06 12 34 56 78", collector="who has 0612345678", evidence=f"scan {ALICE}")
    telling = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "call", "source": f"form of +{ALICE}",
               "collector": "agent of 06-12-34-56-78", "evidence": "e"}
    status, problem = gate.http("POST", "/v1/events", telling)
    assert status == 422 and {e["field"] for e in problem["errors"]} == {"source", "collector"}
    listed = tmp_path / f"{ALICE}.csv"
    listed.write_text(HEADER + f"{ALICE},opt_in,sender:shop,2026-01-01,paper,list,scraped,us,x\n06 12 34 56 78x,opt_out,all,,,,,,\n"
                               f"{ALICE},opt_in,sender:club,2026-02-01,paper,list,own_form,us,see {ALICE}\n")
    gate.cli("import", listed, check=3)
    for path in (f"/v1/numbers/{ALICE}", "/v1/numbers/0612345678", f"/v1/decision?number={ALICE}&sender=shop", f"/v1/events?source={ALICE}", f"/v1/{ALICE}",
                 f"/v1/journal?message_id={ALICE}", f"/v1/events/{ALICE}/correction"):
        gate.http("GET", path)
    for path, reason in (("/v1/sources/list/recall", f"complaint of {ALICE}"), ("/v1/events/1/correction", "typed by +33 6 12 34 56 78")):
        assert gate.http("POST", path, {"reason": reason})[0] == 400


@pytest.mark.parametrize("storage", ["plain", "hashed"])
def test_nowhere(start_gate, start_smsc, tmp_path, storage):
    smsc = start_smsc(one_receiver=True)
    gate = start_gate([smsc.port], CONFIG + f'numbers: {{country_code: "33", storage: {storage}}}\n')
    for n in range(100):
        gate.opt_in(str(33700000000 + n))
    enter(gate, tmp_path)
    converse(gate, smsc)
    if storage == "plain":
        places = wait_until(lambda: holders(gate.store))
        assert any(p.startswith("rocksdb/") for p in places)
    done = json.loads(gate.cli("erase", ALICE, "--reason", "asked by letter", "--now", "--json", check=0).stdout)
    assert done["purged"] and holders(gate.store) == []
    # What comes later does not bring it back, and the suppression refuses.
    converse(gate, smsc)
    gate.opt_out(ALICE, "group:away", method="call")
    with gate.bound("shop1") as shop:
        assert shop.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
    assert gate.cli("verify", check=0)
    write_to_one_who_is_away(smsc, "again, 0612345678")
    assert gate.stop() == 0
    assert holders(gate.store) == []
    gate.start()
    assert ALICE not in gate.log_path.read_text()
    assert holders(gate.store) == [] and gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]["reason"] == "opted_out"


def test_a_store_of_hashes_never_has_a_number(start_gate, start_smsc, tmp_path):
    smsc = start_smsc(one_receiver=True)
    gate = start_gate([smsc.port], CONFIG + 'numbers: {country_code: "33", storage: hashed}\n')
    enter(gate, tmp_path)
    converse(gate, smsc)
    assert gate.http("POST", f"/v1/numbers/{ALICE}/reassigned", {"occurred_at": "2025-01-01", "source": "registry", "reason": "as told"})[0] == 201
    entered = gate.opt_in(ALICE, evidence=f"form {ALICE}")
    for reason in (f"typed by +{ALICE}", "of 06 12 34 56 78", f"it is {ALICE[2:]}", "ends with 12345678"):
        assert gate.http("POST", f"/v1/events/{entered['sequence']}/correction", {"reason": reason})[0] == 400
    assert gate.http("POST", f"/v1/events/{entered['sequence']}/correction", {"reason": "typed twice"})[0] == 201
    lines = wait_until(lambda: [line for line in gate.cli("journal", "--sender", "shop", "--from", "2026-01-01").stdout.splitlines() if "unreadable" in line], what="the journal")
    assert all("**.**.**.**.**z" in line for line in lines)
    wait_until(lambda: smsc.sessions and gate.metric("consentgate_gate_messages_total", kind="confirmation", outcome="accepted"), what="a confirmation")
    gate.cli("backup", tmp_path / "copy", check=0)
    assert holders(gate.store) == [] and holders(tmp_path / "copy") == []
    gate.kill9()
    assert holders(gate.store) == []
    gate.start()
    assert gate.stop() == 0
    assert holders(gate.store) == []


def test_a_store_of_hashes_keeps_refused_rows_without_their_numbers(start_gate, smsc, tmp_path):
    gate = start_gate([smsc.port], SENDERS + 'numbers: {country_code: "33", storage: hashed}\n')
    listed, back = tmp_path / "list.csv", tmp_path / "back.csv"
    rows = [f"{ALICE},opt_in,sender:shop,2026-01-01,paper,list,scraped,us,see {ALICE}", "06 12 34 56 78x,opt_out,all,,,,,,", f"{ALICE},opt_out,all"]
    listed.write_text(HEADER + "\n".join([*rows, f"{ALICE},opt_in,sender:shop,2026-02-01,paper,list,own_form,us,x"]) + "\n")
    done = json.loads(gate.cli("import", listed, "--rejects", back, "--json", check=3).stdout)
    assert done["taken"] == 1 and [r["line"] for r in done["refusals"]] == [2, 3, 4]
    assert [r["row"] for r in done["refusals"]] == ["***********,opt_in,sender:shop,2026-01-01,paper,list,scraped,us,see ***********",
                                                    "** ** ** ** **x,opt_out,all,,,,,,", "***********,opt_out,all"]
    assert all(r["reasons"][0]["message"] for r in done["refusals"]) and ALICE not in json.dumps(done)
    kept = gate.http("GET", f"/v1/imports/{done['id']}/rejects")[1]
    assert kept.count("\r\n") == 4 and ALICE not in kept
    assert [p.suffix for p in (gate.store / "imports").iterdir()] == [".refusals"]  # the list itself is gone
    assert holders(gate.store) == []
    # Who has the list gets whole rows, to send back.
    assert [line.rsplit(",", 1)[0] for line in back.read_text().splitlines()[1:3]] == [rows[0], rows[1]] and ALICE in back.read_text().splitlines()[3]


def test_a_source_takes_nobodys_number(gate, tmp_path):
    """In the name of a source, or in another person's: refused where it is entered, an opposition taken with the digits masked."""
    telling = {"number": "33698765432", "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "call", "collector": "us", "evidence": "e"}
    for source in (f"call from {ALICE}", "06 12 34 56 78", "+33 (0)6.12.34.56.78 on 2026-01-01"):
        status, problem = gate.http("POST", "/v1/events", {**telling, "source": source})
        assert status == 422 and [e["field"] for e in problem["errors"]] == ["source"] and "telephone number" in problem["errors"][0]["message"]
        assert gate.http("POST", f"/v1/sources/{urllib.parse.quote(source)}/recall", {"reason": "complaint"})[0] == 400
        assert gate.http("POST", "/v1/numbers/33698765432/reassigned", {"source": source})[0] == 400
    assert gate.opt_out("33698765432", source=f"called by {ALICE}")["source"] == "called by ***********"
    listed, back = tmp_path / "list.csv", tmp_path / "back.csv"
    listed.write_text(HEADER + f"33698765432,opt_in,sender:shop,2026-01-01,call,{ALICE},,us,e\n33698765432,opt_in,sender:shop,2026-01-01,call,list 2026-01-01,,us,e\n")
    gate.cli("import", listed, "--rejects", back, check=3)
    assert "source: holds what reads like a telephone number" in back.read_text()
    assert gate.stop() == 0
    assert holders(gate.store) == []


def test_an_erasure_names_the_source_that_still_tells(gate):
    gate.opt_in("33698765432", source="lot 12345678")
    gate.opt_in(ALICE)
    assert gate.http("DELETE", "/v1/numbers/33698765432?reason=asked")[1]["telling_sources"] == []
    done = gate.cli("erase", ALICE, "--reason", "asked", check=0)
    assert "the name of source lot 12345678 holds the number" in done.stdout


def test_within_a_day_without_being_asked(start_gate, smsc, tmp_path):
    clock = JumpingClock(tmp_path)
    gate = start_gate([smsc.port], environment=clock.environment)
    gate.opt_in(ALICE, wording=f"I, {ALICE}, agree")
    with gate.bound() as shop:
        assert shop.request(smpp.submit_sm("36111", ALICE)).command_status == 0
    wait_until(lambda: ALICE in gate.http("GET", f"/v1/journal?number={ALICE}")[1], what="the journal")
    gate.opt_out(ALICE)
    assert not json.loads(gate.cli("erase", ALICE, "--reason", "asked by letter", "--json", check=0).stdout)["purged"]
    assert holders(gate.store)
    clock.set("+24h")
    wait_until(lambda: not holders(gate.store), 30, "the purge")
    wait_until(lambda: json.loads(gate.cli("erase", ALICE, "--reason", "again", "--json", check=0).stdout)["purged"], 30, "its end")
    assert gate.cli("verify", check=0) and gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]["reason"] == "opted_out"
