"""A wall clock that jumps, both ways and under load. Sessions and timeouts go by a clock that does not; events keep their order."""

import datetime
import itertools
import time

import pytest
import smpp
from harness.clock import JumpingClock
from harness.gate import wait_until
from harness.length import LONG
from harness.load import LOADED, Load, consent, under_way
from harness.receiver import acknowledge_all

PEOPLE = 33700000000


class Stops:
    """People who write STOP to the shop, one after another; the shop's fourth session hears them."""

    def __init__(self, smsc, esme):
        self.session = smsc.receiver("club1")
        self.people = itertools.count(PEOPLE)
        acknowledge_all(esme)

    def one(self):
        """The person's number, once the STOP has been acknowledged."""
        number = str(next(self.people))
        assert self.session.request(smpp.deliver_sm(number, "36333", "STOP")).command_status == 0
        return number


def what_it_shows(gate):
    return datetime.datetime.fromisoformat(gate.http("GET", "/v1/ledger/head")[1]["signed_at"])


def jump(gate, clock, offset):
    """Until the gate sees it."""
    before = what_it_shows(gate)
    clock.set(offset)
    wait_until(lambda: abs((what_it_shows(gate) - before).total_seconds()) > 60, what="the jump")


@pytest.fixture
def clock(tmp_path):
    return JumpingClock(tmp_path)


@pytest.fixture
def gate(start_gate, smsc, sink, clock):
    config = LOADED.replace("name: club", f"name: club\n    upstreams: [{{address: 127.0.0.1:{smsc.port}}}]")
    made = start_gate([sink.port], config + "limits: {inactivity_timeout: 1h, bind_timeout: 30s}\n", environment=clock.environment)
    consent(made)
    return made


def test_jumps_both_ways_under_load(gate, smsc, clock, figure):
    with gate.bound("club1") as esme:
        stops = Stops(smsc, esme)
        people = [stops.one()]
        load = Load(gate, "--seconds", 10 if LONG else 4, "--rate", 20000)
        jumps = 0
        try:
            under_way(gate, 1000)
            # Within the hour that a clock may be behind what is recorded; far ahead at the end.
            for offset in ("+50m", "-5m", "+20m", "-9m", "+40m", "+0")[:6 if LONG else 2]:
                jump(gate, clock, offset)
                jumps += 1
                people.append(stops.one())
                assert gate.http("GET", "/readyz")[0] == 200
            jump(gate, clock, "+1d")
            people.append(stops.one())
            result = load.result()
        finally:
            load.kill()
    ledger = [e for n in people for e in gate.events(n)]
    assert [e["sequence"] for e in ledger] == sorted(e["sequence"] for e in ledger) and len(ledger) == len(people)
    recorded = [e["recorded_at"] for e in ledger]
    assert recorded == sorted(recorded)
    assert gate.metric("consentgate_submits_total", reason="no_consent") == result["refused"]
    gate.cli("verify", check=0)
    figure("clock jumps both ways", f"{jumps} jumps of up to 55 minutes and one of a day under load: {result['messages']:,} messages, 0 wrong verdicts, no session "
           f"cut, {len(people)} STOPs acknowledged and in order")


def test_far_behind_what_is_recorded(gate, smsc, clock, figure):
    """No consent can be told to be alive: what needs one is refused, with an answer that makes senders try again; STOPs are recorded."""
    with gate.bound("club1") as esme, gate.bound("shop1") as shop, gate.bound("bank1") as bank:
        stops = Stops(smsc, esme)
        jump(gate, clock, "+3h")
        people = [stops.one()]
        clock.set("+0")
        status = wait_until(lambda: (found := gate.http("GET", "/readyz"))[0] == 503 and found, what="the notice")
        assert "the clock is implausible" in status[1]
        assert shop.request(smpp.submit_sm("36111", "33600000001", sequence=5)).command_status == 0x14
        assert bank.request(smpp.submit_sm("36222", "33600000001", sequence=5)).command_status == 0
        people.append(stops.one())
        begun = time.monotonic()
        clock.set("+3h")
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 200, what="recovery without a restart")
        took = time.monotonic() - begun
        assert shop.request(smpp.submit_sm("36111", "33600000001", sequence=6)).command_status == 0
        for n in people:
            assert gate.events(n)[-1]["event"] == "opt_out"
    figure("clock far back", f"3 hours behind the newest event: marketing answered 0x14, /readyz says why, exempt messages pass, STOPs are on disk; "
           f"recovered {took:.2f} s after the clock was right, without a restart")
