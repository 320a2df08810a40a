"""The command line and the admin API."""

import json
import pathlib

import pytest
import smpp
from harness.gate import SENDERS, free_port, wait_until
from smsc_simulator import Simulator

ALICE = "33612345678"
OPT_IN = ["--scope", "sender:shop", "--occurred-at", "2026-01-01", "--method", "paper", "--source", "form", "--collector", "us", "--evidence", "file:1"]
HEADER = "number,event,scope,occurred_at,method,source,source_kind,collector,evidence\n"


def csv_file(folder, text, name="list.csv", encoding="utf-8"):
    path = pathlib.Path(folder) / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture(params=["online", "offline"])
def mode(request, gate):
    if request.param == "offline":
        assert gate.stop() == 0
        return ["--offline"]
    return []


def test_every_command_online_and_offline(gate, mode, tmp_path):
    recorded = json.loads(gate.cli("opt-in", "+" + ALICE, *OPT_IN, "--json", *mode, check=0).stdout)
    assert recorded["number"] == ALICE and recorded["sequence"] == 1 and recorded["occurred_at"] == "2026-01-01T00:00:00Z"
    decision = json.loads(gate.cli("explain", ALICE, "--sender", "shop", "--json", *mode, check=0).stdout)
    assert (decision["verdict"], decision["reason"], decision["event"]["id"]) == ("forwarded", "none", recorded["id"])
    assert "file:1" in gate.cli("explain", ALICE, "--sender", "shop", *mode, check=0).stdout
    gate.cli("opt-out", ALICE, "--scope", "group:retail", "--method", "letter", *mode, check=0)
    gate.cli("opt-in", ALICE, *OPT_IN, *mode, check=0)
    shown = json.loads(gate.cli("show", "+33 6 12 34 56 78", "--json", *mode, check=0).stdout)
    assert [e["event"] for e in shown["events"]] == ["opt_in", "opt_out", "opt_in"]
    assert "opt-out 2" in shown["events"][0]["effect"] and "opt-out 2" in shown["events"][2]["effect"]
    assert {"sender": "shop", "verdict": "refused", "reason": "opted_out"} in shown["senders"]
    assert "opted_out" in gate.cli("show", ALICE, *mode, check=0).stdout
    path = csv_file(tmp_path, HEADER + "33600000001,opt_in,sender:shop,2026-01-01,sale,list,own_form,us,x\nnonsense,opt_in,sender:shop,,,,,,\n")
    done = gate.cli("import", path, "--json", *mode, check=3)
    report = json.loads(done.stdout)
    assert (report["rows"], report["taken"], report["unchanged"], report["refused"]) == (2, 1, 0, 1)
    assert report["refusals"][0]["line"] == 3 and {r["field"] for r in report["refusals"][0]["reasons"]} >= {"number", "occurred_at", "method", "source", "collector", "evidence"}
    assert "1 unchanged" in gate.cli("import", path, *mode, check=3).stdout
    lines = [json.loads(line) for line in gate.cli("export", *mode, check=0).stdout.splitlines()]
    assert [e["sequence"] for e in lines] == [1, 2, 3, 4]
    assert len(gate.cli("export", "--number", "33600000001", *mode, check=0).stdout.splitlines()) == 1
    assert len(gate.cli("export", "--source", "list", *mode, check=0).stdout.splitlines()) == 1
    assert gate.cli("export", "--from", "2999-01-01", *mode, check=0).stdout == ""


def test_import_takes_nothing_of_a_file_it_cannot_read(gate, mode, tmp_path):
    good = "33600000001,opt_in,sender:shop,2026-01-01,sale,list,own_form,us,x\n"
    for text, encoding, message in [("", "utf-8", "empty"), ("number,event\n" + good, "utf-8", "`scope`"), (HEADER.replace("event", "evnt") + good, "utf-8", "evnt"),
                                    (HEADER + good + good.replace("us", "é"), "latin-1", "line 3")]:
        done = gate.cli("import", csv_file(tmp_path, text, encoding=encoding), *mode, check=1)
        assert message in done.stderr, done.stderr
    assert gate.cli("export", *mode, check=0).stdout == ""
    assert "cannot read" in gate.cli("import", tmp_path / "absent.csv", *mode, check=1).stderr


def test_import_dry_run_bom_quotes_and_warnings(gate, tmp_path):
    header = "\ufeff" + HEADER.replace("evidence", "evidence,wording")
    text = header + '33600000001,opt_in,sender:later,2026-01-01,sale,s,own_form,us,x,"I ""agree"",\nreally"\r\n33600000002,opt_out,all,,,,,,,'
    path = csv_file(tmp_path, text)
    done = gate.cli("import", path, "--dry-run", check=0)
    assert "2 rows: 2 would be taken" in done.stdout and "sender:later" in done.stderr
    assert gate.cli("export", check=0).stdout == ""
    gate.cli("import", path, check=0)
    assert gate.events("33600000001")[0]["wording"] == 'I "agree",\nreally'
    assert gate.events("33600000002")[0]["event"] == "opt_out"


def test_a_large_import_is_restartable(gate, tmp_path):
    path = csv_file(tmp_path, HEADER + "".join(f"336{i:08},opt_in,sender:shop,2026-01-01,sale,list,own_form,us,x\n" for i in range(50000)))
    gate.cli("import", path, check=0)
    assert "50000 unchanged" in gate.cli("import", path, check=0).stdout
    wait_until(lambda: gate.metric("consentgate_numbers") == 50000)


def test_check_config(gate, tmp_path):
    assert gate.cli("check-config", check=0).stdout.endswith("valid\n")
    path = tmp_path / "wrong.yaml"
    path.write_text("upstreams:\n  - address: smsc.example\npolicy:\n  refusal_status: 0x58\n  mod: enforce\nsenders:\n  - {name: a, policy: maybe}\n  - {name: a}\n")
    gate.config = path
    errors = gate.cli("check-config", check=1).stderr.splitlines()
    assert [e.split(": ")[0] for e in errors] == [f"{path}:{place}" for place in ("2:14", "4:19", "5:3", "7:23", "8:5")]
    assert "HOST:PORT" in errors[0] and "retry" in errors[1] and "`mode`" in errors[2] and "opt_in, opt_out, exempt" in errors[3]


def test_usage_errors_exit_2(gate):
    assert gate.cli("--version", check=0).stdout.startswith("consentgate ")
    for arguments in (["show"], ["opt-in", ALICE], ["frobnicate"], ["import"], ["serve", "--log-format", "xml"]):
        assert gate.cli(*arguments).returncode == 2, arguments


def test_no_gate_says_so(start_gate, smsc):
    gate = start_gate([smsc.port])
    gate.stop()
    assert "--offline" in gate.cli("show", ALICE, check=1).stderr


def test_classify(gate):
    out = gate.cli("classify", stdin="STOP\nStop\\nmerci\narrêt\nstop all\nhello\nSTART\nhelp\n", check=0).stdout.splitlines()
    assert [line.split("\t")[0] for line in out] == ["opt_out", "none", "opt_out", "opt_out", "none", "opt_in", "help"]
    assert out[0].split("\t")[1] != out[3].split("\t")[1] and out[4] == "none\t"


def test_api_is_closed_without_a_token(gate):
    for path in ("/v1/events", f"/v1/numbers/{ALICE}", "/v1/decision?number=1&sender=x"):
        assert gate.http("GET", path, token="wrong")[0] == 401
        assert gate.http("GET", path, token=False)[0] == 401
    assert (gate.store / "admin.token").stat().st_mode & 0o777 == 0o600
    for path in ("/metrics", "/healthz", "/readyz", "/openapi.json"):
        assert gate.http("GET", path)[0] == 200


def test_events_all_or_none(gate):
    good = {"number": ALICE, "event": "opt_out", "scope": "all"}
    status, body = gate.http("POST", "/v1/events", [good, {**good, "scope": "everybody"}])
    assert status == 422 and body["errors"][0]["index"] == 1 and body["errors"][0]["field"] == "scope"
    assert gate.events(ALICE) == []
    status, body = gate.http("POST", "/v1/events", [good, good])
    assert status == 201 and [e["sequence"] for e in body] == [1, 2]
    tail = gate.http("GET", "/v1/events?after=1&limit=10")[1].splitlines()
    assert [json.loads(line)["sequence"] for line in tail] == [2]


@pytest.mark.parametrize("change, field", [({"occurred_at": None}, "occurred_at"), ({"method": None}, "method"), ({"source": None}, "source"), ({"collector": None}, "collector"),
                                           ({"evidence": None}, "evidence"), ({"source_kind": "scraped"}, "source_kind"), ({"occurred_at": "2999-01-01"}, "occurred_at"),
                                           ({"method": "letter"}, "method"), ({"method": "carrier"}, "method"), ({"number": "12"}, "number"), ({"scope": None}, "scope")])
def test_an_opt_in_that_could_not_be_defended(gate, change, field):
    event = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-01-01", "method": "sale", "source": "s", "collector": "c", "evidence": "e", **change}
    status, body = gate.http("POST", "/v1/events", {k: v for k, v in event.items() if v is not None})
    assert status == 422 and field in [e["field"] for e in body["errors"]]


def test_second_gate_on_the_store(gate, start_gate, smsc):
    second = start_gate([smsc.port], start=False, store=gate.store)
    second.start(ready=False)
    assert second.process.wait(10) == 1
    assert "in use" in second.log_path.read_text()
    assert "in use" in second.cli("show", ALICE, "--offline", check=1).stderr


def test_port_in_use(start_gate, smsc):
    gate = start_gate([smsc.port], start=False)
    blocker = Simulator(port=gate.port).start()
    gate.start(ready=False)
    assert gate.process.wait(10) == 1
    assert f"cannot listen on 127.0.0.1:{gate.port}" in gate.log_path.read_text()
    blocker.stop()
