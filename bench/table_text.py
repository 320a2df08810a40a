"""The table as Markdown."""


def measured_how(about):
    machine = about["machine"]
    return [f"`{about['command']}`, {about['at']}, commit {about['commit']}, {about['took'].get('all', 0) / 60:.1f} minutes", "",
            f"- Machine: {machine['cores']} cores, {machine['cpu']}, Linux {machine['kernel']}; load average at the start "
            f"{machine['load_average']}. The load generator, the proxy and the sink share the cores.",
            f"- Compared: {about['gate']} (one worker, {about['numbers']:,} numbers with consent, one submit in {about['refuse_every']} "
            f"refused, journal on) with {about['haproxy']} in TCP mode (one thread), which lets everything through.",
            f"- Load: submit_sm of 130 octets, every answer checked; medians of {about['pairs']} pairs in alternating order "
            f"({about['latency_pairs']} for latencies), {about['seconds']:g} s a run.", ""]


def verdict(row):
    return {True: "met", False: "**missed**", None: ""}[row["met"]]


def table(rows):
    lines = ["| work | target | measured | |", "|---|---|---|---|"]
    lines += [f"| {row['work']} | {row['target']} | {row['measured']} | {verdict(row)} |" for row in rows if row["key"] != "compared"]
    compared = [row for row in rows if row["key"] == "compared"]
    if compared:
        lines += ["", "| what people would otherwise use | messages/s | CPU a message, µs | p50, ms | p99, ms | decides |",
                  "|---|---:|---:|---:|---:|---|"]
        lines += [row["measured"] for row in compared]
    return [*lines, ""]


def markdown(about, rows, wrong):
    lines = ["## The gate's speed", "", *measured_how(about), *table(rows)]
    lines += ["Seconds each part took: " + ", ".join(f"{name} {seconds:.0f}" for name, seconds in about["took"].items()) + ".", ""]
    return "\n".join(lines + [f"WRONG: {w}" for w in wrong]) + ("\n" if wrong else "")
