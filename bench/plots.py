"""The curves of a run as SVG, drawn by gnuplot."""

import shutil
import subprocess

HEAD = """set terminal svg size 640,400 font "sans-serif,13" background "white" dynamic
set output "{out}"
set title "{title}"
set xlabel "{x}"
set ylabel "{y}"
set grid
set key {key}
set logscale xy
set format x "%.0s%c"
set format y "%.0s%c"
"""
COLOURS = ["#0b6e4f", "#c1440e", "#2b50aa", "#8a6d00", "#6b2d8c", "#555555"]


def draw_one(file, title, x, y, series, key="left top"):
    """`series`: [(name, [(x, y), ...]), ...]"""
    lines = [HEAD.format(out=file, title=title, x=x, y=y, key=key)]
    for i, (_, points) in enumerate(series):
        lines += [f"$data{i} << end", *(f"{a} {b}" for a, b in points if b > 0), "end"]
    lines.append("plot " + ", ".join(f'$data{i} with linespoints lw 2 pt 7 ps 0.5 lc rgb "{COLOURS[i % len(COLOURS)]}" title "{name}"'
                                     for i, (name, _) in enumerate(series)))
    subprocess.run(["gnuplot"], input="\n".join(lines) + "\n", text=True, check=True, timeout=60)


def draw(folder, curves):
    for old in folder.glob("*.svg"):
        old.unlink()
    if not shutil.which("gnuplot"):
        print("without gnuplot (gnuplot-nox) there are no plots")
        return
    names = {"gate": "consentgate", "haproxy": "HAProxy"}
    if points := curves.get("window"):
        draw_one(folder / "window.svg", "Throughput against window, 4 binds", "submit\\\\_sm in flight on each bind", "messages a second",
                 [(names[path], [(p["window"], p[path][0]) for p in points]) for path in names])
        draw_one(folder / "cost.svg", "Cost of a message against window, 4 binds", "submit\\\\_sm in flight on each bind",
                 "CPU of the proxy, ns a message", [(names[path], [(p["window"], p[path][1]) for p in points]) for path in names], "right top")
    if points := curves.get("offered"):
        draw_one(folder / "latency.svg", "Latency against offered load, 4 binds", "messages a second offered", "µs",
                 [(f"{names[path]}, {share}", [(p["rate"], p[path][i]) for p in points])
                  for path in names for i, share in ((0, "p50"), (2, "p99"))])
    if points := curves.get("store"):
        draw_one(folder / "store.svg", "Cost of a lookup against the size of the store", "numbers with consent", "ns",
                 [(name, [(p["numbers"], p[key]) for p in points])
                  for key, name in (("hit", "there"), ("miss", "not there"), ("announced", "announced, as the gate asks"),
                                    ("reference", "one random read"))])
    if points := curves.get("sessions"):
        draw_one(folder / "sessions.svg", "Cost of a message against the number of binds, all submitting", "binds",
                 "CPU of the proxy, ns a message", [(names[path], [(p["binds"], p[path]["nanoseconds"]) for p in points]) for path in names])
