"""From the runs to medians, ratios and a table."""

from statistics import median

PATHS = {"direct": "straight to the sink", "haproxy": "HAProxy", "gate": "gate"}


def proxy_nanoseconds(run):
    return run["proxy_cpu_seconds"] / run["messages"] * 1e9


def share(run, seconds):
    """Per cent of one core."""
    return seconds / run["seconds"] * 100


# What the table shows of each path: a title, the figure of one run, and how it is written.
FIGURES = [
    ("messages a second", lambda r: r["messages_per_second"], "{:,.0f}"),
    ("CPU of the proxy, ns a message", proxy_nanoseconds, "{:,.0f}"),
    ("CPU of the proxy, % of a core", lambda r: share(r, r["proxy_cpu_seconds"]), "{:.0f}"),
    ("CPU of the load generator, % of a core", lambda r: share(r, r["cpu_seconds"]), "{:.0f}"),
    ("CPU of the sink, % of a core", lambda r: share(r, r["sink_cpu_seconds"]), "{:.0f}"),
    ("latency p50, µs", lambda r: r["latency_us"]["p50"], "{:,.0f}"),
    ("latency p99, µs", lambda r: r["latency_us"]["p99"], "{:,.0f}"),
]


def summary(shape):
    """The shape with the ratios of each pair (gate / HAProxy) and whether their median meets the target."""
    pairs = list(zip(shape["runs"]["gate"], shape["runs"]["haproxy"]))
    throughput = [gate["messages_per_second"] / haproxy["messages_per_second"] for gate, haproxy in pairs]
    cpu = [proxy_nanoseconds(gate) / max(proxy_nanoseconds(haproxy), 1e-9) for gate, haproxy in pairs]
    return {**shape, "throughput_ratios": throughput, "throughput_ratio": median(throughput), "cpu_ratios": cpu,
            "cpu_ratio": median(cpu), "met": median(throughput) >= shape["target"]}


def of_each_pair(ratios):
    return ", ".join(f"{r:.2f}" for r in ratios)


def shape_table(shape):
    lines = [f"### Window {shape['window']}, {shape['binds']} bind{'s' if shape['binds'] > 1 else ''}", "",
             f"| median of {len(shape['runs']['gate'])} runs | " + " | ".join(PATHS.values()) + " |",
             "|---|" + "---:|" * len(PATHS)]
    for title, figure, form in FIGURES:
        cells = ["–" if name == "direct" and "proxy" in title else form.format(median(map(figure, shape["runs"][name])))
                 for name in PATHS]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    lines += ["",
              f"Throughput, gate / HAProxy: **{shape['throughput_ratio']:.2f}** (pairs: {of_each_pair(shape['throughput_ratios'])}); "
              f"target ≥ {shape['target']}: {'met' if shape['met'] else 'MISSED'}.",
              f"CPU a message, gate / HAProxy: **{shape['cpu_ratio']:.2f}** (pairs: {of_each_pair(shape['cpu_ratios'])}).", ""]
    return lines


def table(about, shapes, received, wrong):
    machine = about["machine"]
    lines = ["## The gate beside HAProxy in TCP mode", "",
             f"`{about['command']}`, {about['at']}, commit {about['commit']}", "",
             f"- Machine: {machine['cores']} cores, {machine['cpu']}, Linux {machine['kernel']}, load average at the start "
             f"{machine['load_average']}. The load generator, the proxy and the sink share these cores.",
             f"- Compared: {about['gate']} (one worker, {about['numbers']:,} numbers with consent, one submit in "
             f"{about['refuse_every']} refused) with {about['haproxy']} (nbthread 1), which lets everything through.",
             f"- Load: submit_sm of 130 octets, {about['pairs']} pairs in alternating order, {about['seconds']:g} s a run, every "
             "answer checked.", ""]
    for shape in shapes:
        lines += shape_table(shape)
    gate, haproxy = received["gate"], received["haproxy"]
    lines += [f"At the far end: behind the gate {gate['submits']:,} messages, {gate['unconsented']} of them without consent; "
              f"behind HAProxy {haproxy['submits']:,}, {haproxy['unconsented']:,} without.", ""]
    lines += [f"WRONG: {w}" for w in wrong]
    return "\n".join(lines) + ("\n" if wrong else "")
