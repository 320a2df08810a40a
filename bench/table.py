#!/usr/bin/env python3
"""The whole table: the gate beside HAProxy and beside its own targets, on this machine; with --full also what people would otherwise use.

Writes table.json, table.md and plots to the results folder. Exit code 0: every verdict was right and every target met;
3: a target was missed; 1: a verdict was wrong or something did not run.
"""

import argparse
import datetime
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

import plots
import rows_beside_import
import rows_compare
import rows_growth
import rows_load
import rows_people
import rows_store
from bed import REFUSE_EVERY, ROOT, first_line
from measurement import Bench
from processes import machine
from table_text import markdown

# What --only takes, and what measures it. Those of one function share a gate; `start` looks at all gates that came before it.
ROWS = [
    (("import",), rows_store.imports),
    (("window_100", "window_10", "latency", "sessions", "curves"), rows_load.plain),
    (("memory",), rows_people.memory),
    (("stops",), rows_people.stops),
    (("stops_import",), rows_beside_import.stops),
    (("tls",), rows_load.tls),
    (("workers",), rows_load.workers),
    (("start",), rows_store.starts),
    (("index",), rows_store.index),
]
FULL = [
    (("growth",), rows_growth.sessions),
    (("compare",), rows_compare.compare),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [name for row in ROWS + FULL for name in row[0]]
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the binaries")
    parser.add_argument("--full", action="store_true", help="also 50 million numbers, many sessions, and what people would otherwise use")
    parser.add_argument("--only", nargs="+", choices=names, metavar="ROW", help=f"of {', '.join(names)}")
    parser.add_argument("--numbers", type=int, default=10_000_000, help="numbers with consent (default 10000000)")
    parser.add_argument("--stops", type=int, default=1_000_000, help="people who write STOP, a tenth of --numbers at most (default 1000000)")
    parser.add_argument("--pairs", type=int, default=5, help="runs through each (default 5)")
    parser.add_argument("--latency-pairs", type=int, default=9, help="likewise, of the latency (default 9)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a run (default 3)")
    parser.add_argument("--curve-seconds", type=float, default=2, help="length of a run for the plots (default 2)")
    parser.add_argument("--folder", type=pathlib.Path, help="where the store is made (default: a temporary folder)")
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/results", help="where the results go")
    options = parser.parse_args()
    # Programs that are started in another folder would not find a relative one.
    options.bin = options.bin.resolve()
    return options


def main():
    options = arguments()
    about = {
        "command": shlex.join(["bench/run.sh", *sys.argv[1:]]),
        "at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": machine(),
        "haproxy": first_line("haproxy", "-v"),
        "gate": first_line(str(options.bin / "consentgate"), "--version"),
        "commit": first_line("git", "describe", "--always", "--dirty"),
        "numbers": options.numbers, "refuse_every": REFUSE_EVERY, "pairs": options.pairs, "latency_pairs": options.latency_pairs,
        "seconds": options.seconds, "full": options.full, "begun": time.monotonic(), "took": {},
    }
    with tempfile.TemporaryDirectory(prefix="consentgate-bench-", dir=options.folder) as folder:
        bench = Bench(options, pathlib.Path(folder), about)
        for names, measure in ROWS + (FULL if options.full or options.only else []):
            wanted = [name for name in names if not options.only or name in options.only]
            if not wanted:
                continue
            begun = time.monotonic()
            try:
                measure(bench, wanted)
            except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as e:
                bench.wrong.append(f"{', '.join(wanted)} did not run: {e}")
                bench.say(bench.wrong[-1])
            about["took"][", ".join(wanted)] = time.monotonic() - begun
    about["took"]["all"] = time.monotonic() - about["begun"]
    about["machine"]["load_average_at_the_end"] = round(os.getloadavg()[0], 2)
    bench.save()
    text = markdown(about, bench.rows, bench.wrong)
    (options.results / "table.md").write_text(text)
    plots.draw(options.results, bench.curves)
    print(text, end="")
    if bench.wrong:
        return 1
    return 3 if any(row["met"] is False for row in bench.rows) else 0


if __name__ == "__main__":
    sys.exit(main())
