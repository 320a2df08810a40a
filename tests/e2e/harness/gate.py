"""The real binary, with a configuration of its own in a temporary folder."""

import collections
import fcntl
import functools
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import smpp

from .patience import PATIENCE

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("CONSENTGATE", ROOT / "build" / "release" / "bin" / "consentgate"))

SENDERS = """
senders:
  - name: shop
    group: retail
    system_ids: [shop1, shop2]
    source_addresses: ["36111", SHOP]
  - name: club
    group: retail
    system_ids: [club1]
    source_addresses: ["36333"]
  - name: bank
    group: finance
    system_ids: [bank1]
    source_addresses: ["36222"]
    policy: exempt
"""

# One of each role beside the officer admin; their files lie beside the configuration.
TOKENS = ", ".join(f"{{name: {name}, role: {role}, token_file: {name}.token}}" for name, role in (("vera", "viewer"), ("carl", "clerk"), ("olga", "officer")))


@functools.cache
def sanitized():
    """Built with a sanitizer: memory and times are not what users have."""
    octets = BINARY.read_bytes()
    return b"__asan_init" in octets or b"__tsan_init" in octets


_reserved = []  # the locks, held until this process ends


def free_port():
    """A port that nothing listens on and no other test process was given; below the range the kernel gives out by itself."""
    folder = pathlib.Path(tempfile.gettempdir()) / "consentgate-test-ports"
    folder.mkdir(exist_ok=True)
    while True:
        port = random.randrange(10000, 32000)
        lock = open(folder / str(port), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        _reserved.append(lock)
        return port


def wait_until(condition, timeout=10, what="it"):
    """The first true value of condition()."""
    deadline = time.monotonic() + PATIENCE * timeout
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise TimeoutError(f"{what} did not happen within {timeout} s")


class Gate:
    """`config` is YAML text added to the ports and the store; `upstreams` are ports on loopback; `listen` is what follows `address` of the listener;
    `under` is a command that runs the gate's, such as prlimit; `arguments` are more of those of serve."""

    def __init__(self, folder, upstreams, config=SENDERS, environment=None, start=True, store=None, tokens="", listen="", under=(), arguments=()):
        self.folder = pathlib.Path(folder)
        self.port, self.admin_port = free_port(), free_port()
        self.store = pathlib.Path(store) if store else self.folder / "store"
        self.config = self.folder / f"gate-{self.port}.yaml"
        self.upstreams, self.environment, self.tokens, self.listen, self.under, self.arguments = upstreams, environment, tokens, listen, under, arguments
        self.log_path = self.folder / f"gate-{self.port}.log"
        self.process = None
        self.configure(config)
        if start:
            self.start()

    def configure(self, extra):
        upstreams = "".join(f"\n  - address: 127.0.0.1:{p}" if isinstance(p, int) else f"\n  - {p}" for p in self.upstreams)
        numbers = "" if "numbers:" in extra else '\nnumbers: {country_code: "33"}'
        self.config.write_text(f"listen: [{{address: 127.0.0.1:{self.port}{self.listen}}}]\nupstreams:{upstreams}\nstore: {{path: {self.store}}}\n"
                               f"admin: {{address: 127.0.0.1:{self.admin_port}, tokens: [{self.tokens}]}}{numbers}\n{extra}\n")

    def start(self, ready=True):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*self.under, BINARY, "serve", "--config", self.config, *self.arguments], stderr=log, stdin=subprocess.DEVNULL,
                                            env={**os.environ, **(self.environment or {})})
        if ready:
            wait_until(self.ready, 20, "readiness")
        return self

    def ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gate ended with {self.process.returncode}: {self.log_path.read_text()[-2000:]}")
        try:
            return self.http("GET", "/readyz")[0] == 200
        except OSError:
            return False

    def stop(self, timeout=20):
        """SIGTERM; returns the exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE * timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def end(self):
        """However it ends; with a sanitizer by itself if it can, so that it tells what memory it has lost."""
        if sanitized():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
                return
            except subprocess.TimeoutExpired:
                pass
        self.kill9()

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def reload(self):
        reloads = self.metric("consentgate_config_reloads_total")
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.metric("consentgate_config_reloads_total") > reloads, what="the reload")

    # --- admin ---

    @property
    def token(self):
        return (self.store / "admin.token").read_text().strip()

    def token_of(self, name):
        """Of one of TOKENS."""
        return (self.folder / f"{name}.token").read_text().strip()

    def http(self, method, path, body=None, content_type="application/json", token=True):
        """(status, body): the body parsed when it is JSON."""
        headers = {"Content-Type": content_type} if body is not None else {}
        if token and path.startswith("/v1"):
            headers["Authorization"] = f"Bearer {self.token if token is True else token}"
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.admin_port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE * 30) as response:
                return response.status, self._parsed(response)
        except urllib.error.HTTPError as e:
            with e:
                return e.code, self._parsed(e)

    @staticmethod
    def _parsed(response):
        octets = response.read()
        if "pcapng" in response.headers.get("Content-Type", ""):
            return octets
        text = octets.decode()
        return json.loads(text) if text and "json" in response.headers.get("Content-Type", "") and "ndjson" not in response.headers["Content-Type"] else text

    def metrics(self):
        return self.http("GET", "/metrics")[1]

    def metric(self, name, **labels):
        """The sum of the samples of that name with at least those labels."""
        total = 0.0
        for sample in re.finditer(r"^(\w+)(?:\{(.*)\})? (\S+)$", self.metrics(), re.M):
            found = dict(re.findall(r'(\w+)="([^"]*)"', sample[2] or ""))
            if sample[1] == name and all(found.get(k) == v for k, v in labels.items()):
                total += float(sample[3])
        return total

    @property
    def resident(self):
        """Octets of memory."""
        return int(open(f"/proc/{self.process.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def open_files(self):
        """How often each is open: paths, numbers in them left out, socket:, anon_inode:[eventpoll], ... But for tables, which RocksDB keeps open up
        to a limit of its own."""
        found = collections.Counter()
        for entry in os.scandir(f"/proc/{self.process.pid}/fd"):
            try:
                target = os.readlink(entry.path)
            except FileNotFoundError:
                continue  # closed meanwhile
            if not target.endswith(".sst"):
                found[re.sub(r"\[?\d+\]?", "", target)] += 1
        return found

    @property
    def descriptors(self):
        return self.open_files.total()

    def opt_in(self, number, scope="sender:shop", **more):
        event = {"number": number, "event": "opt_in", "scope": scope, "occurred_at": "2026-01-01T00:00:00Z", "method": "web_form",
                 "source": "form", "collector": "us", "evidence": "file:1", **more}
        status, body = self.http("POST", "/v1/events", event)
        assert status == 201, body
        return body

    def opt_out(self, number, scope="group:retail", **more):
        status, body = self.http("POST", "/v1/events", {"number": number, "event": "opt_out", "scope": scope, **more})
        assert status == 201, body
        return body

    def events(self, number):
        status, body = self.http("GET", f"/v1/numbers/{number}/events")
        assert status == 200, body
        return body

    def cli(self, *arguments, check=None, stdin=None, timeout=60):
        done = subprocess.run([BINARY, *map(str, arguments), *([] if arguments[0] in ("classify", "--version") else ["--config", self.config])],
                              capture_output=True, text=True, timeout=PATIENCE * timeout, input=stdin)
        if check is not None:
            assert done.returncode == check, (done.returncode, done.stdout, done.stderr)
        return done

    # --- SMPP ---

    def connect(self):
        return smpp.connect("127.0.0.1", self.port)

    def bound(self, system_id="shop1", kind="transceiver"):
        connection = self.connect()
        answer = connection.bind(kind, system_id)
        assert answer.command_status == 0, answer
        return connection
