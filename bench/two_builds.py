#!/usr/bin/env python3
"""One build of the gate beside another: the same load through both, in pairs of alternating order, on this machine. What a change
gives shows as a ratio, however busy the machine is.

Exit code 0: every verdict was right; 1: a verdict was wrong or something did not run.
"""

import argparse
import contextlib
import pathlib
import shutil
import sys
import tempfile
from statistics import median

from processes import Sink
from report import of_each_pair, proxy_nanoseconds
from side_by_side import FIRST, ROOT, check_far_end, import_consents, run_once, start_gate


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=pathlib.Path, help="folder with the consentgate of before")
    parser.add_argument("after", type=pathlib.Path, help="folder with the one of after")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the load generator and the sink")
    parser.add_argument("--pairs", type=int, default=5, help="runs through each (default 5)")
    parser.add_argument("--seconds", type=float, default=3, help="length of a run (default 3)")
    parser.add_argument("--numbers", type=int, default=1_000_000, help="numbers with consent (default 1000000)")
    parser.add_argument("--window", type=int, default=100, help="requests in flight on each bind (default 100)")
    parser.add_argument("--binds", type=int, default=4, help="binds, 4 at most (default 4)")
    return parser.parse_args()


def main():
    options = arguments()
    shape = {"window": options.window, "binds": options.binds}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="consentgate-bench-")))
        import_consents(folder, options)
        paths, runs = {}, {"before": [], "after": []}
        for name in runs:
            sink = stack.enter_context(Sink(f"sink-{name}", str(options.bin / "smsc_sink"), FIRST, options.numbers, folder))
            shutil.copytree(folder / "store", folder / f"store-{name}")
            build = argparse.Namespace(bin=getattr(options, name))
            gate, port = start_gate(stack, folder, sink, build, name=name, store=f"store-{name}")
            paths[name] = {"port": port, "sink": sink, "proxy": gate, "refuses": True}
        for pair in range(options.pairs):
            for name in ["before", "after"] if pair % 2 == 0 else ["after", "before"]:
                runs[name].append(run_once(options, shape, paths[name]))
        wrong = check_far_end([{"runs": runs}], {name: path["sink"].received() for name, path in paths.items()})

    for name in runs:
        print(f"{name}: {median(r['messages_per_second'] for r in runs[name]):,.0f} messages/s, "
              f"{median(map(proxy_nanoseconds, runs[name])):,.0f} ns of the gate's CPU a message")
    for title, figure in [("throughput", lambda r: r["messages_per_second"]), ("CPU a message", proxy_nanoseconds)]:
        ratios = [figure(after) / figure(before) for before, after in zip(runs["before"], runs["after"])]
        print(f"{title}, after / before: {median(ratios):.3f} (pairs: {of_each_pair(ratios)})")
    for w in wrong:
        print(f"WRONG: {w}")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError) as e:
        sys.exit(f"two_builds: {e}")
