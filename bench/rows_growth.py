"""What a session costs when there are many."""

from rows_people import sessions_once

BINDS = [1, 10, 100, 1000, 5000]


def sessions(bench, _):
    """Each of them submits, 100 a second at most and 20,000 all together: a read and a write for nearly every PDU."""
    bench.curves["sessions"] = points = []
    for binds in (b for b in BINDS if b <= bench.most_binds):
        with bench.small_gate(f"gate-of-{binds}") as path:
            gate = sessions_once(bench, path, binds)
        with bench.haproxy(f"haproxy-of-{binds}") as path:
            haproxy = sessions_once(bench, path, binds)
        points.append({"binds": binds, "gate": gate, "haproxy": haproxy})
        bench.row(f"sessions_{binds}", f"{binds:,} bind{'s' * (binds > 1)}, all submitting", "–", f"{gate['used'] / 1000:,.0f} KB a session "
                  f"(idle {gate['idle'] / 1000:,.0f}), HAProxy {haproxy['used'] / 1000:,.0f}; {gate['nanoseconds'] / 1000:,.1f} µs of CPU a "
                  f"message, HAProxy {haproxy['nanoseconds'] / 1000:,.1f}; p99 {gate['p99'] / 1000:,.1f} ms, HAProxy {haproxy['p99'] / 1000:,.1f}")
