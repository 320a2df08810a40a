#!/usr/bin/env python3
"""How the store grows: the import of N numbers, the seconds until /readyz after a restart, and the memory resident then.

Exit code 0: the targets were met (10 million numbers ready within 5 s and under 1.5 GB); 3: missed; 1: something did not run.
"""

import argparse
import contextlib
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from bed import ROOT, gate_config, write_consents
from processes import Process, free_port, machine, wait_for

READY_SECONDS, RESIDENT_OCTETS = 5, 1.5e9


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the binaries")
    parser.add_argument("--numbers", type=int, nargs="+", default=[1_000_000, 10_000_000], help="default: 1000000 10000000")
    parser.add_argument("--starts", type=int, default=3, help="restarts of each store (default 3)")
    parser.add_argument("--folder", type=pathlib.Path, help="where the stores are made (default: a temporary folder)")
    return parser.parse_args()


def of_process(pid, field):
    """A size of /proc/PID/status, in octets."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/status has no {field}")


def start(binary, config, admin, folder, numbers):
    """Seconds until ready, and the memory then and at most."""

    def ready():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    begun = time.monotonic()
    with Process("gate", [binary, "serve", "--config", str(config)], folder) as gate:
        wait_for("ready", ready, gate, 600)
        seconds = time.monotonic() - begun
        resident, peak = of_process(gate.running.pid, "VmRSS"), of_process(gate.running.pid, "VmHWM")
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics", timeout=10).read().decode()
    known = next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith("consentgate_numbers "))
    if known != numbers:
        raise RuntimeError(f"{known:.0f} numbers are known and {numbers} were imported")
    return {"ready_seconds": seconds, "resident_octets": resident, "peak_octets": peak}


def measure(options, numbers):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        admin, csv, config = free_port(), folder / "consents.csv", folder / "consentgate.yaml"
        config.write_text(gate_config(free_port(), free_port(), folder / "store", admin))
        write_consents(csv, numbers)
        binary = str(options.bin / "consentgate")
        begun = time.monotonic()
        loaded = subprocess.run([binary, "import", "--config", str(config), "--offline", str(csv)], capture_output=True, text=True)
        seconds = time.monotonic() - begun
        if loaded.returncode != 0:
            raise RuntimeError(f"import ended with {loaded.returncode}:\n{loaded.stdout[-2000:]}{loaded.stderr[-2000:]}")
        csv.unlink()
        starts = [start(binary, config, admin, folder, numbers) for _ in range(options.starts)]
        on_disk = sum(f.stat().st_size for f in (folder / "store").rglob("*") if f.is_file())
        return {"numbers": numbers, "import_seconds": seconds, "store_octets": on_disk, "starts": starts}


def main():
    options = arguments()
    about = machine()
    print(f"`{shlex.join(['bench/store_scale.py', *sys.argv[1:]])}`\n{about['cores']} cores, {about['cpu']}, Linux {about['kernel']}, "
          f"load average at the start {about['load_average']}\n")
    print("| numbers | import, s | rows/s | store, MB | until /readyz, s | resident, MB | at most, MB |\n|" + "---:|" * 7)
    met = True
    for numbers in options.numbers:
        m = measure(options, numbers)
        worst = {key: max(s[key] for s in m["starts"]) for key in m["starts"][0]}
        met &= worst["ready_seconds"] <= READY_SECONDS and worst["peak_octets"] <= RESIDENT_OCTETS
        print(f"| {numbers:,} | {m['import_seconds']:.1f} | {numbers / m['import_seconds']:,.0f} | {m['store_octets'] / 1e6:,.0f} "
              f"| {', '.join(format(s['ready_seconds'], '.1f') for s in m['starts'])} | {worst['resident_octets'] / 1e6:,.0f} "
              f"| {worst['peak_octets'] / 1e6:,.0f} |", flush=True)
    print(f"\nTarget, {READY_SECONDS} s and {RESIDENT_OCTETS / 1e9} GB: {'met' if met else 'MISSED'}")
    return 0 if met else 3


if __name__ == "__main__":
    sys.exit(main())
