"""Signals under full load: the real load generator and sink, every answer held against what the SMSC received."""

import signal
import time

import pytest
from harness.load import LOADED, Load, consent, under_way
from harness.patience import PATIENCE


@pytest.fixture
def loaded(start_gate, sink):
    gate = start_gate([sink.port], LOADED + "workers: 2\n")
    consent(gate)
    return gate


def test_sigterm_under_full_load(loaded, sink, figure):
    load = Load(loaded, "--seconds", 60, "--peer-may-unbind")
    try:
        under_way(loaded)
        begun = time.monotonic()
        loaded.process.send_signal(signal.SIGTERM)
        assert loaded.process.wait(30) == 0
        took = time.monotonic() - begun
        result = load.result()
    finally:
        load.kill()
    received = sink.stop()
    assert result["ok"] == received["submits"] and received["unconsented"] == 0
    assert took < 5 * PATIENCE
    figure("SIGTERM under full load", f"drained in {took:.2f} s at {result['messages_per_second']:,.0f} messages/s: {received['submits']:,} at the SMSC, "
           f"{result['ok']:,} answers, 0 lost; {result['unanswered']} not taken any more")


def test_sighup_with_a_broken_file_under_load(loaded, sink, figure):
    """What is in force stays in force, and says so."""
    load = Load(loaded, "--seconds", 3)
    try:
        under_way(loaded)
        for broken in ("policy: {defautl: opt_in}\n", "senders: [", "limits: {max_window: many}\n"):
            loaded.configure(LOADED + broken)
            loaded.reload()
            assert loaded.metric("consentgate_config_last_reload_ok") == 0
        assert loaded.metric("consentgate_config_reloads_total", result="failed") == 3
        assert loaded.log_path.read_text().count("configuration not reloaded: the one in force stays") >= 3
        loaded.configure(LOADED)
        loaded.reload()
        assert loaded.metric("consentgate_config_last_reload_ok") == 1
        assert load.process.poll() is None  # all that while it was under load
        result = load.result()
    finally:
        load.kill()
    figure("SIGHUP with a broken file", f"3 broken and 1 good under load: {result['messages']:,} messages, {result['ok']:,} accepted, "
           f"{result['refused']:,} refused, 0 wrong, no session cut")
