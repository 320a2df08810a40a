#!/usr/bin/env python3
"""The gate beside HAProxy in TCP mode: the same load through both, in pairs of alternating order, on this machine.

Exit code 0: every verdict was right and every target met; 3: a target was missed; 1: a verdict was wrong or something
did not run.
"""

import argparse
import contextlib
import datetime
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from processes import Process, Sink, accepts, free_port, machine, wait_for
from report import summary, table

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIRST = 33_600_000_000
REFUSE_EVERY = 10
# Throughput of the gate as a share of HAProxy's.
SHAPES = [{"window": 100, "binds": 4, "target": 0.4}, {"window": 10, "binds": 1, "target": 0.7}]

HAPROXY = """global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen smpp
  bind 127.0.0.1:{port}
  server sink 127.0.0.1:{sink}
"""

GATE = """listen:
  - address: 127.0.0.1:{port}
upstreams:
  - address: 127.0.0.1:{sink}
store:
  path: {store}
admin:
  address: 127.0.0.1:{admin}
workers: 1
senders:
  - name: bench
    system_ids: [{system_ids}]
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the binaries")
    parser.add_argument("--pairs", type=int, default=5, help="runs through each (default 5)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a run (default 3)")
    parser.add_argument("--numbers", type=int, default=1_000_000, help="numbers with consent (default 1000000)")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/results", help="where the results go")
    return parser.parse_args()


def write_consents(file, numbers):
    """One opt-in for each number."""
    occurred_at = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rest = f",opt_in,sender:bench,{occurred_at},web_form,bench,bench,https://example.org/proof\n"
    with open(file, "w") as csv:
        csv.write("number,event,scope,occurred_at,method,source,collector,evidence\n")
        csv.writelines(f"+{n}{rest}" for n in range(FIRST, FIRST + numbers))


def start_haproxy(stack, folder, sink):
    port = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, sink=sink.port))
    process = stack.enter_context(Process("haproxy", ["haproxy", "-db", "-f", str(config)], folder))
    wait_for("accepting", lambda: accepts(port), process, 10)
    return process, port


def import_consents(folder, options):
    """Into folder/store."""
    config, csv = folder / "import.yaml", folder / "consents.csv"
    config.write_text(GATE.format(port=1, sink=1, store=folder / "store", admin=1, system_ids="bench"))
    write_consents(csv, options.numbers)
    binary = str(options.bin / "consentgate")
    started = time.monotonic()
    loaded = subprocess.run([binary, "import", "--config", str(config), "--offline", str(csv)], capture_output=True,
                            text=True, timeout=300)
    if loaded.returncode != 0:
        raise RuntimeError(f"import ended with {loaded.returncode}:\n{loaded.stdout[-2000:]}{loaded.stderr[-2000:]}")
    print(f"imported {options.numbers} consents in {time.monotonic() - started:.1f} s", file=sys.stderr)
    csv.unlink()


def start_gate(stack, folder, sink, options, name="gate", store="store", extra=""):
    port, admin = free_port(), free_port()
    system_ids = ", ".join(f"bench{i + 1}" for i in range(max(s["binds"] for s in SHAPES)))
    config = folder / f"{name}.yaml"
    config.write_text(GATE.format(port=port, sink=sink.port, store=folder / store, admin=admin, system_ids=system_ids) + extra)

    def ready():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    process = stack.enter_context(Process(name, [str(options.bin / "consentgate"), "serve", "--config", str(config)], folder))
    wait_for("ready", ready, process, 60)
    return process, port


def run_once(options, shape, path):
    """One run of the load generator through `path`: its own figures, and the processor time of everybody."""
    command = [str(options.bin / "load_generator"), "--port", str(path["port"]), "--echo", "--first", str(FIRST),
               "--numbers", str(options.numbers), "--refuse-every", str(REFUSE_EVERY), "--window", str(shape["window"]),
               "--binds", str(shape["binds"]), "--seconds", str(options.seconds)]
    if not path["refuses"]:
        command.append("--expect-all-ok")
    proxy, sink = path["proxy"], path["sink"]
    proxy_before, sink_before = proxy.cpu_seconds() if proxy else 0, sink.cpu_seconds()
    ran = subprocess.run(command, capture_output=True, text=True, timeout=options.seconds + 60)
    if ran.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)}\nended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    result = json.loads(ran.stdout)
    result["proxy_cpu_seconds"] = (proxy.cpu_seconds() if proxy else 0) - proxy_before
    result["sink_cpu_seconds"] = sink.cpu_seconds() - sink_before
    return result


def measure(options, paths):
    """For each shape, the runs of each path; within a pair HAProxy and the gate take turns at being first."""
    measured = []
    for shape in SHAPES:
        runs = {name: [] for name in paths}
        for pair in range(options.pairs):
            order = ["haproxy", "gate"] if pair % 2 == 0 else ["gate", "haproxy"]
            for name in ["direct", *order]:
                runs[name].append(run_once(options, shape, paths[name]))
                print(f"window {shape['window']}, binds {shape['binds']}, pair {pair + 1}, {name}: "
                      f"{runs[name][-1]['messages_per_second']:,.0f} messages/s", file=sys.stderr)
        measured.append({**shape, "runs": runs})
    return measured


def check_far_end(measured, received):
    """What the sinks saw must be what the generators were told. Returns what is wrong."""
    wrong = []
    for name, far_end in received.items():
        accepted = sum(run["ok"] for shape in measured for run in shape["runs"][name])
        if far_end["submits"] != accepted:
            wrong.append(f"{name}: {accepted} messages were accepted and {far_end['submits']} reached the SMSC")
        if far_end["errors"] != 0:
            wrong.append(f"{name}: the SMSC did not understand {far_end['errors']} PDUs")
        if name not in ("direct", "haproxy") and far_end["unconsented"] != 0:
            wrong.append(f"{name}: {far_end['unconsented']} messages without consent reached the SMSC")
    if "haproxy" in received and received["haproxy"]["unconsented"] == 0:
        wrong.append("haproxy: no message without consent was sent: this run proves nothing")
    return wrong


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=20).stdout.partition("\n")[0]


def main():
    options = arguments()
    about = {
        "command": shlex.join(sys.argv),
        "at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": machine(),
        "haproxy": first_line("haproxy", "-v"),
        "gate": first_line(str(options.bin / "consentgate"), "--version"),
        "commit": first_line("git", "describe", "--always", "--dirty"),
        "numbers": options.numbers, "refuse_every": REFUSE_EVERY, "pairs": options.pairs, "seconds": options.seconds,
    }
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="consentgate-bench-")))
        sinks = {name: stack.enter_context(Sink(f"sink-{name}", str(options.bin / "smsc_sink"), FIRST, options.numbers, folder))
                 for name in ["direct", "haproxy", "gate"]}
        haproxy, haproxy_port = start_haproxy(stack, folder, sinks["haproxy"])
        import_consents(folder, options)
        gate, gate_port = start_gate(stack, folder, sinks["gate"], options)
        paths = {
            "direct": {"port": sinks["direct"].port, "sink": sinks["direct"], "proxy": None, "refuses": False},
            "haproxy": {"port": haproxy_port, "sink": sinks["haproxy"], "proxy": haproxy, "refuses": False},
            "gate": {"port": gate_port, "sink": sinks["gate"], "proxy": gate, "refuses": True},
        }
        measured = measure(options, paths)
        received = {name: sink.received() for name, sink in sinks.items()}
        wrong = check_far_end(measured, received)
        if (code := gate.end()) != 0:
            wrong.append(f"gate: exit code {code} after SIGTERM:\n{gate.errors()}")

    shapes = [summary(shape) for shape in measured]
    text = table(about, shapes, received, wrong)
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "side_by_side.json").write_text(json.dumps({**about, "shapes": shapes, "received": received,
                                                                   "wrong": wrong}, indent=2) + "\n")
    (options.results / "side_by_side.md").write_text(text)
    print(text, end="")
    if wrong:
        return 1
    return 0 if all(shape["met"] for shape in shapes) else 3


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        sys.exit(f"side_by_side: {e}")
