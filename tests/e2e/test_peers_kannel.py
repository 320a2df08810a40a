"""Kannel as a sender: bearerbox binds through the gate, smsbox takes messages over HTTP."""

import http.client
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest
from harness.gate import free_port, wait_until

ALICE, BOB = "33612345678", "33687654321"
BEARERBOX, SMSBOX = (shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin") for name in ("bearerbox", "smsbox"))
pytestmark = pytest.mark.skipif(not (BEARERBOX and SMSBOX), reason="Kannel is not installed")

CONFIG = """
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = secret
smsbox-port = {box}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = 0
log-file = "{folder}/bearerbox.log"

group = smsc
smsc = smpp
smsc-id = gate
host = 127.0.0.1
port = {gate}
transceiver-mode = true
smsc-username = shop1
smsc-password = secret
system-type = ""
interface-version = 34
dest-addr-ton = 1
dest-addr-npi = 1
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
log-level = 0
log-file = "{folder}/smsbox.log"

group = sendsms-user
username = shop
password = secret
default-sender = 36111

group = sms-service
keyword = default
max-messages = 0
text = ""
"""


class Kannel:
    def __init__(self, folder, gate_port):
        self.admin, self.box, self.sendsms = free_port(), free_port(), free_port()
        self.folder = folder
        self.config = folder / "kannel.conf"
        self.config.write_text(CONFIG.format(admin=self.admin, box=self.box, sendsms=self.sendsms, gate=gate_port, folder=folder))
        self.processes = []

    def start(self):
        self._run(BEARERBOX)
        wait_until(lambda: "online" in self._get(self.admin, "/status.txt?password=secret"), 20, "the bind of bearerbox")
        self._run(SMSBOX)
        wait_until(lambda: re.search(r"Box connections:\s+smsbox", self._get(self.admin, "/status.txt?password=secret")), 20, "smsbox")
        wait_until(lambda: self._get(self.sendsms, "/"), 20, "sendsms")
        return self

    def send(self, destination, text):
        query = urllib.parse.urlencode({"username": "shop", "password": "secret", "from": "36111", "to": destination, "text": text})
        answer = self._get(self.sendsms, f"/cgi-bin/sendsms?{query}")
        assert "Accepted" in answer or "Queued" in answer, answer

    def log(self):
        return (self.folder / "bearerbox.log").read_text(errors="replace")

    def stop(self):
        """By process id: bearerbox takes up to 10 s to end by itself."""
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _run(self, program):
        self.processes.append(subprocess.Popen([program, self.config], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def _get(self, port, path):
        """The body, whatever the status; nothing while nobody listens."""
        assert all(p.poll() is None for p in self.processes), f"Kannel ended: {self.log()[-2000:]}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return response.read().decode(errors="replace")
        except urllib.error.HTTPError as e:
            with e:
                return e.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return ""


@pytest.fixture
def kannel(gate, tmp_path):
    kannel = Kannel(tmp_path, gate.port)
    try:
        yield kannel.start()
    finally:
        kannel.stop()


def test_kannel_as_the_esme(gate, smsc, kannel):
    def refused(reason):
        return gate.metric("consentgate_submits_total", sender="shop", verdict="refused", reason=reason)

    gate.opt_in(ALICE)
    kannel.send(ALICE, "Hello Alice")
    taken = smsc.wait_for(lambda _, p: p.name == "submit_sm")[1]
    assert (taken.fields["source_addr"], taken.fields["destination_addr"], taken.text) == ("36111", ALICE, "Hello Alice")

    kannel.send(BOB, "Hello Bob")
    wait_until(lambda: refused("no_consent") == 1, what="the refusal")
    wait_until(lambda: "error code 0x00000045" in kannel.log(), what="the refusal in Kannel's log")

    assert smsc.deliver(ALICE, "36111", "STOP").command_status == 0
    wait_until(lambda: gate.metric("consentgate_opt_outs_total", sender="shop", method="mo_keyword") == 1, what="the opt-out")
    kannel.send(ALICE, "Still there?")
    wait_until(lambda: refused("opted_out") == 1, what="the refusal after STOP")

    assert len(smsc.pdus("submit_sm")) == 1
    assert gate.metric("consentgate_submits_total", sender="shop", verdict="forwarded") == 1
    assert len(smsc.pdus("bind_transceiver")) == 1, "a refusal must not make Kannel reconnect"
