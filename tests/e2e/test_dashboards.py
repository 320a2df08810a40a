"""The dashboards and the alerts, against a real Prometheus that scrapes a real gate under load."""

import contextlib
import json
import re
import subprocess
import threading

import pytest
import smpp
import yaml
from harness.gate import SENDERS, wait_until
from harness.prometheus import DASHBOARDS, RULES, Prometheus, queries, tool

# The gate has it once a listener or an upstream has TLS.
NOT_WITHOUT_TLS = "consentgate_certificate_days"
WINDOWS = {"$__rate_interval": "5s", "$__range": "1m", "$instance": ".*", "$sender": ".*"}
OBSERVED = SENDERS + """
  - name: trial
    system_ids: [trial1]
    source_addresses: ["36444"]
    mode: observe
opt_out: {carrier: {command_status: [0x403]}}
listeners: [{system_id: ear1, password: heard}]
"""
OBSERVED = OBSERVED.replace("    source_addresses: [\"36111\", SHOP]\n", "    source_addresses: [\"36111\", SHOP]\n    confirmation: on\n")


def filled_in(expression):
    for variable, value in WINDOWS.items():
        expression = expression.replace(variable, value)
    assert "$" not in expression, expression
    return expression


@pytest.fixture
def prometheus(tmp_path):
    with contextlib.ExitStack() as stack:
        def start(gate):
            started = Prometheus(tmp_path, f"127.0.0.1:{gate.admin_port}")
            stack.callback(started.stop)
            return started
        yield start


class Load:
    """Until it is stopped: messages of each verdict, and people who answer them with STOP and START."""

    def __init__(self, gate, smsc):
        self.gate, self.smsc = gate, smsc
        self.shop, self.trial = gate.bound("shop1"), gate.bound("trial1")
        self.done = threading.Event()
        self.failed = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        try:
            person = 0
            while not self.done.is_set():
                person += 1
                self._round(str(33610000000 + person))
        except Exception as e:  # told by stop(): a thread's own end fails no test
            self.failed = e

    def _round(self, number):
        self.gate.opt_in(number)
        for _ in range(4):
            assert self.shop.request(smpp.submit_sm("36111", number)).command_status == 0
        assert self.shop.request(smpp.submit_sm("36111", "33699999999")).command_status == 0x45
        assert self.trial.request(smpp.submit_sm("36444", number)).command_status == 0
        for word in ("STOP", "START", "STOP"):
            sequence = self.smsc.receiver("shop1").next_sequence()
            self.smsc.receiver("shop1").send(smpp.deliver_sm(number, "36111", word).with_sequence(sequence))
            self.shop.send(smpp.answer(self.shop.receive(), b"\0"))
        assert self.shop.request(smpp.submit_sm("36111", number)).command_status == 0x45
        # Something for a sender that never comes.
        assert self.smsc.receiver("ear1").request(smpp.deliver_sm(number, "36555", "hello")).command_status == 0

    def stop(self):
        self.done.set()
        self.thread.join()
        self.shop.close()
        self.trial.close()
        if self.failed:
            raise self.failed


def test_every_query_of_the_dashboards_returns_data(start_gate, smsc, prometheus):
    assert [b.stem for b in DASHBOARDS] == ["compliance", "operations"]
    gate = start_gate([smsc.port], OBSERVED)
    watching = prometheus(gate)
    load = Load(gate, smsc)
    try:
        for file in DASHBOARDS:
            board = json.loads(file.read_text())
            asked = queries(board)
            assert len(asked) > 15
            for title, expression in asked:
                if NOT_WITHOUT_TLS in expression and NOT_WITHOUT_TLS not in gate.metrics():
                    watching.get("query", query=filled_in(expression))  # it is valid all the same
                    continue
                wait_until(lambda: watching.query(filled_in(expression)), 30, f"data of {file.name}, {title}: {expression}")
            for variable in board["templating"]["list"]:
                if variable["type"] == "query":
                    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["definition"]).groups()
                    assert watching.get(f"label/{label}/values", **{"match[]": metric}), variable["name"]
        # What the figures say is what has happened.
        assert {m["verdict"] for m, _ in watching.query("sum by (verdict) (consentgate_submits_total)")} == {"forwarded", "refused", "observed"}
        assert dict((m["source"], m["sender"]) for m, _ in watching.query("consentgate_complaints_total")) == {"form": "shop", "reply to 36111": "shop"}
        [(_, slowest)] = watching.query("histogram_quantile(1, sum by (le) (consentgate_opt_out_seconds_bucket))")
        assert 0 < slowest < 60
    finally:
        load.stop()
    # Each rule could be evaluated, and each metric that it names is there.
    rules = wait_until(lambda: (found := [r for g in watching.get("rules")["groups"] for r in g["rules"]]) and all(r["health"] != "unknown" for r in found) and found, 30, "an evaluation")
    assert {r["health"] for r in rules} == {"ok"}, [r for r in rules if r["health"] != "ok"]
    exposed = gate.metrics()
    for rule in rules:
        for metric in re.findall(r"\b(?:consentgate|process)_\w+\b", rule["query"]):
            assert metric == NOT_WITHOUT_TLS or re.search(rf"^{metric}\b", exposed, re.M), (rule["name"], metric)
    assert not re.search(r"\b336\d{8}\b", exposed)


def test_each_alert_has_been_seen_firing_and_silent():
    file = RULES.with_name("alerts.test.yaml")
    done = subprocess.run([tool("promtool"), "test", "rules", file.name], cwd=file.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    rules = {r["alert"]: r for g in yaml.safe_load(RULES.read_text())["groups"] for r in g["rules"]}
    tried = [t for test in yaml.safe_load(file.read_text())["tests"] for t in test["alert_rule_test"]]
    assert {t["alertname"] for t in tried if t["exp_alerts"]} == set(rules)
    assert {t["alertname"] for t in tried if not t["exp_alerts"]} == set(rules)
    for name, rule in rules.items():
        assert rule["labels"]["severity"] in ("page", "ticket") and set(rule["annotations"]) == {"summary", "action"}, name


def test_the_shipped_prometheus_configuration_is_valid():
    done = subprocess.run([tool("promtool"), "check", "config", RULES.with_name("prometheus.yaml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda f: f.stem)
def test_a_dashboard_can_be_imported(file):
    """What Grafana asks of a file, which has no package in Debian to ask it of: it names no data source of one installation, its panels do not overlap, its ids are its own."""
    board = json.loads(file.read_text())
    assert board["uid"].startswith("consentgate-") and board["title"] and board["schemaVersion"] >= 36 and "id" not in board
    variables = {v["name"] for v in board["templating"]["list"]}
    assert board["templating"]["list"][0]["type"] == "datasource"
    assert len({p["id"] for p in board["panels"]}) == len(board["panels"])
    taken = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        squares = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not squares & taken, panel["title"]
        taken |= squares
        if panel["type"] == "row":
            continue
        assert panel["targets"] and len({t["refId"] for t in panel["targets"]}) == len(panel["targets"]), panel["title"]
        for target in panel["targets"]:
            assert target["datasource"] == panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= variables | {"__rate_interval", "__range"}
