"""Tokens with roles, events that name their actor, and the record of who asked what."""

import json
import os
import pwd
import signal
import subprocess

import pytest
import smpp
from harness.gate import BINARY, TOKENS, wait_until

ALICE, BOB = "33612345678", "33612345679"
OPT_IN = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "sale", "source": "s", "collector": "c", "evidence": "e"}
OPT_OUT = {"number": ALICE, "event": "opt_out", "scope": "group:retail", "method": "letter"}
CSV = b"number,event,scope\n33600000001,opt_out,all\n"
MY_NAME = "cli:" + pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def gate(start_gate, smsc):
    return start_gate([smsc.port], tokens=TOKENS)


def ask(gate, who, method, path, body=None, content_type="application/json"):
    return gate.http(method, path, body, content_type, token=gate.token_of(who))


def uses(gate, query=""):
    status, body = gate.http("GET", "/v1/access" + query)
    assert status == 200, body
    return [json.loads(line) for line in body.splitlines()]


FORBIDDEN = [
    ("vera", "POST", "/v1/events", OPT_OUT, "clerk"), ("vera", "POST", "/v1/events", OPT_IN, "clerk"), ("vera", "POST", "/v1/imports", CSV, "officer"),
    ("vera", "DELETE", f"/v1/numbers/{ALICE}?reason=asked", None, "officer"), ("vera", "GET", "/v1/access", None, "officer"),
    ("carl", "POST", "/v1/events", OPT_IN, "officer"), ("carl", "POST", "/v1/events", [OPT_OUT, OPT_IN], "officer"), ("carl", "POST", "/v1/imports", CSV, "officer"),
    ("carl", "DELETE", f"/v1/numbers/{ALICE}?reason=asked", None, "officer"), ("carl", "POST", "/v1/sources/s/recall", {"reason": "r"}, "officer"),
    ("carl", "POST", "/v1/events/1/correction", {"reason": "r"}, "officer"), ("carl", "POST", f"/v1/numbers/{ALICE}/reassigned", {"reason": "r"}, "officer"),
    ("carl", "POST", "/v1/backups", {"folder": "/nowhere"}, "officer"), ("carl", "POST", "/v1/keys", {}, "officer"), ("carl", "GET", "/v1/access", None, "officer"),
]


def test_what_a_role_may_not_is_403_and_changes_nothing(gate):
    gate.opt_in(ALICE)
    state = [gate.http("GET", path) for path in ("/v1/events", f"/v1/numbers/{ALICE}", "/v1/ledger/head")]
    for who, method, path, body, needed in FORBIDDEN:
        status, problem = ask(gate, who, method, path, body, "text/csv" if body is CSV else "application/json")
        assert status == 403 and f"needs the role {needed}, and the token {who} is a" in problem["detail"], (who, method, path)
    assert gate.http("GET", "/v1/events") == state[0] and gate.http("GET", f"/v1/numbers/{ALICE}") == state[1]
    assert gate.http("GET", "/v1/ledger/head")[1]["sequence"] == state[2][1]["sequence"]
    refused = [(u["token"], u["method"]) for u in uses(gate) if u["status"] == 403]
    assert refused == [(who, method) for who, method, *_ in FORBIDDEN]


def test_events_name_whose_token_entered_them(gate, tmp_path):
    assert all(os.stat(gate.folder / f"{name}.token").st_mode & 0o777 == 0o600 for name in ("vera", "carl", "olga"))
    assert ask(gate, "olga", "POST", "/v1/events", OPT_IN)[1]["actor"] == "olga"
    assert ask(gate, "carl", "POST", "/v1/events", OPT_OUT)[1]["actor"] == "carl"
    gate.cli("opt-out", ALICE, "--scope", "all", "--token-file", gate.folder / "carl.token", check=0)
    gate.cli("opt-out", ALICE, "--scope", "all", check=0)
    assert "needs the role officer" in gate.cli("opt-in", ALICE, "--scope", "all", "--occurred-at", "2026-01-01", "--token-file", gate.folder / "carl.token", check=1).stderr
    assert gate.stop() == 0
    gate.cli("opt-out", ALICE, "--scope", "all", "--offline", check=0)
    gate.start()
    assert [e["actor"] for e in gate.events(ALICE)] == ["olga", "carl", "carl", "admin", MY_NAME]


def test_a_viewers_command_line_needs_no_other_token(gate):
    (gate.store / "admin.token").unlink()
    assert "cannot read the token" in gate.cli("show", ALICE, check=1).stderr
    assert ALICE in gate.cli("show", ALICE, "--token-file", gate.folder / "vera.token", check=0).stdout
    assert "is a viewer's" in gate.cli("opt-out", ALICE, "--scope", "all", "--token-file", gate.folder / "vera.token", check=1).stderr


def test_who_looked_a_number_up_and_when(gate, tmp_path):
    gate.opt_in(ALICE)
    ask(gate, "vera", "GET", f"/v1/numbers/{ALICE}")
    ask(gate, "vera", "GET", f"/v1/numbers/{BOB}")
    ask(gate, "carl", "GET", f"/v1/decision?number={ALICE}&sender=shop")
    gate.cli("show", "06 12 34 56 78", "--token-file", gate.folder / "olga.token", check=0)
    expected = [("vera", "/v1/numbers/{}"), ("carl", "/v1/decision"), ("olga", "/v1/numbers/{}"), ("olga", "/v1/numbers/{}/events")]
    told = uses(gate, f"?number={ALICE}")
    assert [(u["token"], u["route"]) for u in told] == expected and all(u["status"] == 200 for u in told)
    gate.kill9()
    gate.start()
    assert uses(gate, f"?number={ALICE}")[:4] == told
    assert ask(gate, "olga", "DELETE", f"/v1/numbers/{ALICE}?reason=asked&now=true")[0] == 200
    gate.cli("rotate-key", check=0)
    ask(gate, "vera", "GET", f"/v1/numbers/{ALICE}")
    expected += [("admin", "/v1/access")] * 2 + [("olga", "/v1/numbers/{}"), ("vera", "/v1/numbers/{}")]
    assert [(u["token"], u["route"]) for u in uses(gate, f"?number={ALICE}")] == expected
    for file in gate.store.rglob("*"):
        if file.is_file():
            octets = file.read_bytes()
            assert ALICE.encode() not in octets and int(ALICE).to_bytes(8, "big") not in octets, file
    lines = gate.cli("access", ALICE, "--token", "vera", check=0).stdout.splitlines()
    assert len(lines) == 2 and told[0]["time"] in lines[0] and "GET  /v1/numbers/{}" in lines[0]
    online = [json.loads(line) for line in gate.cli("access", ALICE, "--json", check=0).stdout.splitlines()]
    assert gate.stop() == 0
    gate.cli("show", ALICE, "--offline", check=0)
    offline = [json.loads(line) for line in gate.cli("access", "+" + ALICE, "--json", "--offline", check=0).stdout.splitlines()]
    assert offline[: len(online)] == online
    assert [u["token"] for u in offline[-4:]] == ["admin"] + [MY_NAME] * 3  # show, then access itself
    assert len(gate.cli("access", "--token", MY_NAME, "--from", offline[-1]["time"], "--offline", check=0).stdout.splitlines()) == 2


def limit_files(gate, size):
    subprocess.run(["prlimit", f"--pid={gate.process.pid}", f"--fsize={size}:"], check=True)


def test_nothing_is_told_that_cannot_be_recorded(start_gate, smsc):
    """The gate's files may not grow: a lookup gets no answer, an opposition blocks all the same, and the open pages answer."""
    gate = start_gate([smsc.port], tokens=TOKENS, start=False)
    with open(gate.log_path, "ab") as log:
        gate.process = subprocess.Popen([BINARY, "serve", "--config", gate.config], stderr=log, preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN))
    wait_until(gate.ready, 20)
    gate.opt_in(ALICE)
    before = uses(gate, f"?number={ALICE}&token=vera")
    limit_files(gate, 1)
    status, problem = ask(gate, "vera", "GET", f"/v1/numbers/{ALICE}")
    assert status == 503 and "cannot be recorded" in problem["detail"] and "scopes" not in problem
    assert ask(gate, "olga", "GET", "/v1/access")[0] == 503
    assert ask(gate, "carl", "POST", "/v1/events", OPT_OUT)[0] == 503
    assert gate.http("GET", "/healthz")[0] == 200 and gate.http("GET", "/readyz")[0] == 503 and "consentgate_store_read_only" in gate.metrics()
    limit_files(gate, "unlimited")
    wait_until(lambda: gate.http("GET", "/readyz")[0] == 200, 20, "recovery")
    with gate.bound() as esme:
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
    assert ask(gate, "vera", "GET", f"/v1/numbers/{ALICE}")[0] == 200
    assert before == [] and [u["status"] for u in uses(gate, f"?number={ALICE}&token=vera")] == [200]


def test_tokens_are_sealed_and_a_token_of_two_is_refused(gate, start_gate, smsc):
    gate.tokens = TOKENS.replace("viewer", "officer")
    gate.configure("")
    gate.reload()
    assert '"setting":"admin"' in gate.log_path.read_text()
    assert ask(gate, "vera", "POST", "/v1/events", OPT_OUT)[0] == 403
    gate.stop()
    (gate.folder / "vera.token").write_text(gate.token_of("carl"))
    gate.start(ready=False)
    assert gate.process.wait(10) == 1 and "hold the same token" in gate.log_path.read_text()
