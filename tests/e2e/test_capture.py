"""A capture of a running gate, read by tshark: what a support engineer sees, and what nobody does."""

import os
import shutil
import signal
import stat
import subprocess

import pytest
import smpp
from harness.gate import BINARY, SENDERS, TOKENS, wait_until

ALICE, BOB = "33612345678", "33687654321"

needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")


class Capturing:
    """`consentgate capture` while the block runs; ended by Ctrl-C."""

    def __init__(self, gate, file, *arguments, command="capture"):
        self.file = file
        self.words = [BINARY, command, str(file), "--config", str(gate.config), *arguments]

    def __enter__(self):
        self.process = subprocess.Popen(self.words, stderr=subprocess.PIPE, text=True)
        # Its header is there once the gate captures.
        wait_until(lambda: self.file.exists() and self.file.stat().st_size > 0, what="the capture to begin")
        return self

    def packets(self):
        return dissected(self.file, "frame.number")

    def __exit__(self, *failure):
        self.process.send_signal(signal.SIGINT)
        self.said = self.process.communicate(timeout=10)[1]
        self.code = self.process.returncode


def dissected(file, *fields, only="smpp"):
    command = ["tshark", "-n", "-r", str(file), "-Y", only, "-T", "fields", "-E", "separator=|"]
    for f in fields:
        command += ["-e", f]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [tuple(line.split("|")) if len(fields) > 1 else line for line in out.splitlines()]


def some_traffic(gate, smsc):
    with gate.bound() as esme:
        session = smsc.receiver("shop1")
        esme.request(smpp.submit_sm("36111", ALICE, text="for Alice alone"))
        esme.request(smpp.submit_sm("36111", BOB, text="for Bob alone"))
        session.send(smpp.deliver_sm(ALICE, "36111", "what Alice says", sequence=77))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        smsc.wait_for(lambda s, p: p.is_answer and p.sequence_number == 77)


@needs_tshark
def test_of_a_system_id(gate, smsc, tmp_path):
    gate.opt_in(ALICE)
    file = tmp_path / "shop1.pcapng"
    with Capturing(gate, file, "--system-id", "shop1") as c:
        with gate.bound("bank1") as other:
            other.request(smpp.pdu("enquire_link"))
        some_traffic(gate, smsc)
        wait_until(lambda: len(c.packets()) >= 14, what="the packets")
    assert c.code == 0 and "packets in" in c.said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    seen = dissected(file, "frame.interface_name", "smpp.command_id", "smpp.command_status", "smpp.destination_addr")
    esme = [(int(command, 16), status) for leg, command, status, _ in seen if leg == "esme"]
    assert [c for c, _ in esme[:6]] == [0x9, 0x80000009, 0x4, 0x80000004, 0x4, 0x80000004]
    assert int(esme[5][1], 16) == 0x45
    smsc_side = [int(command, 16) for leg, command, _, _ in seen if leg == "smsc"]
    assert smsc_side[:5] == [0x9, 0x80000009, 0x4, 0x80000004, 0x5]  # Bob's never went there
    ports = dissected(file, "tcp.dstport", only="smpp.command_id == 9 && frame.interface_name == \"esme\"")
    assert ports == [str(gate.port)]
    assert dissected(file, "frame.number", only="_ws.malformed || tcp.analysis.flags || ip.checksum_bad.expert") == []
    # Octet by octet: nobody's number or words, and no password.
    octets = file.read_bytes()
    for secret in (ALICE, BOB, "for Alice alone", "for Bob alone", "what Alice says", "secret"):
        assert secret.encode() not in octets, secret
    assert "33612****78" in {d for *_, d in seen}


@needs_tshark
def test_of_a_number_unmasked(gate, smsc, tmp_path):
    gate.opt_in(ALICE)
    file = tmp_path / "alice.pcapng"
    with Capturing(gate, file, "--number", "+33 6 12 34 56 78", "--unmasked", command="--capture") as c:
        some_traffic(gate, smsc)
        wait_until(lambda: len(c.packets()) >= 8, what="the packets")
    assert c.code == 0
    commands = [int(x, 16) for x in dissected(file, "smpp.command_id")]
    assert sorted(commands) == sorted([0x4, 0x80000004, 0x5, 0x80000005] * 2)
    octets = file.read_bytes()
    assert b"for Alice alone" in octets and b"what Alice says" in octets and BOB.encode() not in octets
    used = gate.cli("access", ALICE, "--json", check=0).stdout
    assert "/v1/capture" in used and "unmasked=true" in used


def test_it_ends_by_itself_and_refusals_say_why(start_gate, smsc, tmp_path):
    gate = start_gate([smsc.port], SENDERS, tokens=TOKENS)
    file = tmp_path / "short.pcapng"
    done = gate.cli("capture", file, "--system-id", "shop1", "--seconds", "1", check=0)
    assert "0 packets in" in done.stderr and file.stat().st_size > 0
    for arguments, code, words in (
            (("--number", "12"), 1, "cannot be read as a number"),
            (("--number", ALICE, "--system-id", "shop1"), 2, ""),
            ((), 2, ""),
            (("--system-id", "shop1", "--seconds", "0"), 2, "--seconds"),
            (("--system-id", "shop1", "--token-file", gate.folder / "vera.token"), 1, "officer")):
        refused = gate.cli("capture", tmp_path / "none.pcapng", *arguments, check=code)
        assert words in refused.stderr, refused.stderr
        assert not (tmp_path / "none.pcapng").exists()
    nowhere = gate.cli("capture", tmp_path / "no" / "where", "--system-id", "shop1", check=1)
    assert "cannot write" in nowhere.stderr
    gate.stop()
    alone = gate.cli("capture", tmp_path / "none.pcapng", "--system-id", "shop1", check=1)
    assert "no gate answers" in alone.stderr and "--offline" not in alone.stderr


def test_the_gate_stops_while_it_captures(gate, tmp_path):
    with Capturing(gate, tmp_path / "open.pcapng", "--system-id", "shop1") as c:
        gate.stop()
        c.process.wait(timeout=10)
    assert c.code == 0
