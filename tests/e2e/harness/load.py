"""The load generator and the sink of bench/, against a gate: every answer is checked by the one, every message counted by the other."""

import json
import signal
import subprocess

from .gate import BINARY, SENDERS, wait_until
from .patience import PATIENCE

BINDS = 4
NUMBERS = 1000  # that have consent; as many after them have none
FIRST = 33600000000
LOADED = SENDERS.replace("[shop1, shop2]", "[shop1, shop2, shop3, shop4]")


class Tool:
    """Prints JSON, a line each."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen([BINARY.parent / name, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def kill(self):
        self.process.kill()
        self.process.communicate()


class Sink(Tool):
    """An SMSC that accepts everything."""

    def __init__(self, port=0):
        super().__init__("smsc_sink", "--seconds", 7200, "--port", port, "--first", FIRST, "--numbers", NUMBERS)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def stop(self):
        """What it received: submits, unconsented, errors, ..."""
        self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=PATIENCE * 20)
        assert self.process.returncode == 0, errors
        return json.loads(out.splitlines()[-1])


class Load(Tool):
    """Binds as the shop and submits, one in ten to somebody without consent; each answer must be the right one."""

    def __init__(self, gate, *arguments, binds=BINDS, window=100):
        super().__init__("load_generator", "--port", gate.port, "--system-id", "shop", "--binds", binds, "--window", window, "--first", FIRST,
                         "--numbers", NUMBERS, "--echo", *arguments)

    def result(self, timeout=60):
        """messages, ok, refused, unanswered, latency_us, ..."""
        out, errors = self.process.communicate(timeout=PATIENCE * timeout)
        assert self.process.returncode == 0, (out, errors)
        return json.loads(out)


def consent(gate):
    """Of the numbers that the load generator takes to have it."""
    file = gate.folder / "consent.csv"
    rows = (f"{FIRST + i},opt_in,sender:shop,2026-01-01T00:00:00Z,web_form,form,us,file:{i}\n" for i in range(NUMBERS))
    file.write_text("number,event,scope,occurred_at,method,source,collector,evidence\n" + "".join(rows))
    gate.cli("import", file, check=0)


def under_way(gate, submits=5000):
    """Waits until the load has come up."""
    wait_until(lambda: gate.metric("consentgate_submits_total") > submits, 20, "load")
