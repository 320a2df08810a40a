"""A whole measurement: its store of consents, made once, the rows of its table, its curves, and what was wrong."""

import argparse
import contextlib
import json
import resource
import sys
import time
from statistics import median

from bed import FIRST, far_end_errors, import_consents, load_command, make_certificate, run_load, start_gate, start_haproxy
from processes import Sink

SMALL = 10_000  # numbers
MOST_MEASURED = 5_000  # binds


class Bench:
    def __init__(self, options, folder, about):
        self.options, self.folder, self.about = options, folder, about
        self.rows, self.curves, self.starts, self.wrong = [], {}, [], []
        self.store_seconds = None
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.most_binds = min(MOST_MEASURED, (most - 500) // 2)  # the proxy has two sockets for each
        # The numbers of these people are never submitted to: they are the ones who write STOP.
        self.stops = min(options.stops, options.numbers // 10)
        self.flood = max(self.stops // 5, 1)

    def say(self, text):
        print(f"{time.monotonic() - self.about['begun']:6.0f} s  {text}", file=sys.stderr, flush=True)

    def row(self, key, work, target, measured, met=None, **details):
        """One line of the table. `met` None: there is no target."""
        self.rows.append({"key": key, "work": work, "target": target, "measured": measured, "met": met, **details})
        self.say(f"{work}: {measured}" + ("" if met is None else " · met" if met else " · MISSED"))
        self.save()

    def save(self):
        self.options.results.mkdir(parents=True, exist_ok=True)
        (self.options.results / "table.json").write_text(json.dumps(
            {**self.about, "rows": self.rows, "curves": self.curves, "starts": self.starts, "wrong": self.wrong}, indent=1) + "\n")

    def make_store(self):
        if self.store_seconds is None:
            self.say(f"importing {self.options.numbers:,} consents")
            self.store_seconds = import_consents(self.folder, self.options)

    def certificates(self):
        folder = self.folder / "tls"
        if not folder.exists():
            folder.mkdir()
            make_certificate(folder)
        return folder

    @contextlib.contextmanager
    def sink(self, name, *more, numbers=None, tls=None):
        if tls:
            more += ("--certificate", tls / "certificate.pem", "--private-key", tls / "key.pem")
        numbers = numbers or self.options.numbers
        with Sink(f"sink-{name}", str(self.options.bin / "smsc_sink"), FIRST, numbers, self.folder, *more) as sink:
            yield sink

    def path(self, name, sink, proxy, port, refuses, tls=None, flags=("--echo",)):
        return {"name": name, "sink": sink, "proxy": proxy, "port": port, "refuses": refuses, "asked": 0, "accepted": 0,
                "flags": [*flags, "--tls"] if tls else list(flags), "first": FIRST + self.stops + self.flood,
                "numbers": self.options.numbers - self.stops - self.flood}

    @contextlib.contextmanager
    def gate(self, name="gate", sink_options=(), tls=None, **config):
        """The path through a gate on the store; afterwards what reached its SMSC is held against what was accepted."""
        self.make_store()
        with contextlib.ExitStack() as stack:
            sink = stack.enter_context(self.sink(name, *sink_options, tls=tls))
            gate, port = start_gate(stack, self.folder, sink, self.options, name=name, tls=tls, **config)
            if "binary" not in config:
                self.starts.append({"seconds": gate.ready_seconds, "resident": gate.resident()})
            self.say(f"{name}: ready after {gate.ready_seconds:.1f} s, {gate.resident() / 1e6:,.0f} MB")
            path = self.path(name, sink, gate, port, True, tls)
            yield path
            self.end(path)

    @contextlib.contextmanager
    def small_gate(self, name):
        """On a store of its own, of few numbers: what it allocates later is not what loading a large one has left over."""
        small = argparse.Namespace(**{**vars(self.options), "numbers": SMALL})
        if not (self.folder / "small").exists():
            import_consents(self.folder, small, "small")
        with contextlib.ExitStack() as stack:
            sink = stack.enter_context(self.sink(name, numbers=SMALL))
            gate, port = start_gate(stack, self.folder, sink, self.options, name=name, store="small", binds=MOST_MEASURED)
            path = {**self.path(name, sink, gate, port, True), "first": FIRST, "numbers": SMALL}
            yield path
            self.end(path)

    def end(self, path):
        """Ends a gate, and looks at what it did."""
        if (code := path["proxy"].end()) != 0:
            self.wrong.append(f"{path['name']}: exit code {code} after SIGTERM:\n{path['proxy'].errors()}")
        self.check(path)

    @contextlib.contextmanager
    def haproxy(self, name="haproxy", threads=1, tls=None):
        with contextlib.ExitStack() as stack:
            sink = stack.enter_context(self.sink(name, tls=tls))
            proxy, port = start_haproxy(stack, self.folder, sink, threads, tls, name)
            path = self.path(name, sink, proxy, port, False, tls)
            yield path
            self.check(path)

    def check(self, path):
        self.wrong += far_end_errors(path["name"], path["accepted"], path["sink"].received(), path["refuses"])

    def load(self, path, window, binds, *more, seconds=None, during=None):
        run = run_load(load_command(self.options, path, window, binds, seconds or self.options.seconds, *more), path, during)
        path["asked"] += run["messages"]
        path["accepted"] += run["ok"]
        return run

    def pairs(self, paths, window, binds, *more, pairs=None, seconds=None):
        """Runs through each of the two paths, which take turns at being first: {name: [run, ...]}."""
        runs = {path["name"]: [] for path in paths}
        for pair in range(pairs or self.options.pairs):
            for path in paths if pair % 2 == 0 else reversed(paths):
                runs[path["name"]].append(self.load(path, window, binds, *more, seconds=seconds))
        return runs


def nanoseconds(run):
    """CPU of the proxy for each message."""
    return run["proxy_cpu_seconds"] / run["messages"] * 1e9


def rate_of(run):
    return run["messages_per_second"]


def ratios(these, those, figure):
    return [figure(a) / max(figure(b), 1e-9) for a, b in zip(these, those)]


def middle(runs, figure):
    return median(map(figure, runs))


def cores(run):
    """What everybody took of the cores: proxy, load generator, sink."""
    return [run[key] / run["seconds"] for key in ("proxy_cpu_seconds", "cpu_seconds", "sink_cpu_seconds")]

