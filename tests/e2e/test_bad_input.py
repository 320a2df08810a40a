"""A wrong number, a wrong time, an event from the future and an approval by the wrong person, at each command and each resource that takes
one: a clear error, and nothing in the ledger but what was right."""

import json
import urllib.parse

import pytest
from harness.gate import SENDERS, TOKENS

ALICE = "33612345678"
WRONG_NUMBERS = ["12", "abc", "+0612345678", "1234567890123456", "06 12 34 56 78x"]
WRONG_TIMES = ["noon", "2026-13-01", "2026-02-30", "2026-01-01T25:00:00Z", "2026-01-01T10:00:00+99:00"]
OPT_IN = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "web_form", "source": "form", "collector": "us", "evidence": "e"}
OPTIONS = ["--scope", "sender:shop", "--occurred-at", "2026-01-01", "--method", "web_form", "--source", "form", "--collector", "us", "--evidence", "e"]
TODAY = "2026-01-01"


def q(text):
    return urllib.parse.quote(text, safe="")


# Each with the place of what is wrong. A decision on a wrong number is one: unreadable_number.
REQUESTS_WITH_A_NUMBER = [
    ("GET", "/v1/numbers/{}", None), ("GET", "/v1/numbers/{}/events", None), ("GET", "/v1/numbers/{}/dossier", None), ("DELETE", "/v1/numbers/{}?reason=asked", None),
    ("POST", "/v1/numbers/{}/reassigned", {}), ("GET", "/v1/events?number={}", None),
    ("GET", "/v1/journal?number={}", None), ("GET", "/v1/access?number={}", None), ("GET", "/v1/capture?seconds=1&number={}", None),
    ("POST", "/v1/events", {**OPT_IN, "number": "{}"}), ("POST", "/v1/events", {"number": "{}", "event": "opt_out", "scope": "all"}),
]
REQUESTS_WITH_A_TIME = [
    ("GET", f"/v1/decision?sender=shop&number={ALICE}&at={{}}", None), *(("GET", f"/v1/{what}?{end}={{}}", None) for what in ("journal", "events", "access", "report") for end in ("from", "to")),
    ("POST", f"/v1/numbers/{ALICE}/reassigned", {"occurred_at": "{}"}), ("POST", "/v1/events", {**OPT_IN, "occurred_at": "{}"}),
    ("POST", "/v1/events", {**OPT_IN, "expires_at": "{}"}), ("POST", "/v1/events", {"number": ALICE, "event": "opt_out", "scope": "all", "occurred_at": "{}"}),
]
COMMANDS_WITH_A_NUMBER = [
    ["show", "{}"], ["export", "--number", "{}"], ["erase", "{}", "--reason", "asked"], ["reassigned", "{}"], ["dossier", "{}"],
    ["journal", "{}"], ["access", "{}"], ["opt-in", "{}", *OPTIONS], ["opt-out", "{}", "--scope", "all"],
]
COMMANDS_WITH_A_TIME = [
    ["explain", ALICE, "--sender", "shop", "--at", "{}"], *([what, *(["--sender", "shop"] if what == "journal" else []), end, "{}"] for what in ("export", "journal", "access") for end in ("--from", "--to")),
    ["report", "--from", "{}", "--to", TODAY], ["report", "--from", TODAY, "--to", "{}"], ["reassigned", ALICE, "--occurred-at", "{}"],
    ["opt-in", ALICE, *OPTIONS[:2], "--occurred-at", "{}", *OPTIONS[4:]], ["opt-in", ALICE, *OPTIONS, "--expires-at", "{}"], ["opt-out", ALICE, "--scope", "all", "--occurred-at", "{}"],
]


def ask(gate, method, path, body, wrong):
    filled = None if body is None else {name: value.replace("{}", wrong) for name, value in body.items()}
    return gate.http(method, path.replace("{}", q(wrong)), filled)


@pytest.mark.parametrize("requests, wrongs", [(REQUESTS_WITH_A_NUMBER, WRONG_NUMBERS), (REQUESTS_WITH_A_TIME, WRONG_TIMES)], ids=["number", "time"])
def test_each_resource_says_what_is_wrong(gate, requests, wrongs):
    for method, path, body in requests:
        for wrong in wrongs:
            status, problem = ask(gate, method, path, body, wrong)
            assert status in (400, 422), (method, path, wrong, status, problem)
            told = json.dumps(problem["errors"] if status == 422 else problem["detail"])
            assert "number" in told if wrongs is WRONG_NUMBERS else "time" in told, (method, path, wrong, told)
    assert gate.metric("consentgate_ledger_events") == 0
    assert {gate.http("GET", f"/v1/decision?sender=shop&number={q(wrong)}")[1]["reason"] for wrong in WRONG_NUMBERS} == {"unreadable_number"}


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_each_command_says_what_is_wrong(gate, offline):
    if offline:
        assert gate.stop() == 0
    for commands, wrongs, told in ((COMMANDS_WITH_A_NUMBER, WRONG_NUMBERS, "number"), (COMMANDS_WITH_A_TIME, WRONG_TIMES, "time")):
        for command in commands:
            for wrong in wrongs[:2 if offline else None]:
                done = gate.cli(*(wrong if a == "{}" else a for a in command), *(["--offline"] if offline else []), check=1)
                assert told in done.stderr and done.stdout == "", (command, wrong, done.stderr)
    assert gate.cli("export", *(["--offline"] if offline else []), check=0).stdout == ""


def test_the_future(gate, tmp_path):
    """An opt-in from the future is refused wherever it comes from; an opposition counts from now."""
    status, problem = gate.http("POST", "/v1/events", {**OPT_IN, "occurred_at": "2999-01-01T00:00:00Z"})
    assert status == 422 and problem["errors"][0]["field"] == "occurred_at" and "future" in problem["errors"][0]["message"]
    assert "future" in gate.cli("opt-in", ALICE, *OPTIONS[:2], "--occurred-at", "2999-01-01", *OPTIONS[4:], check=1).stderr
    listed = tmp_path / "list.csv"
    listed.write_text(",".join(OPT_IN) + "\n" + ",".join({**OPT_IN, "occurred_at": "2999-01-01"}.values()) + "\n")
    assert "future" in gate.cli("import", listed, check=3).stderr
    registry = tmp_path / "registry.csv"
    registry.write_text(f"number,occurred_at\n{ALICE},2999-01-01\n")
    assert "future" in gate.cli("reassigned", "--csv", registry, check=3).stderr
    assert gate.http("POST", f"/v1/numbers/{ALICE}/reassigned", {"occurred_at": "2999-01-01"})[0] == 400
    assert gate.metric("consentgate_ledger_events") == 0
    late = gate.opt_out(ALICE, occurred_at="2999-01-01T00:00:00Z")
    assert late["occurred_at"] <= late["recorded_at"]
    assert gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]["reason"] == "opted_out"


def test_a_second_person_and_no_other_approves(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "corrections: two_person\n", tokens=TOKENS)
    gate.opt_in(ALICE)
    mistake = gate.opt_out(ALICE)
    path = f"/v1/events/{mistake['sequence']}/correction"
    assert gate.http("POST", path, {"reason": "typed twice"})[0] == 202
    events = gate.metric("consentgate_ledger_events")
    for token, status, told in ((False, 401, ""), ("0" * 64, 401, ""), (gate.token_of("vera"), 403, ""), (gate.token_of("carl"), 403, ""), (True, 403, "a second person")):
        answered, problem = gate.http("POST", path, {"approve": True}, token=token)
        assert answered == status and told in problem["detail"], (token, answered, problem)
    assert gate.metric("consentgate_ledger_events") == events
    assert gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]["reason"] == "opted_out"
    assert gate.http("POST", path, {"approve": True}, token=gate.token_of("olga"))[0] == 201
    assert gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]["verdict"] == "forwarded"


@pytest.mark.parametrize("content, message", [
    ("number,occurred_at,source\n{},2026-01-01,op\xe9rateur\n".encode("latin-1"), "line 2 is not UTF-8"),
    ("number,occurred_at\n{},2026-01-01\n".encode("utf-16"), "is UTF-16"),
    (b"number,source\n{},registry\n", "lacks the field `occurred_at`"),
    (b"occurred_at\n2026-01-01\n", "lacks the field `number`"),
    (b"", "is empty"),
])
def test_a_registry_that_cannot_be_used_takes_nothing(gate, tmp_path, content, message):
    path = tmp_path / "registry.csv"
    path.write_bytes(content.replace(b"{}", ALICE.encode()))
    stderr = gate.cli("reassigned", "--csv", path, check=1).stderr
    assert message in stderr and "nothing was stored" in stderr
    assert gate.metric("consentgate_ledger_events") == 0


def test_a_registry_with_a_mark_that_was_cut(gate, tmp_path):
    path = tmp_path / "registry.csv"
    path.write_text(f"\ufeffnumber,occurred_at,source\n{ALICE},2026-01-01,registry\n33612345679,2026-0")
    done = gate.cli("reassigned", "--csv", path, check=3)
    assert "line 3" in done.stderr and "was it cut?" in done.stderr
    assert [json.loads(line)["number"] for line in gate.cli("export", check=0).stdout.splitlines()] == [ALICE]
