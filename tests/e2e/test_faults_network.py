"""A peer whose host or network is gone: no octet, no reset. The gate notices by itself, on either leg, and ends both."""

import os
import re
import time

import pytest
import smpp
from harness.gate import Gate, wait_until
from harness.length import long
from harness.namespaces import GATE, PEERS, Network
from smsc_simulator import Simulator

NOTICED_WITHIN = 60  # seconds: proxy/server/tcp.cc


@pytest.fixture
def network():
    made = Network()
    yield made
    made.close()


class GateInside(Gate):
    """Listens on every address of its namespace."""

    def configure(self, extra):
        super().configure(extra)
        self.config.write_text(self.config.read_text().replace("listen: [{address: 127.0.0.1:", "listen: [{address: 0.0.0.0:"))


def keepalive_timers(pid, port):
    """The seconds left of the keepalive timer of each established connection to or from that port."""
    left = []
    for line in open(f"/proc/{pid}/net/tcp").read().splitlines()[1:]:
        fields = line.split()
        ports = {int(fields[1].split(":")[1], 16), int(fields[2].split(":")[1], 16)}
        if port in ports and fields[3] == "01":
            kind, ticks = fields[5].split(":")  # 02: a timer that is not of a retransmission
            left.append(int(ticks, 16) / os.sysconf("SC_CLK_TCK") if kind == "02" else None)
    return left


def test_the_keepalive_runs_on_both_legs(network, tmp_path):
    with network.inside(GATE):
        smsc = Simulator(GATE).start()
        gate = GateInside(tmp_path, [f"address: {GATE}:{smsc.port}"])
        try:
            esme = smpp.connect("127.0.0.1", gate.port)
            assert esme.bind("transceiver", "shop1").command_status == 0
            local = esme.socket.getsockname()[1]
            for port in (local, smsc.port):
                # Two lines for each connection: both ends are in this namespace, and only the gate's end has the timer.
                timers = wait_until(lambda: [t for t in keepalive_timers(gate.process.pid, port) if t is not None], 10, "a keepalive")
                assert len(timers) == 1 and 0 < timers[0] <= NOTICED_WITHIN / 2, timers
        finally:
            gate.kill9()
            smsc.stop()


@long
def test_half_open_connections_are_noticed(network, tmp_path, figure):
    """Three at once: the sender's host is gone, the SMSC's host is gone, and the sender's is gone with octets on the way to it."""
    with network.inside(PEERS):
        far_smsc = Simulator(PEERS).start()
    with network.inside(GATE):
        near_smsc = Simulator(GATE).start()
        gates = [GateInside(tmp_path / name, [f"address: {smsc.host}:{smsc.port}"], start=False)
                 for name, smsc in (("near", near_smsc), ("far", far_smsc)) if (tmp_path / name).mkdir() is None]
        near, far = [gate.start() for gate in gates]
    try:
        with network.inside(PEERS):
            idle, waiting = smpp.connect(GATE, near.port), smpp.connect(GATE, near.port)
            assert idle.bind("transmitter", "shop1").command_status == 0
            assert waiting.bind("transceiver", "bank1").command_status == 0
        with network.inside(GATE):
            beside = smpp.connect("127.0.0.1", far.port)
            assert beside.bind("transceiver", "shop1").command_status == 0
            assert near.metric("consentgate_sessions", leg="esme") == 2 and far.metric("consentgate_sessions", leg="smsc") == 1
            network.cut()
            begun = time.monotonic()
            receiver = near_smsc.receiver("bank1")
            receiver.send(smpp.deliver_sm("33612345678", "36222", "hello", sequence=receiver.next_sequence()))
            # The live side of each session hears of it: an SMSC that its sender is gone, a sender that its SMSC is.
            assert beside.closed_by_peer(NOTICED_WITHIN + 20)
            upstream_took = time.monotonic() - begun
            wait_until(lambda: not near_smsc.sessions, NOTICED_WITHIN + 20, "the end of both sessions of the sender that is gone")
            took = time.monotonic() - begun
            assert NOTICED_WITHIN / 2 < took <= NOTICED_WITHIN + 20
            for gate in (near, far):
                wait_until(lambda: gate.metric("consentgate_sessions") == 0)
            assert len(re.findall("session ended", near.log_path.read_text())) == 2
        figure("half-open TCP, both legs", f"an SMSC without a word noticed after {upstream_took:.0f} s, a sender, idle or with octets on the way to it, after at most "
               f"{took:.0f} s; the other side of each is told")
    finally:
        for gate in gates:
            gate.kill9()
        near_smsc.stop()
        far_smsc.stop()
