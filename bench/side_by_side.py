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

from bed import (FIRST, REFUSE_EVERY, ROOT, far_end_errors, first_line, import_consents, load_command, run_load, start_gate,
                 start_haproxy)
from processes import Sink, machine
from report import summary, table

# What the gate's throughput must be as a share of HAProxy's.
SHAPES = [{"window": 100, "binds": 4, "target": 0.8}, {"window": 10, "binds": 1, "target": 0.95}]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the binaries")
    parser.add_argument("--pairs", type=int, default=5, help="runs through each (default 5)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a run (default 3)")
    parser.add_argument("--numbers", type=int, default=1_000_000, help="numbers with consent (default 1000000)")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/results", help="where the results go")
    return parser.parse_args()


def run_once(options, shape, path):
    return run_load(load_command(options, path, shape["window"], shape["binds"], options.seconds), path)


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
        wrong += far_end_errors(name, accepted, far_end, decides=name not in ("direct", "haproxy"))
    return wrong


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
        seconds = import_consents(folder, options)
        print(f"imported {options.numbers} consents in {seconds:.1f} s", file=sys.stderr)
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
