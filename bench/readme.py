#!/usr/bin/env python3
"""Puts the results of bench/run.sh into README.md, between its markers, and the plots beside it into bench/plots.

Exit code 0: done; 1: there are no results, or README.md has no markers.
"""

import argparse
import json
import pathlib
import shutil
import sys

from table_text import measured_how, table

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- speed: written by bench/readme.py -->", "<!-- /speed -->"
PLOTS = {"window": "throughput against window", "cost": "CPU a message against window", "latency": "latency against offered load",
         "store": "lookup against size of the store", "sessions": "CPU a message against number of binds"}


def section(results):
    about = json.loads((results / "table.json").read_text())
    lines = [BEGIN, "", *measured_how(about), *table(about["rows"])]
    missed = [row["work"] for row in about["rows"] if row["met"] is False]
    why = "What is known about why: [bench/RESULTS.md](bench/RESULTS.md)."
    lines += [f"Missed: {'; '.join(missed)}. {why}" if missed else "Every target is met.", ""]
    drawn = [name for name in PLOTS if (results / f"{name}.svg").exists()]
    lines += ["".join(f"![{PLOTS[name]}](bench/plots/{name}.svg)\n" for name in drawn), END]
    return "\n".join(lines), drawn, about["wrong"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=pathlib.Path, default=ROOT / "bench/results", help="where bench/run.sh wrote")
    parser.add_argument("--readme", type=pathlib.Path, default=ROOT / "README.md")
    options = parser.parse_args()
    text, drawn, wrong = section(options.results)
    if wrong:
        sys.exit("readme: these results are not to be shown, something was wrong:\n" + "\n".join(wrong))
    readme = options.readme.read_text()
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"readme: {options.readme} has not both {BEGIN} and {END}")
    plots = options.readme.parent / "bench/plots"
    plots.mkdir(parents=True, exist_ok=True)
    for old in plots.glob("*.svg"):
        old.unlink()
    for name in drawn:
        shutil.copy(options.results / f"{name}.svg", plots / f"{name}.svg")
    options.readme.write_text(before + text + after)


if __name__ == "__main__":
    try:
        main()
    except OSError as e:
        sys.exit(f"readme: {e}")
