"""Senders bind with passwords of their own, and the gate with the aggregator's."""

import base64
import hashlib
import json
import os
import pty
import subprocess
import threading
import time

import pytest
import smpp
from harness.gate import BINARY, SENDERS, wait_until
from harness.patience import PATIENCE

ALICE = "33612345678"


def hashed(password, log2_n=15):
    """As `hash-password` makes it, by others' scrypt."""
    salt = os.urandom(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=1 << log2_n, r=8, p=1, dklen=32, maxmem=1 << 28)
    return f"$scrypt$ln={log2_n},r=8,p=1$" + "$".join(base64.b64encode(b).decode().rstrip("=") for b in (salt, key))


def credentials(*entries):
    return SENDERS + "credentials:\n" + "".join(
        f"  - system_id: {system_id}\n    password_hash: {hash_}\n    upstream: {{system_id: {upstream}, password: {password}}}\n"
        for system_id, hash_, upstream, password in entries)


def bind_status(gate, system_id, password, kind="transceiver"):
    with gate.connect() as connection:
        return connection.bind(kind, system_id, password).command_status


def identity(pdu):
    return tuple(text.decode() for text in pdu.body.split(b"\0")[:2])


@pytest.fixture
def smsc(start_smsc):
    """Answers a bind with its system_id, as some do."""
    return start_smsc(answer=lambda s, p: [smpp.answer(p, smpp.c_string(p.message_id) + smpp.tlv(smpp.SC_INTERFACE_VERSION, b"\x34"))] if p.name.startswith("bind_") else None)


def test_binds_go_on_with_what_the_smsc_knows(start_gate, smsc):
    gate = start_gate([smsc.port], credentials(("shop1", hashed("letmein"), "agg7", "theirs")))
    gate.opt_in(ALICE)
    for kind in ("transceiver", "transmitter", "receiver"):
        with gate.connect() as shop:
            answer = shop.bind(kind, "shop1", "letmein", system_type="EAR", tlvs=smpp.tlv(0x1400, b"x"))
            assert answer.command_status == 0
            assert b"agg7" not in answer.raw and answer.message_id == "shop1" and answer.raw.endswith(smpp.tlv(smpp.SC_INTERFACE_VERSION, b"\x34"))
            sent = smsc.pdus("bind_" + kind)[0]
            assert identity(sent) == ("agg7", "theirs") and len(sent.raw) == int.from_bytes(sent.raw[:4], "big")
            assert sent.body == smpp.bind(kind, "agg7", "theirs", system_type="EAR", tlvs=smpp.tlv(0x1400, b"x")).body
            if kind == "receiver":
                smsc.receiver("agg7").send(smpp.deliver_sm("33612345679", "36111", "STOP", sequence=9))
                assert shop.receive().name == "deliver_sm"
                assert wait_until(lambda: gate.events("33612345679"))[0]["event"] == "opt_out"
            elif kind == "transmitter":
                assert shop.request(smpp.submit_sm("36111", ALICE)).command_status == 0
                assert shop.request(smpp.submit_sm("36222", ALICE, sequence=3)).command_status == 0x45  # the sender is still shop
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    assert gate.stop() == 0
    log = gate.log_path.read_text()
    assert "letmein" not in log and "theirs" not in log and '"system_id":"shop1"' in log


def test_wrong_and_unknown_are_told_the_same(start_gate, smsc):
    gate = start_gate([smsc.port], credentials(("shop1", hashed("letmein"), "agg7", "theirs")))
    for system_id, password in (("shop1", "guess"), ("shop1", ""), ("shop2", "letmein"), ("agg7", "theirs"), ("shop1 ", "letmein"), ("", "")):
        assert bind_status(gate, system_id, password) == 0x0E, system_id
    assert smsc.pdus() == [] and gate.metric("consentgate_limits_total", limit="password") == 6
    assert "guess" not in gate.log_path.read_text()
    with gate.connect() as shop:  # after a wrong one, the same connection may try again
        assert shop.bind("transceiver", "shop1", "wrong").command_status == 0x0E
        assert shop.bind("transceiver", "shop1", "letmein", sequence=2).command_status == 0

    def median_time(system_id, password):
        def one():
            with gate.connect() as c:
                began = time.monotonic()
                c.bind("transceiver", system_id, password)
                return time.monotonic() - began
        return sorted(one() for _ in range(15))[7]

    wrong, unknown = median_time("shop1", "guess"), median_time("nobody", "guess")
    assert 0.5 < wrong / unknown < 2 and min(wrong, unknown) > 0.01  # noise of the machine, not the factor of a thousand that no scrypt would make


def test_passwords_hold_up_nobody(start_gate, smsc):
    gate = start_gate([smsc.port], credentials(("shop1", hashed("letmein"), "agg7", "theirs"), ("bank1", hashed("ours"), "agg8", "t")))
    with gate.connect() as bank:
        assert bank.bind("transceiver", "bank1", "ours").command_status == 0
        guessing = [gate.connect() for _ in range(60)]
        for n, g in enumerate(guessing):
            g.send(smpp.bind("transceiver", "shop1", f"guess{n}"))
        began = time.monotonic()
        for n in range(100):
            assert bank.request(smpp.submit_sm("36222", ALICE, sequence=10 + n)).command_status == 0
        assert time.monotonic() - began < PATIENCE
        assert bind_status(gate, "bank1", "ours") == 0  # who was right before does not wait behind guesses
        assert gate.metric("consentgate_limits_total", limit="password") < 60
        for g in guessing:
            assert g.receive(30).command_status == 0x0E
            g.close()


def test_the_gate_stops_with_guesses_waiting(start_gate, smsc):
    gate = start_gate([smsc.port], credentials(("shop1", hashed("letmein", 17), "agg7", "theirs")) + "workers: 2\n")
    guessing = [gate.connect() for _ in range(50)]
    for g in guessing:
        g.send(smpp.bind("transceiver", "shop1", "guess"))
    wait_until(lambda: gate.metric("consentgate_limits_total", limit="password") >= 1, 20)
    assert gate.stop() == 0
    for g in guessing:
        assert g.receive().command_status in (0x0D, 0x0E)
        g.close()


def test_a_reload(start_gate, smsc):
    gate = start_gate([smsc.port], credentials(("shop1", hashed("old"), "agg7", "theirs")))
    with gate.connect() as shop:
        assert shop.bind("transceiver", "shop1", "old").command_status == 0
        gate.configure(credentials(("shop1", hashed("new"), "agg9", "fresh")))
        gate.reload()
        assert shop.request(smpp.pdu("enquire_link", sequence=5)).command_status == 0  # it stays
        assert bind_status(gate, "shop1", "old") == 0x0E  # although it was right before
        assert bind_status(gate, "shop1", "new") == 0
        assert identity(smsc.pdus("bind_transceiver")[-1]) == ("agg9", "fresh")
        gate.configure(SENDERS)
        gate.reload()
        assert bind_status(gate, "shop1", "anything") == 0  # the SMSC judges
        assert identity(smsc.pdus("bind_transceiver")[-1]) == ("shop1", "anything")
        gate.configure(SENDERS + "credentials: [{system_id: shop1, password_hash: letmein, upstream: {system_id: a, password: b}}]\n")
        gate.reload()
        assert gate.metric("consentgate_config_last_reload_ok") == 0 and "letmein" not in gate.log_path.read_text()


def test_a_listener_binds_with_them_and_makes_way(start_gate, start_smsc):
    smsc = start_smsc(one_receiver=True)
    gate = start_gate([smsc.port], credentials(("shop1", hashed("letmein"), "agg7", "theirs")) + "listeners: [{system_id: shop1}]\n")
    wait_until(lambda: gate.metric("consentgate_listener_up", system_id="shop1") == 1)
    assert identity(smsc.pdus("bind_receiver")[0]) == ("agg7", "theirs")
    assert bind_status(gate, "shop1", "guess") == 0x0E
    assert not smsc.pdus("unbind")  # a guess does not make it go
    assert bind_status(gate, "shop1", "letmein") == 0
    assert smsc.pdus("unbind")


def test_the_password_file_and_check_config(start_gate, smsc, tmp_path):
    entry = f"credentials:\n  - system_id: shop1\n    password_hash: {hashed('letmein')}\n    upstream: {{system_id: agg7, password_file: agg7.password}}\n"
    gate = start_gate([smsc.port], SENDERS + entry, start=False)
    found = gate.cli("check-config", check=1)
    assert "agg7.password does not exist; put the password into it" in found.stdout + found.stderr
    (tmp_path / "agg7.password").write_text("from a file\n")
    (tmp_path / "agg7.password").chmod(0o600)
    found = gate.cli("check-config", check=0)
    assert "`credentials` does not have the system_id `bank1`" in found.stdout + found.stderr
    gate.start()
    assert bind_status(gate, "shop1", "letmein") == 0
    assert identity(smsc.pdus("bind_transceiver")[0]) == ("agg7", "from a file")


def hash_password(*arguments, stdin):
    return subprocess.run([BINARY, "hash-password", *arguments], input=stdin, capture_output=True, timeout=30)


def test_hash_password(start_gate, smsc):
    done = hash_password(stdin=b"letmein\nnot this\n")
    assert done.returncode == 0 and done.stderr == b""
    made = done.stdout.decode().strip()
    _, scheme, parameters, salt, key = made.split("$")
    pad = lambda text: base64.b64decode(text + "=" * (-len(text) % 4))
    values = dict(p.split("=") for p in parameters.split(","))
    assert scheme == "scrypt" and pad(key) == hashlib.scrypt(b"letmein", salt=pad(salt), n=1 << int(values["ln"]), r=int(values["r"]), p=int(values["p"]), dklen=32, maxmem=1 << 28)
    assert json.loads(hash_password("--json", stdin=b"letmein").stdout)["password_hash"] != made
    gate = start_gate([smsc.port], credentials(("shop1", made, "agg7", "theirs")))
    assert bind_status(gate, "shop1", "letmein") == 0
    for wrong in (b"", b"\n", b"a\0b\n"):
        done = hash_password(stdin=wrong)
        assert done.returncode == 1 and done.stdout == b"" and done.stderr.startswith(b"consentgate: ")
    long = hash_password(stdin=b"nine octets\n")
    assert long.returncode == 0 and b"8 octets" in long.stderr


@pytest.mark.parametrize("second, code", [("letmein", 0), ("letmeout", 1)])
def test_hash_password_on_a_terminal_shows_nothing(second, code):
    controller, terminal = pty.openpty()
    output = []

    def read_all():
        try:
            while octets := os.read(controller, 4096):
                output.append(octets)
        except OSError:
            return

    reader = threading.Thread(target=read_all)
    reader.start()
    process = subprocess.Popen([BINARY, "hash-password"], stdin=terminal, stderr=terminal, stdout=subprocess.PIPE)
    os.close(terminal)
    for question, said in ((b"Password: ", "letmein"), (b"again: ", second)):
        wait_until(lambda: question in b"".join(output))
        os.write(controller, said.encode() + b"\n")
    result = process.communicate(timeout=30)[0]
    reader.join(10)
    os.close(controller)
    assert process.returncode == code
    assert result.startswith(b"$scrypt$") == (code == 0)
    assert b"letme" not in b"".join(output)
