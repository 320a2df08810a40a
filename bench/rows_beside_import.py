"""A row of the table: people write STOP while a list is imported into the same gate."""

import argparse
import contextlib
import signal
import subprocess
import time

from bed import FIRST, import_consents, start_gate, write_consents
from measurement import SMALL

STOPS_A_SECOND = 200
ROWS_A_STOP = 2000  # of the list: it takes about twice as long as the STOPs
STEP = 7_368_787  # a prime: the list is in no order


def stops(bench, _):
    rows = max(bench.options.numbers // 5, 100 * ROWS_A_STOP)
    count = min(rows // ROWS_A_STOP, SMALL // 2)
    import_consents(bench.folder, argparse.Namespace(**{**vars(bench.options), "numbers": SMALL}), "beside-import")
    csv = bench.folder / "list.csv"
    write_consents(csv, rows, STEP, FIRST + 10 * bench.options.numbers)
    deliver = ["--deliver", count, "--deliver-rate", STOPS_A_SECOND, "--deliver-window", 500]
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(bench.sink("beside-import", *deliver, numbers=SMALL))
        gate, port = start_gate(stack, bench.folder, sink, bench.options, name="gate-beside-import", store="beside-import")
        path = {**bench.path("gate-beside-import", sink, gate, port, True), "first": FIRST + SMALL // 2, "numbers": SMALL // 2}
        command = [str(bench.options.bin / "consentgate"), "import", "--config", str(bench.folder / "gate-beside-import.yaml"), str(csv)]
        alone = []

        def begin(generator):
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as importing:
                time.sleep(0.5)  # its first rows
                sink.running.send_signal(signal.SIGUSR1)
                give_up = time.monotonic() + 120
                while len(sink.output()) < 2 and generator.poll() is None and time.monotonic() < give_up:
                    time.sleep(0.05)
                alone.append(importing.poll() is not None)
                said, _ = importing.communicate(timeout=120)
            if importing.returncode != 0:
                raise RuntimeError(f"the import ended with {importing.returncode}: {said[-500:]}")
            generator.send_signal(signal.SIGTERM)

        bench.load(path, 100, 4, "--rate", 1000, seconds=300, during=begin)
        if len(sink.output()) < 2:
            raise RuntimeError("the STOPs were not all answered")
        answered = sink.output()[1]
        if alone[0] or answered["accepted"] != count:
            bench.wrong.append(f"beside an import: {answered['accepted']} of {count} STOPs acknowledged"
                               f"{', and the import was over before the last' if alone[0] else ''}")
        bench.end(path)
    latency = answered["latency_us"]
    bench.row("stops_import", f"{STOPS_A_SECOND} STOPs a second during an import of {rows:,} rows: until acknowledged on disk", "–",
              f"{latency['p50'] / 1e3:,.1f} ms (p50), {latency['p99'] / 1e3:,.1f} ms (p99), {latency['max'] / 1e3:,.1f} ms at most",
              answered=answered)
