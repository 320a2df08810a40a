#!/usr/bin/python3
"""The demonstration behind deploy/demo.sh: demo.py BINARY [--keep]."""

import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "simulator"))

import smpp  # noqa: E402
from smsc_simulator import Simulator  # noqa: E402

ALICE, BOB = "33612345678", "33687654321"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Demo:
    def __init__(self, binary):
        self.binary = binary
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="consentgate-demo-"))
        self.smsc = Simulator().start()
        self.port, self.admin = free_port(), free_port()
        self.config = self.folder / "consentgate.yaml"
        self.config.write_text(f"""listen:
  - address: 127.0.0.1:{self.port}
upstreams:
  - address: 127.0.0.1:{self.smsc.port}
store:
  path: {self.folder}/store
admin:
  address: 127.0.0.1:{self.admin}
numbers:
  country_code: "33"
senders:
  - name: diagnostics
    group: dse
    system_ids: [dse_diag]
    source_addresses: ["36111"]
""")
        self.rows = []
        self.gate = None

    def start(self):
        with open(self.folder / "gate.log", "w") as log:
            self.gate = subprocess.Popen([self.binary, "serve", "--config", self.config], stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.gate.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=2).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("the gate did not start:\n" + (self.folder / "gate.log").read_text())

    def cli(self, *arguments):
        done = subprocess.run([self.binary, *arguments, "--config", self.config], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"consentgate {arguments[0]} failed: {done.stderr}")
        return done.stdout

    def note(self, who, what, answer, why):
        self.rows.append((who, what, answer, why))

    def submit(self, esme, to, text, why):
        crossed = len(self.smsc.pdus("submit_sm"))
        answer = esme.request(smpp.submit_sm("36111", to, text))
        reached = "reached the SMSC" if len(self.smsc.pdus("submit_sm")) > crossed else "stopped at the gate"
        status = "accepted, message_id " + answer.message_id if answer.command_status == 0 else f"refused, 0x{answer.command_status:02x}"
        # The reason is the gate's own.
        reason = json.loads(self.cli("explain", "+" + to, "--sender", "diagnostics", "--json"))["reason"]
        self.note("sender", f"submit_sm to +{to}: {text}", f"{status}; {reached}", f"{'consented' if reason == 'none' else reason}: {why}")

    def stop_by_sms(self, esme, text):
        session = self.smsc.receiver()
        deliver = smpp.deliver_sm(ALICE, "36111", text, sequence=session.next_sequence())
        session.send(deliver)
        delivered = esme.receive()
        esme.send(smpp.answer(delivered, b"\0"))
        _, answer = self.smsc.wait_for(lambda s, p: p.name == "deliver_sm_resp" and p.sequence_number == deliver.sequence_number)
        self.note(f"+{ALICE}", f"deliver_sm to 36111: {text}", f"delivered to the sender, {answer.status_name} to the SMSC",
                  "a STOP: on disk before the SMSC hears that it was received")

    def run(self):
        with smpp.connect("127.0.0.1", self.port) as esme:
            bound = esme.bind("transceiver", "dse_diag")
            self.note("sender", "bind_transceiver as dse_diag", bound.status_name, "the SMSC's own answer")
            self.submit(esme, ALICE, "Sale!", "nobody has shown that this person agreed")
            self.cli("opt-in", "+" + ALICE, "--scope", "sender:diagnostics", "--occurred-at", "2026-01-15T10:00:00Z", "--method", "web_form",
                     "--source", "site form", "--collector", "DSE", "--evidence", "https://dse.example/proof/1")
            self.note("operator", f"consentgate opt-in +{ALICE} ...", "recorded", "with when, how, by whom, and the proof")
            self.submit(esme, ALICE, "Sale!", "it rests on that opt-in")
            self.submit(esme, BOB, "Sale!", "one person's yes is not another's")
            self.stop_by_sms(esme, "STOP")
            self.submit(esme, ALICE, "Sale!", "and no import will ever lift it")
            self.show()
            print("\n$ consentgate explain +" + ALICE + " --sender diagnostics\n" + self.cli("explain", "+" + ALICE, "--sender", "diagnostics"))
            esme.request(smpp.pdu("unbind", sequence=999))

    def show(self):
        print("A sender bound to the gate, the gate bound to an SMSC simulator, all on this machine. What happened, in this order:\n")
        heads = ("who", "what", "what became of it", "why")
        widths = [max(len(row[i]) for row in [heads, *self.rows]) for i in range(4)]
        line = "+" + "+".join("-" * (w + 2) for w in widths) + "+"
        print(line)
        for row in (heads, *self.rows):
            print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |")
            if row is heads:
                print(line)
        print(line)

    def keep(self):
        esme = f"{HERE.parent}/simulator/esme.py --smsc 127.0.0.1:{self.port} --system-id dse_diag"
        print(f"""Still running. Point a bind at it: host 127.0.0.1, port {self.port}, any password, system_id dse_diag with source address 36111
(or any other system_id: it becomes a sender of that name). For example:

  {esme} 36111 {BOB} "Hello"
  {self.binary} opt-in +{BOB} --scope sender:diagnostics --occurred-at 2026-01-15 --method web_form \\
    --source "site form" --collector DSE --evidence https://dse.example/proof/2 --config {self.config}
  {self.binary} show +{BOB} --config {self.config}

Metrics: http://127.0.0.1:{self.admin}/metrics    The gate's log: {self.folder}/gate.log
Press Ctrl-C to stop it.""", flush=True)
        self.gate.wait()
        print("the gate ended")

    def end(self):
        if self.gate is not None and self.gate.poll() is None:
            self.gate.send_signal(signal.SIGTERM)
            try:
                self.gate.wait(35)
            except subprocess.TimeoutExpired:
                self.gate.kill()
        self.smsc.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    # However it is ended, the gate ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    demo = Demo(str(pathlib.Path(sys.argv[1]).resolve()))
    try:
        demo.start()
        demo.run()
        if "--keep" in sys.argv[2:]:
            demo.keep()
    except KeyboardInterrupt:
        print()
    finally:
        demo.end()


if __name__ == "__main__":
    main()
