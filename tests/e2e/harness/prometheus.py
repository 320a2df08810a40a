"""A real Prometheus that scrapes a gate every quarter of a second."""

import json
import pathlib
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from .gate import ROOT, free_port, wait_until

RULES = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARDS = sorted((ROOT / "deploy" / "grafana").glob("*.json"))


def tool(name):
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed: Debian's package prometheus")
    return name


class Prometheus:
    def __init__(self, folder, target):
        self.folder, self.port = pathlib.Path(folder), free_port()
        config = self.folder / "prometheus.yaml"
        config.write_text(f"""
global: {{scrape_interval: 250ms, scrape_timeout: 250ms, evaluation_interval: 1s}}
rule_files: [{RULES}]
scrape_configs:
  - job_name: consentgate
    static_configs: [{{targets: ["{target}"]}}]
""")
        self.log = open(self.folder / "prometheus.log", "wb")
        self.process = subprocess.Popen([tool("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={self.folder / 'prometheus'}",
                                         f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"],
                                        stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        wait_until(self.ready, 30, "Prometheus")

    def ready(self):
        assert self.process.poll() is None, (self.folder / "prometheus.log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def get(self, path, **parameters):
        """The data of an answer; what Prometheus says of a query that is not valid fails the test."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as e:
            with e:
                raise AssertionError(f"{parameters}: {e.read().decode()}") from None

    def query(self, expression):
        """The samples with a value, as pairs of labels and number."""
        found = self.get("query", query=expression)["result"]
        return [(s["metric"], float(s["value"][1])) for s in found if s["value"][1] != "NaN"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def queries(board):
    """(panel's title, expression) of all that a dashboard asks, as it stands in the file."""
    return [(panel["title"], target["expr"]) for panel in board["panels"] for target in panel.get("targets", [])]
