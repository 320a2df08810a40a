"""Beside what people would otherwise use: Kannel, a Node gateway with its consents in Redis, and the gate without its index."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

from bed import FIRST, ROOT
from measurement import nanoseconds
from processes import Process, accepts, free_port, wait_for

FOLDER = ROOT / "build/compare"
QUIET = 200  # messages a second, for the latencies: what all of them can do
PATH = os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin"

BEARERBOX = """group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
maximum-queue-length = -1
log-level = 4
log-file = "{folder}/bearerbox.log"

group = smsc
smsc = smpp
smsc-id = sink
host = 127.0.0.1
port = {sink}
transceiver-mode = true
smsc-username = bench
smsc-password = secret
system-type = ""
interface-version = 34
max-pending-submits = 1000
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
"""

OPENSMPPBOX = """group = core
dlr-storage = internal

group = opensmppbox
opensmppbox-id = box
opensmppbox-port = {port}
our-system-id = box
use-systemid-as-smsboxid = true
route-to-smsc = sink
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
smpp-logins = "{folder}/logins"
log-level = 4
log-file = "{folder}/opensmppbox.log"
"""


class Absent(Exception):
    """What is to be compared with cannot be had here: told, and no fault of the gate."""


def measure(bench, path, name, decides):
    """A line of the table: as fast as it goes with window 100 on 4 binds, and the latencies of a few."""
    sink, before = path["sink"], path["accepted"]
    begun = time.monotonic()
    run = bench.load(path, 100, 4, seconds=bench.options.seconds)
    # Some answer before they have passed a message on: it counts when it has reached the SMSC.
    while (reached := received(sink)) < before + run["ok"]:
        if time.monotonic() > begun + 120:
            raise RuntimeError(f"{name}: of {before + run['ok']} messages {reached} reached the SMSC")
        time.sleep(0.1)
    late = max(time.monotonic() - begun - run["seconds"] - 1, 0)  # a second: connecting, unbinding, looking
    rate = run["messages"] / (run["seconds"] + late)
    calm = bench.load(path, 100, 4, "--rate", QUIET)
    shares = " | ".join(f"{calm['latency_us'][share] / 1000:,.2f}" for share in ("p50", "p99"))
    bench.row("compared", name, None, f"| {name} | {rate:,.0f} | {nanoseconds(run) / 1000:,.2f} | {shares} | {decides} |", run=run, calm=calm)


def received(sink):
    seen = len(sink.output())
    sink.running.send_signal(signal.SIGUSR2)
    wait_for("telling", lambda: len(sink.output()) > seen, sink, 10)
    return sink.output()[-1]["submits"]


@contextlib.contextmanager
def kannel(bench):
    """bearerbox and opensmppbox. They answer with message_ids of their own."""
    folder = bench.folder / "kannel"
    folder.mkdir()
    admin, box, port = free_port(), free_port(), free_port()
    (folder / "logins").write_text("".join(f"bench{i + 1} secret bench 127.0.0.1\n" for i in range(4)))
    opensmppbox = shutil.which("opensmppbox", path=f"{FOLDER}:{PATH}")
    if not opensmppbox:
        raise Absent("no opensmppbox, which bench/compare/opensmppbox.sh builds")
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(bench.sink("kannel"))
        (folder / "bearerbox.conf").write_text(BEARERBOX.format(admin=admin, sendsms=free_port(), box=box, sink=sink.port, folder=folder))
        (folder / "opensmppbox.conf").write_text(OPENSMPPBOX.format(port=port, box=box, folder=folder))
        bearerbox = stack.enter_context(Process("bearerbox", [shutil.which("bearerbox", path=PATH), str(folder / "bearerbox.conf")], folder))

        def online():
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{admin}/status.txt?password=secret", timeout=5) as status:
                return b"online" in status.read()

        wait_for("bound", online, bearerbox, 20)
        box_process = stack.enter_context(Process("opensmppbox", [opensmppbox, str(folder / "opensmppbox.conf")], folder))
        wait_for("accepting", lambda: accepts(port), box_process, 20)
        yield bench.path("kannel", sink, [bearerbox, box_process], port, False, flags=[])
        for process in (box_process, bearerbox):
            process.end(3)  # bearerbox takes long to end by itself


@contextlib.contextmanager
def node(bench):
    folder = bench.folder / "node"
    folder.mkdir()
    redis_port, port = free_port(), free_port()
    if not (FOLDER / "node_modules/ioredis").exists():
        raise Absent("its packages are not in build/compare, where bench/compare/prepare.sh puts them")
    with contextlib.ExitStack() as stack:
        sink = stack.enter_context(bench.sink("node"))
        redis = stack.enter_context(Process("redis-server", ["redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "",
                                                             "--appendonly", "no", "--dir", str(folder)], folder))
        wait_for("accepting", lambda: accepts(redis_port), redis, 10)
        with subprocess.Popen(["redis-cli", "-p", str(redis_port), "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as filling:
            for begin in range(FIRST, FIRST + bench.options.numbers, 1000):
                end = min(begin + 1000, FIRST + bench.options.numbers)
                filling.stdin.write(("SADD consented " + " ".join(map(str, range(begin, end))) + "\n").encode())
        gateway = stack.enter_context(Process("gateway.js", ["node", str(FOLDER / "gateway.js"), str(port), str(sink.port), str(redis_port)], folder))
        wait_for("accepting", lambda: accepts(port), gateway, 10)
        yield bench.path("node", sink, [gateway, redis], port, True)


@contextlib.contextmanager
def without_index(bench):
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        os.environ["BENCH_ROCKSDB"] = folder + "/facts"
        with bench.gate("gate-rocksdb", binary="consentgate_rocksdb") as path:
            yield path
            gate, asked = path["proxy"], path["asked"]
            gate.end()
            looked_up = re.search(r"rocksdb lookups: (\d+)", gate.errors())
            if not looked_up or int(looked_up[1]) < asked:
                bench.wrong.append(f"gate-rocksdb: {asked} messages and {looked_up and looked_up[1]} lookups in RocksDB: verdicts went another way")


def compare(bench, _):
    for name, begin, decides in [
            ("consentgate", lambda: bench.gate("gate-compared"), "yes, each on record"),
            ("consentgate, RocksDB lookups instead of the index", lambda: without_index(bench), "yes, each on record"),
            ("HAProxy in TCP mode", lambda: bench.haproxy("haproxy-compared"), "no"),
            ("Node.js, npm smpp, a set in Redis", lambda: node(bench), "yes, no record"),
            ("Kannel: opensmppbox and bearerbox", lambda: kannel(bench), "no; answers before the SMSC has")]:
        try:
            with begin() as path:
                measure(bench, path, name, decides)
        except Absent as e:
            bench.row("compared", name, None, f"| {name} | – | – | – | – | not measured: {e} |")
        except (RuntimeError, OSError) as e:
            bench.wrong.append(f"{name} did not run: {e}")
            bench.say(bench.wrong[-1])
