"""What SECURITY.md says of threats that no other test is about."""

import json
import re
import unicodedata

import pytest
import smpp
from harness.gate import ROOT, wait_until

ALICE = "33612345678"


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_nobody_forges_a_line_of_the_log_or_moves_a_terminal(start_gate, smsc, log_format):
    """Names of senders are theirs to choose, and octets beyond ASCII are read as Latin-1."""
    gate = start_gate([smsc.port], arguments=("--log-format", log_format))
    names = [b'x"\n{"level":"x', b"\x1b[2J\r\x08\x7f", b"\x9b2J\x85\x80", "\u009b31m".encode(), b"%s%n{}\\"]
    for name in names:
        with gate.connect() as esme:
            assert esme.request(smpp.pdu("bind_transmitter", name + b"\0secret\0\0\x34\0\0\0")).command_status == 0
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    assert gate.stop() == 0
    lines = gate.log_path.read_text().split("\n")
    assert lines.pop() == ""
    assert not [c for line in lines for c in line if unicodedata.category(c) == "Cc"]
    ended = [line for line in lines if "session ended" in line]
    assert len(ended) == len(names)
    if log_format == "json":
        logged = {json.loads(line)["system_id"] for line in ended}
        assert logged == {b'x"\n{"level":"x'.decode(), "\x1b[2J\r\x08\x7f", "\x9b2J\x85\x80", "\x9b31m", "%s%n{}\\"}


def test_guesses_of_a_bind_are_counted_limited_and_fill_no_memory(start_gate, start_smsc):
    """The SMSC alone knows passwords. A connection has its time to bind, however often it tries, and no guess becomes a label."""
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0E)] if p.name.startswith("bind") else None)
    gate = start_gate([smsc.port], "limits: {bind_timeout: 1s, max_connections_per_address: 3}\n")
    with gate.connect() as guesser, gate.connect(), gate.connect(), gate.connect() as fourth:
        assert fourth.closed_by_peer()
        guesses = 0
        try:
            while True:
                answer = guesser.bind("transceiver", f"guess{guesses}", sequence=guesses + 1)
                guesses += answer.command_status == 0x0E
        except (smpp.Closed, OSError):
            pass
        wait_until(lambda: gate.metric("consentgate_limits_total", limit="time_to_bind") == 3)  # the two that say nothing, too
    assert guesses > 10
    assert gate.metric("consentgate_pdus_total", leg="esme", command="bind_transceiver") >= guesses
    assert gate.metric("consentgate_limits_total", limit="connections_per_address") == 1
    assert "guess" not in gate.metrics()


def test_a_sender_cannot_speak_for_a_person(gate, smsc):
    """A deliver_sm from a sender is passed on, if at all, and is no reply."""
    with gate.bound("shop1") as esme:
        gate.opt_out(ALICE)
        esme.send(smpp.deliver_sm(ALICE, "36111", "START", sequence=5), smpp.submit_sm(ALICE, "36111", "START", sequence=6))
        assert esme.request(smpp.submit_sm("36111", ALICE, sequence=7)).command_status == 0x45
    assert [e["event"] for e in gate.events(ALICE)] == ["opt_out"]


def test_the_page_names_tests_that_are_there():
    page = (ROOT / "SECURITY.md").read_text()
    named = re.findall(r"`(tests/[\w/.]+)`", page)
    assert named and all((ROOT / path).exists() for path in named)
