#!/usr/bin/env python3
"""What the journal costs: the gate with it beside the gate without it, in pairs of alternating order, on this machine.

Exit code 0: every verdict was right, every decision is in the journal and the target is met; 3: the target was missed;
1: something was wrong or did not run.
"""

import argparse
import contextlib
import json
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
from statistics import median

from bed import FIRST, ROOT, import_consents, start_gate
from processes import Sink, machine
from report import of_each_pair, proxy_nanoseconds
from side_by_side import check_far_end, run_once

SHAPE = {"window": 100, "binds": 4}
TARGET = 0.85  # of the throughput without it


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the binaries")
    parser.add_argument("--pairs", type=int, default=5, help="runs of each (default 5)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a run (default 3)")
    parser.add_argument("--numbers", type=int, default=1_000_000, help="numbers with consent (default 1000000)")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/results", help="where the results go")
    return parser.parse_args()


def octets_of(folder):
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def count_journal(options, config):
    """The lines of the whole journal, read from the store of a gate that has ended."""
    reading = subprocess.Popen([str(options.bin / "consentgate"), "journal", "--config", str(config), "--offline", "--json",
                                "--from", "2026-01-01"], stdout=subprocess.PIPE)
    lines = sum(piece.count(b"\n") for piece in iter(lambda: reading.stdout.read(1 << 20), b""))
    if reading.wait() != 0:
        raise RuntimeError(f"consentgate journal ended with {reading.returncode}")
    return lines


def main():
    options = arguments()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="consentgate-bench-")))
        import_consents(folder, options)
        before = octets_of(folder / "store")
        paths, runs = {}, {"without": [], "with": []}
        for name, extra in [("without", "journal: {retention: off}\n"), ("with", "")]:
            sink = stack.enter_context(Sink(f"sink-{name}", str(options.bin / "smsc_sink"), FIRST, options.numbers, folder))
            shutil.copytree(folder / "store", folder / f"store-{name}")
            gate, port = start_gate(stack, folder, sink, options, name=name, store=f"store-{name}", extra=extra)
            paths[name] = {"port": port, "sink": sink, "proxy": gate, "refuses": True}
        for pair in range(options.pairs):
            for name in ["without", "with"] if pair % 2 == 0 else ["with", "without"]:
                runs[name].append(run_once(options, SHAPE, paths[name]))
                print(f"pair {pair + 1}, {name}: {runs[name][-1]['messages_per_second']:,.0f} messages/s", file=sys.stderr)
        received = {name: path["sink"].received() for name, path in paths.items()}
        wrong = check_far_end([{"runs": runs}], received)
        for name, path in paths.items():
            if (code := path["proxy"].end()) != 0:
                wrong.append(f"{name}: exit code {code} after SIGTERM:\n{path['proxy'].errors()}")
        octets = octets_of(folder / "store-with") - before
        decided = sum(run["messages"] for run in runs["with"])
        journalled = count_journal(options, folder / "with.yaml")
        if journalled != decided:
            wrong.append(f"{decided} messages were decided and {journalled} are in the journal")

    pairs = list(zip(runs["with"], runs["without"]))
    throughput = [a["messages_per_second"] / b["messages_per_second"] for a, b in pairs]
    cpu = [proxy_nanoseconds(a) / proxy_nanoseconds(b) for a, b in pairs]
    result = {"command": shlex.join(sys.argv), "machine": machine(), "throughput_ratios": throughput, "cpu_ratios": cpu,
              "octets_a_decision": octets / decided, "runs": runs, "wrong": wrong}
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "journal_cost.json").write_text(json.dumps(result, indent=2) + "\n")
    met = median(throughput) >= TARGET
    for name in runs:
        print(f"{name} journal: {median(r['messages_per_second'] for r in runs[name]):,.0f} messages/s, "
              f"{median(map(proxy_nanoseconds, runs[name])):,.0f} ns of the gate's CPU a message")
    print(f"throughput with / without: {median(throughput):.3f} (pairs: {of_each_pair(throughput)}); target >= {TARGET}: "
          f"{'met' if met else 'MISSED'}")
    print(f"CPU a message with / without: {median(cpu):.2f} (pairs: {of_each_pair(cpu)})")
    print(f"{octets / decided:.1f} octets a decision on disk, logs not yet reclaimed included")
    for w in wrong:
        print(f"WRONG: {w}")
    return 1 if wrong else 0 if met else 3


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        sys.exit(f"journal_cost: {e}")
