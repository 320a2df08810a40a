"""Rows of the table: the gate beside HAProxy, by throughput, by latency at an offered rate, over TLS, on two cores."""

import contextlib
from statistics import median

from measurement import cores, middle, nanoseconds, rate_of, ratios
from rows_people import idle_ones

OFFERED = 20_000
WINDOWS = [1, 3, 10, 30, 100, 300, 1000]
RATES = [5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 400_000]


def throughput(bench, key, work, pair, window, binds, least, most_cpu=None):
    haproxy, gate = pair
    runs = bench.pairs(pair, window, binds)
    through, beside = runs[gate["name"]], runs[haproxy["name"]]
    shares = ratios(through, beside, rate_of)
    bench.row(key, work + ": throughput", f"≥ {least} of HAProxy",
              f"{median(shares):.2f} ({middle(through, rate_of):,.0f} of {middle(beside, rate_of):,.0f} messages/s)",
              median(shares) >= least, pairs=shares, runs=runs)
    if most_cpu:
        cpu = ratios(through, beside, nanoseconds)
        bench.row(key + "_cpu", work + ": CPU of the gate a message", f"≤ {most_cpu} times HAProxy's",
                  f"{median(cpu):.2f} ({middle(through, nanoseconds):,.0f} and {middle(beside, nanoseconds):,.0f} ns)",
                  median(cpu) <= most_cpu, pairs=cpu)


def latency(bench, pair):
    haproxy, gate = pair
    runs = bench.pairs(pair, 1000, 4, "--rate", OFFERED, pairs=bench.options.latency_pairs)
    for share in "p50", "p99":
        mine, other = ([run["latency_us"][share] for run in runs[path["name"]]] for path in (gate, haproxy))
        over = median(m - (1.5 * o + 20) for m, o in zip(mine, other))
        bench.row(f"latency_{share}", f"{OFFERED:,} messages a second offered: {share}", "≤ 1.5 times HAProxy's + 20 µs",
                  f"{median(mine):,.0f} and {median(other):,.0f} µs", over <= 0, pairs=[mine, other])


def curves(bench, pair):
    bench.curves["window"] = [
        {"window": window, **{path["name"]: [rate_of(run), nanoseconds(run)] for path in pair
                              for run in [bench.load(path, window, 4, seconds=bench.options.curve_seconds)]}}
        for window in WINDOWS]
    bench.curves["offered"] = [
        {"rate": rate, **{path["name"]: [run["latency_us"][share] for share in ("p50", "p90", "p99")] + [rate_of(run)] for path in pair
                          for run in [bench.load(path, 10_000, 4, "--rate", rate, seconds=bench.options.curve_seconds)]}}
        for rate in RATES]


def plain(bench, wanted):
    with contextlib.ExitStack() as stack:
        pair = [stack.enter_context(bench.haproxy()), stack.enter_context(bench.gate())]
        if "window_100" in wanted:
            throughput(bench, "window_100", "window 100, 4 binds", pair, 100, 4, 0.8, 2)
        if "window_10" in wanted:
            throughput(bench, "window_10", "window 10, 1 bind", pair, 10, 1, 0.95)
        if "latency" in wanted:
            latency(bench, pair)
        if "sessions" in wanted:
            idle_ones(bench, pair[1])
        if "curves" in wanted:
            curves(bench, pair)


def tls(bench, _):
    certificates = bench.certificates()
    with bench.haproxy("haproxy-tls", tls=certificates) as haproxy, bench.gate("gate-tls", tls=certificates) as gate:
        throughput(bench, "tls", "TLS on both legs, window 100, 4 binds", [haproxy, gate], 100, 4, 0.8)


def workers(bench, _):
    with bench.haproxy("haproxy-2", threads=2) as haproxy, bench.gate("gate-2", workers=2) as gate:
        runs = bench.pairs([haproxy, gate], 100, 4, pairs=min(bench.options.pairs, 3))
        for path, name in (gate, "two workers on two cores"), (haproxy, "HAProxy with two threads beside it"):
            run = sorted(runs[path["name"]], key=rate_of)[len(runs[path["name"]]) // 2]
            proxy, generator, sink = cores(run)
            bench.row("workers_" + path["name"], name, "–", f"{rate_of(run):,.0f} messages/s; cores: proxy {proxy:.2f}, load "
                      f"generator {generator:.2f}, sink {sink:.2f}", runs=runs[path["name"]])
