"""Rows of the table: the index in memory, the import, the start."""

import argparse
import shutil
import subprocess
from math import gcd
from statistics import median

from bed import import_consents

LEAST_ROWS, MOST_OCTETS, READY_SECONDS = 200_000, 24, 5


def index(bench, _):
    most = 50_000_000 if bench.options.full else min(10_000_000, bench.options.numbers)
    command = [str(bench.options.bin / "index_scale"), str(most)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    cells = [[float(cell) for cell in line.strip("| ").split("|")] for line in ran.stdout.splitlines()[2:]]
    keys = "numbers", "megabytes", "octets", "hit", "miss", "announced", "reference"
    bench.curves["store"] = points = [dict(zip(keys, row)) for row in cells]
    last = points[-1]
    bench.row("index_octets", f"memory of the index, {last['numbers']:,.0f} numbers", f"≤ {MOST_OCTETS} octets a number",
              f"{last['octets']:.1f} ({last['megabytes']:,.0f} MB)", last["octets"] <= MOST_OCTETS)
    if bench.options.full:
        bench.row("index_50", "50 million numbers in the index", "≤ 1.5 GB", f"{last['megabytes'] / 1000:.2f} GB", last["megabytes"] <= 1500)
    bench.row("lookup", f"one lookup among {last['numbers']:,.0f} numbers", "–", f"{last['hit']:.0f} ns there, {last['miss']:.0f} ns not there, "
              f"{last['announced']:.0f} ns announced; one random read of as much memory {last['reference']:.0f} ns")


def imports(bench, _):
    """In order: the whole store. Scattered: a tenth of it, into an empty store."""
    bench.make_store()
    rate = bench.options.numbers / bench.store_seconds
    bench.row("import", f"import of {bench.options.numbers:,} rows in order, ledger and chain included", f"≥ {LEAST_ROWS:,} rows/s",
              f"{rate:,.0f} rows/s ({bench.store_seconds:.0f} s)", rate >= LEAST_ROWS)
    numbers = max(bench.options.numbers // 10, 1)
    step = next(s for s in range(7_368_787, 7_369_787) if gcd(s, numbers) == 1)
    scattered = argparse.Namespace(**{**vars(bench.options), "numbers": numbers})
    seconds = import_consents(bench.folder, scattered, "scattered", step)
    shutil.rmtree(bench.folder / "scattered")
    bench.row("import_scattered", f"import of {numbers:,} rows in scattered order", f"≥ {LEAST_ROWS:,} rows/s",
              f"{numbers / seconds:,.0f} rows/s ({seconds:.1f} s)", numbers / seconds >= LEAST_ROWS)


def starts(bench, _):
    """Every gate that the other rows started on the store."""
    if not bench.starts:
        with bench.gate("gate-start"):
            pass
    seconds = [start["seconds"] for start in bench.starts]
    bench.row("start", f"start with {bench.options.numbers:,} numbers", f"≤ {READY_SECONDS} s until /readyz",
              f"{median(seconds):.1f} s (each of {len(seconds)}: {', '.join(f'{s:.1f}' for s in seconds)}), "
              f"{max(start['resident'] for start in bench.starts) / 1e6:,.0f} MB resident", median(seconds) <= READY_SECONDS)
