"""The story the gate exists for, from end to end: a scraped list, a supplier's list without proof, five oppositions by five ways; what the
dossier and the report say of it afterwards."""

import csv
import datetime
import html.parser
import io
import json
import re

import pytest
import smpp
from harness.gate import wait_until

ALICE, BOB, CAROL, NOBODY = "33612345678", "33687654321", "33699887766", "33600000000"
SUPPLIER = "Petites Annonces SARL, lot 7"
EVIL = "<script>alert('x')</script>"
CONFIG = """
senders:
  - {name: diagnostics, group: dse, system_ids: [dse_diag], source_addresses: ["36111"]}
  - {name: alarms, group: dse, system_ids: [dse_alarm], source_addresses: ["36222"]}
  - {name: trial, group: other, system_ids: [trial], source_addresses: ["36333"], mode: observe}
"""
HEADER = "number,event,scope,occurred_at,method,source,source_kind,collector,evidence\n"


class Page(html.parser.HTMLParser):
    """Fails on a page that is not well formed, or that needs anything but itself."""

    VOID = {"meta", "br"}

    def __init__(self, text):
        super().__init__()
        self.open, self.words, self.ids, self.links = [], [], set(), set()
        self.feed(text)
        self.close()
        assert self.open == []
        assert self.links <= self.ids
        self.text = re.sub(r"[ \n]+", " ", " ".join(self.words))

    def handle_starttag(self, tag, attributes):
        assert tag not in ("script", "link", "img", "iframe", "object", "base", "form")
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attributes:
            assert name in ("lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope"), name
            if name == "id":
                assert value not in self.ids
                self.ids.add(value)
            if name == "href":
                assert value.startswith("#")
                self.links.add(value[1:])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            assert "url(" not in data and "@import" not in data
        else:
            self.words.append(data)


def submit(connection, number, source="36111"):
    return connection.request(smpp.submit_sm(source, number)).command_status


def stop(smsc, connection):
    session = smsc.receiver("dse_diag")
    sent = smpp.deliver_sm(ALICE, "36111", "STOP", sequence=session.next_sequence())
    session.send(sent)
    connection.send(smpp.answer(connection.receive(), b"\0"))
    return smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == sent.sequence_number)[1].command_status


def ago(**some):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**some)).strftime("%Y-%m-%dT%H:%M:%SZ")


def on_page(time):
    return time.replace("T", " ").rstrip("Z")


@pytest.fixture
def story(start_gate, smsc, tmp_path):
    """The gate at the end of the story, and when each opposition was made."""
    gate = start_gate([smsc.port], CONFIG)
    scraped = tmp_path / "scraped.csv"
    scraped.write_text(HEADER + f"{CAROL},opt_in,group:dse,{ago(days=60)},web_form,annonces,scraped,a robot,https://annonces.example\n")
    refused = json.loads(gate.cli("import", scraped, "--json", check=3).stdout)
    assert (refused["taken"], refused["refused"]) == (0, 1) and "scraped" in json.dumps(refused["refusals"])
    bought = tmp_path / "lot7.csv"
    bought.write_text(HEADER + "".join(f'{n},opt_in,group:dse,{ago(days=60)},web_form,"{SUPPLIER}",broker,"Petites Annonces SARL",{EVIL}\n' for n in (ALICE, BOB)))
    gate.cli("import", bought, check=0)
    with gate.bound("dse_diag") as diagnostics, gate.bound("dse_alarm") as alarms, gate.bound("trial") as trial:
        assert [submit(diagnostics, ALICE), submit(diagnostics, ALICE), submit(alarms, ALICE, "36222"), submit(diagnostics, BOB)] == [0] * 4
        assert submit(diagnostics, CAROL) == 0x45
        assert submit(trial, CAROL, "36333") == 0
        acts = {"letter": ago(days=9), "call": ago(days=6, hours=3), "api": ago(days=3), "cli": ago(hours=5)}
        gate.cli("opt-out", ALICE, "--scope", "group:dse", "--method", "letter", "--occurred-at", acts["letter"], "--evidence", "scan 2026/114", check=0)
        assert submit(diagnostics, ALICE) == 0x45
        gate.opt_out(ALICE, "group:dse", method="call", occurred_at=acts["call"])
        gate.opt_out(ALICE, "sender:alarms", method="api", occurred_at=acts["api"])
        assert stop(smsc, diagnostics) == 0
        gate.cli("opt-out", ALICE, "--scope", "all", "--occurred-at", acts["cli"], check=0)
        assert submit(alarms, ALICE, "36222") == 0x45
        gate.cli("recall", "--source", SUPPLIER, "--reason", "the supplier has no proof", check=0)
        assert submit(diagnostics, BOB) == 0x45
    wait_until(lambda: len(gate.http("GET", "/v1/journal?from=2026-01-01")[1].splitlines()) == 9)
    acts["sms"] = next(e["occurred_at"] for e in gate.events(ALICE) if e.get("method") == "mo_keyword")
    return gate, acts


@pytest.fixture(params=["online", "offline"])
def mode(request, story):
    if request.param == "offline":
        assert story[0].stop() == 0
        return ["--offline"]
    return []


def test_the_dossier_of_who_objected_five_times(story, mode):
    gate, acts = story
    text = gate.cli("dossier", "+" + ALICE, *mode, check=0).stdout
    page = Page(text)
    for said in (SUPPLIER, "broker", "Petites Annonces SARL", EVIL, "The proof of this consent is incomplete.", "No digest is recorded",
                 "the person was told is not known", "the supplier has no proof", "scan 2026/114", "No proof is recorded; an opposition counts without one.",
                 "letter", "telephone call", "API", "SMS from the person", "Text: STOP", "accepted, message_id", "refused: the person had objected",
                 "9 d 0 h", "6 d 3 h", "3 d 0 h", "5 h 0 min", "less than a second", "none altered, none missing", "Signature (Ed25519)"):
        assert said in page.text, said
    for time in acts.values():
        assert on_page(time) in page.text
    assert re.search(r"\b3 messages forwarded\b.*\b2 messages refused\b.*\b5 oppositions\b.*\b1 consent on record", page.text)
    # In the order in which the person acted: what was let through before each was known.
    assert re.findall(r'"figure">(\d+)</td></tr>', text.split("</tbody>")[0]) == ["3", "3", "1", "3", "0"]
    assert NOBODY not in page.text and BOB not in page.text


def test_in_french(story):
    gate, acts = story
    status, text = gate.http("GET", f"/v1/numbers/{ALICE}/dossier?lang=fr")
    assert status == 200
    page = Page(text)
    for said in (f"Dossier relatif au numéro +{ALICE}", "courtier en données", "La preuve de ce consentement est incomplète.", "Aucune empreinte n’est enregistrée\u00a0:",
                 "appel téléphonique", "9 j 0 h", "temps universel coordonné (UTC)", "aucun altéré, aucun manquant", *map(on_page, acts.values())):
        assert said in page.text, said


def test_a_number_that_nothing_is_known_of(story, mode):
    page = Page(story[0].cli("dossier", NOBODY, *mode, check=0).stdout)
    assert "Nothing is known of this number" in page.text and "No message to this number was forwarded or refused" in page.text


def test_after_an_erasure_the_oppositions_and_their_dates_are_still_there(story):
    gate, acts = story
    gate.cli("erase", ALICE, "--reason", "asked for it", "--now", check=0)
    text = gate.cli("dossier", ALICE, check=0).stdout
    page = Page(text)
    assert "The person was erased by event" in page.text and "asked for it" in page.text and EVIL not in page.text
    assert all(on_page(time) in page.text for time in acts.values())
    assert text.count(ALICE) == 2  # in the title, as it was asked for


def test_the_figures(story, mode):
    gate, acts = story
    report = json.loads(gate.cli("report", "--from", "2026-01-01", "--to", ago(hours=-1), "--json", *mode, check=0).stdout)
    senders = {s.pop("sender"): s for s in report["submits"]["by_sender"]}
    assert senders == {"diagnostics": {"forwarded": 3, "refused": 3, "observed": 0}, "alarms": {"forwarded": 1, "refused": 1, "observed": 0},
                       "trial": {"forwarded": 0, "refused": 0, "observed": 1}}
    assert {r["reason"]: r["count"] for r in report["refusals"]["by_reason"]} == {"no_consent": 1, "opted_out": 2, "source_recalled": 1}
    assert report["would_have_been_refused"]["by_sender"] == [{"sender": "trial", "reason": "no_consent", "count": 1}]
    methods = {m["method"]: m for m in report["opt_outs"]["by_method"]}
    assert {name: m["count"] for name, m in methods.items()} == {"letter": 1, "call": 1, "api": 1, "mo_keyword": 1, "unspecified": 1}
    for name, days in (("letter", 9), ("call", 6.125), ("api", 3), ("unspecified", 5 / 24), ("mo_keyword", 0)):
        for measure in ("median", "p95", "max"):
            assert 0 <= methods[name]["seconds_to_effect"][measure] - days * 86400 < 120
    assert report["sources"] == [{"source": SUPPLIER, "messages": 4, "opt_outs": 1, "per_thousand": 250}, {"source": None, "messages": 0, "opt_outs": 4, "per_thousand": None}]
    text = gate.cli("report", "--from", "2026-01-01", "--to", ago(hours=-1), *mode, check=0).stdout
    assert "Submits: 9 (4 forwarded, 4 refused, 1 observed)" in text and "9.0 d" in text
    rows = list(csv.DictReader(io.StringIO(gate.cli("report", "--from", "2026-01-01", "--to", ago(hours=-1), "--format", "csv", *mode, check=0).stdout)))
    assert [r["value"] for r in rows if r["section"] == "sources" and r["source"] == SUPPLIER and r["measure"] == "messages"] == ["4"]
    of_source = json.loads(gate.cli("report", "--from", "2026-01-01", "--to", ago(hours=-1), "--source", SUPPLIER, "--json", *mode, check=0).stdout)
    assert of_source["submits"]["total"] == 6 and of_source["opt_outs"]["total"] == 1
    assert {r["reason"]: r["count"] for r in of_source["refusals"]["by_reason"]} == {"opted_out": 1, "source_recalled": 1}


def test_what_was_asked_wrongly_is_told(story, mode):
    gate = story[0]
    for arguments, code, said in ((["--from", "2026-01-01"], 2, "--to is required"), (["--to", "2026-01-01"], 2, "--from is required"),
                                  (["--from", "yesterday", "--to", "2026-01-01"], 1, '"yesterday"'), (["--from", "2026-02-01", "--to", "2026-01-01"], 1, "is after"),
                                  (["--from", "2026-01-01", "--to", "2026-02-01", "--sender", "alarm"], 1, "no sender alarm in the configuration; there are diagnostics, alarms, trial"),
                                  (["--from", "2026-01-01", "--to", "2026-02-01", "--format", "xml"], 2, "xml")):
        done = gate.cli("report", *arguments, *mode, check=code)
        assert said in done.stderr and not done.stdout, done.stderr
    assert "cannot be read as a number" in gate.cli("dossier", "12", *mode, check=1).stderr
    assert "--lang" in gate.cli("dossier", ALICE, "--lang", "de", *mode, check=2).stderr
