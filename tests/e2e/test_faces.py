"""The command line and the admin API."""

import contextlib
import json
import os
import pathlib
import pty
import re
import shlex
import shutil
import signal
import subprocess

import pytest
import smpp
from harness.certificates import Authority
from harness.gate import BINARY, ROOT, wait_until
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


def test_an_import_of_a_file_with_any_name(gate, mode, tmp_path):
    for name in ("é" * 100 + ".csv", "a\x1b[2Jb.csv"):
        gate.cli("import", csv_file(tmp_path, "number,event,scope\n33600000001,opt_out,all\n", name), *mode, check=0)
    assert json.loads(gate.cli("export", *mode, check=0).stdout)["actor"] == "import:" + "é" * 100 + ".csv"


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


@pytest.mark.parametrize("arguments", [["show", ALICE], ["show", ALICE, "--json"], ["explain", ALICE, "--sender", "shop"], ["opt-out", ALICE, "--scope", "all"], ["export"],
                                       ["check-config"], ["check-config", "--json"]])
def test_a_result_that_cannot_be_written_is_a_failure(gate, arguments):
    gate.opt_out("33600000001")
    with open("/dev/full", "w") as full:
        done = subprocess.run([BINARY, *arguments, "--config", gate.config], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == 1 and "disk full" in done.stderr


def test_errors_say_what_to_do(gate, tmp_path):
    done = gate.cli("opt-in", ALICE, "--scope", "sender:shop", check=1)
    assert done.stderr.startswith("consentgate: the event was refused\n  occurred_at: is missing")
    (tmp_path / "other.token").write_text("other\n")
    gate.config.write_text(gate.config.read_text().replace("admin: {", f"admin: {{token_file: {tmp_path}/other.token, "))
    assert f"does not take the token in {tmp_path}/other.token" in gate.cli("show", ALICE, check=1).stderr
    assert "No such file" in gate.cli("import", tmp_path / "absent.csv", check=1).stderr
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        assert "a file is needed" in gate.cli("import", path, check=1).stderr


def test_errors_do_a_terminal_no_harm(gate, mode, tmp_path):
    for text in ("number,\x1b[31mevent,scope\n", "number\0,event,scope\n", "number,event,scope\r33600000001,opt_out,all"):
        stderr = gate.cli("import", csv_file(tmp_path, text), *mode, check=1).stderr
        assert "nothing was stored" in stderr and not re.search(r"[\x00-\x09\x0b-\x1f]", stderr), stderr


def test_a_sender_that_is_not_configured_is_warned_of(gate, mode):
    done = gate.cli("explain", ALICE, "--sender", "shopp", *mode, check=0)
    assert "shopp is not in the configuration" in done.stderr and "no_consent" in done.stdout
    assert gate.cli("explain", ALICE, "--sender", "shop", *mode, check=0).stderr == ""


def test_offline_says_when_it_makes_a_store(start_gate, smsc):
    gate = start_gate([smsc.port], start=False)
    assert f"no store at {gate.store}" in gate.cli("show", ALICE, "--offline", check=0).stderr
    assert gate.cli("show", ALICE, "--offline", check=0).stderr == ""


def test_the_examples_of_the_readme(gate, tmp_path):
    text = (ROOT / "README.md").read_text()
    gate.config = tmp_path / "readme.yaml"
    gate.config.write_text(re.search(r"^```yaml\n(.*?)^```", text, re.M | re.S)[1])
    Authority(tmp_path, "aggregator-ca")
    Authority(tmp_path, "senders-ca").issue("gate", "DNS:gate.example")
    (tmp_path / "agg7.password").write_text("secret\n")
    (tmp_path / "agg7.password").chmod(0o600)
    gate.cli("check-config", check=0)
    gate.config.write_text(re.sub(r"path: .*|127.0.0.1:9775", lambda m: f"path: {tmp_path}/readme" if m[0].startswith("path") else "127.0.0.1:1", gate.config.read_text()))
    commands = re.findall(r"^consentgate (opt-.*)$", text.replace("\\\n", ""), re.M)
    assert len(commands) == 2
    for command in commands:
        assert "recorded" in gate.cli(*shlex.split(command), "--offline", check=0).stdout
    header = re.search(r"import list.csv\s+# (.*)", text)[1]
    row = f"{ALICE},opt_in,sender:diagnostics,2026-01-01,sale,list,us,file:1"
    gate.cli("import", csv_file(tmp_path, header + "\n" + row + "\n"), "--offline", check=0)


def test_the_configuration_is_found(gate, tmp_path):
    bare = lambda *arguments: subprocess.run([BINARY, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    if not os.path.exists("/etc/consentgate/consentgate.yaml"):
        assert "neither ./consentgate.yaml nor" in bare("show", ALICE).stderr and bare("show", ALICE).returncode == 1
    shutil.copy(gate.config, tmp_path / "consentgate.yaml")
    assert bare("check-config").stdout == "consentgate.yaml: valid\n"
    assert bare("show", ALICE).returncode == 0


def test_usage_errors_exit_2(gate):
    assert "no command frobnicate" in gate.cli("frobnicate").stderr
    assert gate.cli("--version", check=0).stdout.startswith("consentgate ")
    for arguments in (["show"], ["opt-in", ALICE], ["frobnicate"], ["import"], ["serve", "--log-format", "xml"]):
        assert gate.cli(*arguments).returncode == 2, arguments


def test_no_gate_says_so(start_gate, smsc):
    gate = start_gate([smsc.port])
    gate.stop()
    assert "--offline" in gate.cli("show", ALICE, check=1).stderr


def test_classify(gate):
    out = gate.cli("classify", stdin="STOP\nStop\\nmerci\narrêt\nstop all\nhello\nSTART\nhelp\n", check=0).stdout.splitlines()
    assert [line.split("\t")[0] for line in out] == ["opt_out", "opt_out", "opt_out", "opt_out", "none", "opt_in", "help"]
    assert out[0].split("\t")[1] != out[3].split("\t")[1] and out[4] == "none\t"


def test_progress_is_shown_on_a_terminal_only(gate, tmp_path):
    path = csv_file(tmp_path, HEADER + "".join(f"336{i:08},opt_in,sender:shop,2026-01-01,sale,list,own_form,us,x\n" for i in range(20000)))
    assert gate.cli("import", path, check=0).stderr == ""
    master, slave = pty.openpty()
    process = subprocess.Popen([BINARY, "import", path, "--config", gate.config], stdout=subprocess.PIPE, stderr=slave, text=True)
    os.close(slave)
    seen = b""
    with contextlib.suppress(OSError):  # how a terminal ends
        while piece := os.read(master, 4096):
            seen += piece
    assert process.communicate(timeout=30)[0] == "20000 rows: 0 taken, 20000 unchanged, 0 refused\n" and process.returncode == 0
    assert b"[" + b"#" * 40 + b"] 20000 rows" in seen and seen.endswith(b"\r\x1b[K")
    os.close(master)


def test_the_log_is_json_and_names_no_number(gate, smsc, tmp_path):
    gate.cli("import", csv_file(tmp_path, f"{ALICE},opt_out,all\n"), check=1)
    gate.cli("opt-out", ALICE, "--scope", "all", check=0)
    for system_id, destination in (("shop1", ALICE), (b"\xe9t\xe9\n", "\xff" * 12)):
        with gate.bound(system_id) as esme:
            esme.request(smpp.submit_sm("36111", destination))
    assert gate.stop() == 0
    lines = [json.loads(line) for line in gate.log_path.read_text(encoding="utf-8").splitlines()]
    assert all({"time", "level", "message"} <= set(line) for line in lines)
    examples = {line["sender"]: line["example"] for line in lines if line["message"] == "submits not consented to"}
    assert examples["shop"] == "33612****78" and "été\n" in examples
    assert ALICE not in gate.log_path.read_text()


def test_the_log_for_people(start_gate, smsc):
    gate = start_gate([smsc.port], start=False)
    with open(gate.log_path, "w") as log:
        gate.process = subprocess.Popen([BINARY, "serve", "--config", gate.config, "--log-format", "text"], stderr=log)
    wait_until(gate.ready)
    assert gate.stop() == 0
    lines = gate.log_path.read_text().splitlines()
    assert lines[-1].endswith(" info stopped") and any(f'info listening address="127.0.0.1:{gate.port}"' in line for line in lines)


def test_not_ready_while_it_drains(gate, smsc):
    smsc.answer = lambda session, pdu: [] if pdu.name == "submit_sm" else None
    gate.opt_in(ALICE)
    with gate.bound("shop1") as esme:
        esme.send(smpp.submit_sm("36111", ALICE))
        session, submit = smsc.wait_for(lambda s, p: p.name == "submit_sm")
        assert gate.http("GET", "/readyz") == (200, "ready\n")
        gate.process.send_signal(signal.SIGTERM)
        wait_until(lambda: gate.http("GET", "/readyz") == (503, "stopping\n"))
        assert gate.http("GET", "/healthz")[0] == 200
        session.send(smpp.answer(submit, b"m1\0"))
        assert esme.receive().message_id == "m1"
    assert gate.process.wait(20) == 0


METRICS = {
    "consentgate_submits_total": {"sender", "verdict", "reason"}, "consentgate_opt_outs_total": {"sender", "method"}, "consentgate_opt_ins_total": {"sender", "method"},
    "consentgate_sessions": {"leg"}, "consentgate_upstream_up": {"upstream"}, "consentgate_submit_seconds_count": set(), "consentgate_upstream_response_seconds_count": set(),
    "consentgate_store_write_seconds_count": set(), "consentgate_store_read_only": set(), "consentgate_numbers": set(), "consentgate_ledger_events": set(),
    "consentgate_pdus_total": {"leg", "command"}, "consentgate_malformed_pdus_total": {"leg"}, "process_cpu_seconds_total": set(), "process_resident_memory_bytes": set(),
    "process_open_fds": set(), "process_start_time_seconds": set(),
}


def test_metrics_have_the_names_and_labels_that_dashboards_use(gate, smsc):
    with gate.bound("shop1") as esme:
        esme.request(smpp.submit_sm("36111", ALICE))
        for sequence, text in enumerate(("START", "STOP"), 1):
            smsc.receiver().send(smpp.deliver_sm(ALICE, "36111", text, sequence))
            esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total") == 1)
    found = {}
    for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? ", gate.metrics(), re.M):
        found.setdefault(name, set(re.findall(r'(\w+)="', labels)))
        assert ALICE not in labels
    assert {name: found.get(name) for name in METRICS} == METRICS


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
