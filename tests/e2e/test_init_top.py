"""consentgate init and consentgate top."""

import os
import pty
import re
import signal
import stat
import subprocess

import pytest
import smpp
from harness.gate import BINARY, ROOT, free_port, wait_until


def run(*arguments, **more):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, **more)


def test_init_by_flags_is_valid_whole_and_private(tmp_path):
    file = tmp_path / "consentgate.yaml"
    done = run("init", "--output", file, "--listen", "[::1]:2775", "--upstream", "smsc.example:2776", "--store", tmp_path / "ledger", "--country-code", "39")
    assert done.returncode == 0 and str(file) in done.stdout, done.stderr
    assert (run("check-config", "--config", file).returncode, stat.S_IMODE(file.stat().st_mode)) == (0, 0o640)
    text = file.read_text()
    for expected in ('address: "[::1]:2775"', 'address: "smsc.example:2776"', f'path: "{tmp_path}/ledger"', 'country_code: "39"', 'trunk_prefix: ""'):
        assert expected in text
    # Every setting that is shipped is in it, with its comment.
    shipped = (ROOT / "deploy" / "consentgate.yaml").read_text()
    assert len(text.splitlines()) == len(shipped.splitlines()) and text.count("#") >= shipped.count("#") - 1
    again = run("init", "--output", file, "--upstream", "other:1")
    assert again.returncode == 1 and "--force" in again.stderr and file.read_text() == text
    assert run("init", "--output", file, "--upstream", "other:1", "--force").returncode == 0 and "other:1" in file.read_text()


@pytest.mark.parametrize("wrong, told", [(["--upstream", "nowhere"], "HOST:PORT"), (["--upstream", "a:1", "--country-code", "x"], "country_code"),
                                         (["--upstream", "a:1", "--listen", "0.0.0.0:0"], "port")])
def test_init_writes_nothing_that_is_not_valid(tmp_path, wrong, told):
    done = run("init", "--output", tmp_path / "x.yaml", *wrong)
    assert done.returncode == 1 and told in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_init_needs_the_upstream_where_nobody_can_be_asked(tmp_path):
    done = run("init", "--output", tmp_path / "x.yaml")
    assert done.returncode == 2 and "--upstream" in done.stderr and list(tmp_path.iterdir()) == []


def test_init_asks_on_a_terminal_until_the_answer_is_right(tmp_path):
    file = tmp_path / "consentgate.yaml"
    ours, theirs = pty.openpty()
    with subprocess.Popen([BINARY, "init", "--output", file, "--store", tmp_path / "s"], stdin=theirs, stdout=theirs, stderr=theirs) as asking:
        os.close(theirs)
        os.write(ours, b"\n\nnonsense\nsmsc.example:2775\n33\n")
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:
            pass  # the terminal's other end is closed
        assert asking.wait(10) == 0, said
    os.close(ours)
    questions = re.findall(rb"Where senders connect|The SMSC or aggregator|The folder|Country code", said)
    assert questions == [b"Where senders connect", b"The SMSC or aggregator", b"The SMSC or aggregator", b"The SMSC or aggregator", b"Country code"]
    text = file.read_text()
    assert 'address: "0.0.0.0:2775"' in text and 'country_code: "33"' in text and f'path: "{tmp_path}/s"' in text


def test_the_demonstration_of_init_serves(tmp_path, smsc):
    """What init wrote is what serve takes: from nothing to a bind."""
    port, admin = free_port(), free_port()
    file = tmp_path / "consentgate.yaml"
    assert run("init", "--output", file, "--listen", f"127.0.0.1:{port}", "--upstream", f"127.0.0.1:{smsc.port}", "--store", tmp_path / "ledger").returncode == 0
    file.write_text(file.read_text().replace("127.0.0.1:9775", f"127.0.0.1:{admin}"))
    with open(tmp_path / "log", "wb") as log, subprocess.Popen([BINARY, "serve", "--config", file], stderr=log) as gate:
        try:
            wait_until(lambda: run("top", "--once", "--interval", 1, "--address", f"127.0.0.1:{admin}").returncode == 0, 20, "the gate")
            wait_until(lambda: "ready" in (tmp_path / "log").read_text(), 20, "readiness")
            with smpp.connect("127.0.0.1", port) as esme:
                assert esme.bind("transceiver", "shop1").command_status == 0
            gate.send_signal(signal.SIGTERM)
            assert gate.wait(20) == 0
        finally:
            if gate.poll() is None:
                gate.kill()


def test_top_shows_what_happens(gate, smsc):
    esme = gate.bound()
    gate.opt_in("33612345678")
    assert esme.request(smpp.submit_sm("36111", "33612345678")).command_status == 0
    assert esme.request(smpp.submit_sm("36111", "33687654321")).command_status == 0x45
    shown = gate.cli("top", "--once", "--interval", 1, check=0).stdout
    assert re.search(rf"^consentgate at 127.0.0.1:{gate.admin_port}: ready, up \d+ min$", shown, re.M)
    assert re.search(r"^sessions +senders 1   upstream 1 ", shown, re.M) and f"127.0.0.1:{smsc.port} up" in shown
    assert re.search(r"^  shop +0.0 +0.0 +0.0 +2 +0$", shown, re.M) and re.search(r"^  refused +no_consent +0.0 +1$", shown, re.M)
    assert re.search(r"^store +records   1 numbers, 1 events ", shown, re.M) and "\x1b" not in shown
    esme.close()
    assert gate.stop() == 0
    done = gate.cli("top", "--once")
    assert done.returncode == 1 and "no gate answers" in done.stderr


def test_top_follows_a_gate_over_its_restart(gate):
    with subprocess.Popen([BINARY, "top", "--interval", "1", "--config", gate.config], stdout=subprocess.PIPE, text=True) as top:
        try:
            def line_with(text):
                for line in top.stdout:
                    if text in line:
                        return line
                raise AssertionError("top ended")
            assert line_with(": ready")
            assert gate.stop() == 0
            assert line_with("no gate answers")
            gate.start()
            assert line_with(": ready")
        finally:
            top.terminate()
