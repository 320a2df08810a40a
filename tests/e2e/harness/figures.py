"""What the faults showed: a figure for each, printed at the end of a run; the file that CONSENTGATE_FIGURES names gets them as a table."""

import os
import pathlib
import re

FAULTS = [
    "kill -9 in a stream of STOPs",
    "disk full under load",
    "disk read-only under load",
    "file system aborted by the kernel",
    "last record corrupted",
    "middle record corrupted",
    "SMSC accepts and says nothing",
    "SMSC resets",
    "SMSC answers late",
    "SMSC floods deliver_sm, the sender reads nothing",
    "SMSC restarts every second",
    "sender floods",
    "sender reads nothing",
    "sender sends one octet a second",
    "sender opens 10,000 connections",
    "no file descriptors left",
    "sender binds 1,000 times",
    "half-open TCP, both legs",
    "clock jumps both ways",
    "clock far back",
    "SIGTERM under full load",
    "SIGHUP with a broken file",
    "upgrade",
    "soak",
]
HEAD = """# What the faults showed

Written by `CONSENTGATE_FIGURES=tests/faults/FIGURES.md tests/run.sh --long`; a run of some tests replaces their rows. Every figure comes from a test
that fails when what it promises is not kept; times are of the machine of the last run, which others used as well.

| fault | figure | test |
|---|---|---|
"""


def shown(reports):
    """[(fault, figure, test)], in the order of FAULTS."""
    found = [(*value, report.nodeid.removeprefix("tests/e2e/")) for report in reports for name, value in report.user_properties if name == "figure"]
    return sorted(found, key=lambda f: FAULTS.index(f[0]))


def write(path, figures):
    path = pathlib.Path(path)
    old = re.findall(r"^\| (.*?) \| (.*?) \| `(.*?)` \|$", path.read_text(), re.M) if path.exists() else []
    new = {fault for fault, _, _ in figures}
    rows = sorted([*figures, *[(f, g, t) for f, g, t in old if f in FAULTS and f not in new]], key=lambda f: FAULTS.index(f[0]))
    path.write_text(HEAD + "".join(f"| {fault} | {figure} | `{test}` |\n" for fault, figure, test in rows))


def summarize(terminal):
    figures = shown(terminal.stats.get("passed", []))
    if not figures:
        return
    terminal.section("what the faults showed")
    for fault, figure, _ in figures:
        terminal.line(f"{fault}: {figure}")
    if os.environ.get("CONSENTGATE_FIGURES"):
        write(os.environ["CONSENTGATE_FIGURES"], figures)
