#!/usr/bin/env python3
"""Has a step of a message become slower? Runs bench/micro and holds each step, as a multiple of a reference that ran beside it, against the
multiples in bench/micro_ratios.json.

Exit code 0: nothing is slower than it may be; 3: something is; 1: a benchmark failed or is not known. --update writes the multiples.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
from statistics import median

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = HERE / "micro_ratios.json"
# What waits for memory is held against a read at random, everything else against a loop of multiplications.
WAITS_FOR_MEMORY = {"judge", "frequency_cap"}
MAY_GROW = 1.5


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=HERE.parent / "build/release/bin", help="folder of the binaries")
    parser.add_argument("--update", action="store_true", help="what is measured now is right: write it down")
    return parser.parse_args()


def multiples(binary):
    """Of each benchmark, the median of the multiples of five repetitions, which take turns with those of the reference."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        ran = subprocess.run([binary, f"--benchmark_out={out.name}", "--benchmark_out_format=json", "--benchmark_repetitions=5",
                              "--benchmark_enable_random_interleaving=true", "--benchmark_min_time=0.05"], capture_output=True, text=True,
                             timeout=600)
        if ran.returncode != 0:
            raise RuntimeError(f"{binary} ended with {ran.returncode}:\n{ran.stderr[-2000:]}")
        runs = json.load(out)["benchmarks"]
    times = {}
    for run in runs:
        if run.get("error_occurred"):
            raise RuntimeError(f"{run['name']}: {run['error_message']}")
        if run["run_type"] == "iteration":
            times.setdefault(run["run_name"], []).append(run["cpu_time"])
    middle = {name: median(runs) for name, runs in times.items()}
    references = {"reference": middle.pop("reference"), "random_read": middle.pop("random_read")}
    return {name: time / references["random_read" if name.partition("/")[0] in WAITS_FOR_MEMORY else "reference"]
            for name, time in middle.items()}


def main():
    options = arguments()
    now = multiples(str(options.bin / "micro"))
    if options.update:
        KNOWN.write_text(json.dumps({name: round(value, 3) for name, value in sorted(now.items())}, indent=2) + "\n")
    known = json.loads(KNOWN.read_text())
    slower = [name for name, value in now.items() if name in known and value > known[name] * MAY_GROW]
    print("| step | references | known | |\n|---|---:|---:|---|")
    for name, value in now.items():
        print(f"| {name} | {value:.3f} | {known.get(name, float('nan')):.3f} | {'SLOWER' if name in slower else ''} |")
    if unknown := set(now) ^ set(known):
        print(f"Only on one side: {', '.join(sorted(unknown))}. --update writes the multiples down.")
        return 1
    return 3 if slower else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as e:
        sys.exit(f"micro_check: {e}")
