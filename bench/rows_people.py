"""Rows of the table: a million STOPs beside the submits, and many binds."""

import signal
import time
from statistics import median

from bed import FIRST, metrics
from measurement import nanoseconds, rate_of

OFFERED = 20_000
STOPS_A_SECOND = 20_000
FLOOD = 1_000_000  # a second: more than anybody answers


def opt_outs(gate):
    return sum(value for name, value in metrics(gate.admin).items() if name.startswith("consentgate_opt_outs_total{"))


def storm(bench, name, count, first, rate):
    """STOPs of `count` people, `rate` a second, with up to 500 unanswered on each bind, beside the submits. Without them first."""
    deliver = ["--deliver", count, "--deliver-first", first, "--deliver-rate", rate, "--deliver-window", 500]
    with bench.gate(name, deliver) as path:
        sink, gate = path["sink"], path["proxy"]
        quiet = [bench.load(path, 1000, 4, "--rate", OFFERED) for _ in range(3)]

        def begin(generator):
            time.sleep(0.3)  # its binds
            sink.running.send_signal(signal.SIGUSR1)
            give_up = time.monotonic() + count / STOPS_A_SECOND * 10 + 30
            while len(sink.output()) < 2 and generator.poll() is None:
                if time.monotonic() > give_up:
                    raise RuntimeError("the STOPs were not all answered")
                time.sleep(0.05)
            generator.send_signal(signal.SIGTERM)

        run = bench.load(path, 1000, 4, "--rate", OFFERED, seconds=600, during=begin)
        answered = sink.output()[1]
        recorded = opt_outs(gate)
        if answered["accepted"] != count or recorded != count or run["delivered"] != count:
            bench.wrong.append(f"of {count} STOPs {answered['accepted']} were acknowledged, {run['delivered']} reached the sender and "
                               f"{recorded:.0f} were counted")
    return quiet, run, answered


def stops(bench, _):
    # A little faster than the target, so that it can be seen whether the gate keeps up with that; then as fast as the windows allow.
    rate = STOPS_A_SECOND * 1.05
    quiet, run, answered = storm(bench, "gate-stops", bench.stops, FIRST, rate)
    before, beside = median(r["latency_us"]["p99"] for r in quiet), run["latency_us"]["p99"]
    bench.row("stops_p99", f"{bench.stops:,} STOPs, {rate:,.0f} a second, arriving during {OFFERED:,} submits a second: p99 of submits",
              "at most doubled", f"{beside:,.0f} µs, without STOPs {before:,.0f}",
              beside <= 2 * before and rate_of(run) >= 0.98 * OFFERED, run=run, quiet=quiet)
    bench.row("stops_rate", "STOPs a second through group commit", f"≥ {STOPS_A_SECOND:,}",
              f"{answered['deliveries_per_second']:,.0f}, acknowledged on disk after {answered['latency_us']['p50'] / 1e3:,.1f} ms "
              f"(p50), {answered['latency_us']['p99'] / 1e3:,.1f} ms (p99)",
              answered["deliveries_per_second"] >= STOPS_A_SECOND, answered=answered)
    _, run, answered = storm(bench, "gate-flood", bench.flood, FIRST + bench.stops, FLOOD)
    bench.row("stops_flood", f"{bench.flood:,} STOPs as fast as 500 unanswered on each of four binds allow, beside the same", "–",
              f"{answered['deliveries_per_second']:,.0f} a second; p99 of submits {run['latency_us']['p99']:,.0f} µs", run=run,
              answered=answered)


def sessions_once(bench, path, binds, window=10):
    """Octets a session of a proxy that has just been started, idle and after each has submitted, and its CPU a message."""
    proxy, seen = path["proxy"], []

    def look(generator):
        while generator.poll() is None:
            seen.append(proxy.resident())
            time.sleep(0.05)

    before = proxy.resident()
    bench.load(path, 1, 1, "--idle", binds - 1, "--rate", 100, seconds=1, during=look)
    idle = max(seen) - before
    run = bench.load(path, window, binds, "--rate", min(20_000, binds * 100), seconds=2, during=look)
    return {"binds": binds, "idle": idle / binds, "used": (max(seen) - before) / binds, "nanoseconds": nanoseconds(run),
            "p99": run["latency_us"]["p99"]}


def memory(bench, _):
    many = min(1000, bench.most_binds)
    with bench.small_gate("gate-sessions") as path:
        once = sessions_once(bench, path, many)
    bench.row("sessions_memory", f"{many:,} binds: memory of the gate a session", "< 100 KB",
              f"{once['used'] / 1000:.0f} KB after each has submitted, idle {once['idle'] / 1000:.0f} KB", once["used"] < 100e3, **once)


def idle_ones(bench, path):
    """The throughput of four binds beside a thousand idle ones."""
    many, few, idle = min(1000, bench.most_binds), [], []
    for pair in range(min(bench.options.pairs, 3)):
        turns = [(few, []), (idle, ["--idle", many - 4])]
        for runs, more in turns if pair % 2 == 0 else reversed(turns):
            runs.append(bench.load(path, 100, 4, *more))
    share = median(rate_of(a) / rate_of(b) for a, b in zip(idle, few))
    bench.row("sessions_throughput", f"{many:,} binds, most idle: throughput", "within 10 % of 4 binds", f"{share:.2f} of it",
              share >= 0.9, runs={"4 binds": few, "with idle ones": idle})
