"""A peer program of tests/peers: a command a line, each answered by a line of JSON."""

import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading

import pytest

from .patience import PATIENCE

PEERS = pathlib.Path(__file__).resolve().parents[2] / "peers"


class Peer:
    """`said` is the first thing the program says, unasked."""

    def __init__(self, *command, environment=None):
        self.process = subprocess.Popen([*map(str, command)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})})
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.said = self.next()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def next(self, timeout=10):
        line = self._lines.get(timeout=PATIENCE * timeout)
        assert line is not None, f"the peer ended: {self.process.stderr.read()}"
        return json.loads(line)

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def ask(self, command, timeout=10):
        self.tell(command)
        return self.next(timeout)

    def stop(self):
        self.process.kill()
        self.process.communicate()


def npm_peer(program, *arguments):
    """Skips the test where node or the npm package smpp is not installed."""
    installed = pathlib.Path(os.environ.get("CONSENTGATE_PEERS", PEERS.parents[1] / "build" / "peers")) / "node_modules"
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    if not (installed / "smpp").is_dir():
        pytest.skip(f"the npm package smpp is not installed in {installed}: npm ci, in a folder with tests/peers/package*.json")
    return Peer("node", PEERS / program, *arguments, environment={"NODE_PATH": str(installed)})


def an_esme_meets_consent(peer, gate, smsc):
    """What every ESME's library must see through the gate: its bind, a verdict each way, a STOP and what follows from it."""
    alice, bob = "33612345678", "33687654321"
    assert peer.said == {"bound": 0}
    assert smsc.pdus("bind_transceiver")[0].body[-4:-3] == b"\x34"
    assert peer.ask(f"submit 36111 {alice} Hello Alice") == {"status": 0, "id": "m1"}
    assert peer.ask(f"submit 36111 {bob} Hello Bob") == {"status": 0x45, "id": ""}
    assert [(p.fields["source_addr"], p.fields["destination_addr"], p.text) for p in smsc.pdus("submit_sm")] == [("36111", alice, "Hello Alice")]

    peer.tell("receive")
    assert smsc.deliver(alice, "36111", "STOP").command_status == 0
    assert peer.next() == {"from": alice, "to": "36111", "text": "STOP"}
    assert peer.ask(f"submit 36111 {alice} Still there?")["status"] == 0x45
    assert len(smsc.pdus("submit_sm")) == 1
    assert gate.metric("consentgate_opt_outs_total", sender="shop", method="mo_keyword") == 1
    assert gate.metric("consentgate_submits_total", sender="shop", verdict="forwarded") == 1
    assert gate.metric("consentgate_submits_total", sender="shop", reason="no_consent") == 1
    assert gate.metric("consentgate_submits_total", sender="shop", reason="opted_out") == 1
    assert peer.ask("unbind") == {"status": 0}
    smsc.wait_for(lambda _, p: p.name == "unbind")
