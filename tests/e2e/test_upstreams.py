"""Which SMSC a bind goes to, and what becomes of one that is down."""

import socket
import time

import pytest
import smpp
from harness.gate import SENDERS, free_port, wait_until
from harness.patience import PATIENCE


def hangs_up_on_binds(session, pdu):
    if pdu.name.startswith("bind_"):
        session.connection.socket.shutdown(socket.SHUT_RDWR)
        return []
    return None


def binds(smsc):
    return len(smsc.pdus("bind_transceiver"))


def up(gate, port):
    return gate.metric("consentgate_upstream_up", upstream=f"127.0.0.1:{port}")


def test_one_that_is_down_is_passed_over_until_it_is_back(start_gate, start_smsc, smsc):
    port = free_port()
    gate = start_gate([port, smsc.port], SENDERS + "workers: 2\n")
    gate.bound().close()
    assert up(gate, port) == 0 and up(gate, smsc.port) == 1
    for _ in range(3):
        gate.bound().close()
    assert binds(smsc) == 4
    back = start_smsc(port=port)
    wait_until(lambda: up(gate, port) == 1, what="the probe")
    gate.bound().close()
    assert binds(back) == 1 and binds(smsc) == 4


def test_one_that_takes_too_long_holds_up_one_bind(start_gate, smsc):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gate = start_gate([f"{{address: 127.0.0.1:{silent.getsockname()[1]}, tls: {{}}}}", smsc.port], SENDERS + "limits: {connect_timeout: 3s}\n")
        took = []
        for _ in range(3):
            began = time.monotonic()
            gate.bound().close()
            took.append(time.monotonic() - began)
        assert took[0] >= 3 and max(took[1:]) < PATIENCE


def test_all_down_and_then_one_is_back(start_gate, start_smsc):
    ports = [free_port(), free_port()]
    gate = start_gate(ports)
    with gate.connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0D
        back = start_smsc(port=ports[1])  # found by the bind itself, probe or not
        assert esme.bind("transceiver", "shop1", sequence=2).command_status == 0
        assert binds(back) == 1


def test_one_that_refuses_a_bind_is_not_down(start_gate, start_smsc, smsc):
    strict = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0E)] if p.name.startswith("bind_") else None)
    gate = start_gate([strict.port, smsc.port])
    for _ in range(2):
        with gate.connect() as esme:
            assert esme.bind("transceiver", "shop1").command_status == 0x0E
    assert binds(strict) == 2 and binds(smsc) == 0 and up(gate, strict.port) == 1


@pytest.mark.parametrize("early", [False, True])
def test_one_that_hangs_up_on_a_bind_hands_it_on(start_gate, start_smsc, smsc, early):
    def answer(session, pdu):
        if early and pdu.name.startswith("bind_"):
            session.send(smpp.deliver_sm("33612345678", "36222", "early", sequence=9))
        return hangs_up_on_binds(session, pdu)
    rude = start_smsc(answer=answer)
    gate = start_gate([rude.port, smsc.port])
    with gate.connect() as esme:
        bind = smpp.bind("transceiver", "bank1", sequence=77)
        assert esme.request(bind).command_status == 0
        wait_until(rude.pdus)
        assert [p.unnumbered for p in rude.pdus() + smsc.pdus()] == [bind.unnumbered] * 2
        if early:  # its sender answers what the first one delivered: to nobody
            esme.send(smpp.answer(esme.received[0], b"\0"))
        assert esme.request(smpp.submit_sm("36222", "33612345678", sequence=3)).command_status == 0
        assert not smsc.pdus("deliver_sm_resp")


def test_when_all_hang_up_the_sender_may_bind_again(start_gate, start_smsc):
    patience = []
    smsc = start_smsc(answer=lambda s, p: None if patience else hangs_up_on_binds(s, p))
    other = start_smsc(answer=hangs_up_on_binds)
    gate = start_gate([smsc.port, other.port])
    with gate.connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0D
        assert (binds(smsc), binds(other)) == (1, 1)
        patience.append(True)
        assert esme.bind("transceiver", "shop1", sequence=2).command_status == 0
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)


def test_the_fewest_sessions_first(start_gate, start_smsc):
    smscs = [start_smsc() for _ in range(3)]
    gate = start_gate([s.port for s in smscs], SENDERS + "balance: least_sessions\nworkers: 2\n")
    bound = [gate.bound() for _ in range(6)]
    assert [binds(s) for s in smscs] == [2, 2, 2]
    for b in bound:
        b.close()
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    smscs[0].stop()
    wait_until(lambda: not smscs[0].sessions)
    bound = [gate.bound() for _ in range(4)]
    assert [binds(s) for s in smscs] == [2, 4, 4]
    for b in bound:
        b.close()


def test_a_list_of_a_senders_own_and_its_reload(start_gate, start_smsc, smsc):
    own = start_smsc()
    config = SENDERS.replace("name: bank", f"name: bank\n    upstreams: [{{address: 127.0.0.1:{own.port}}}]")
    gate = start_gate([smsc.port], config)
    gate.bound("bank1").close()
    gate.bound("shop1").close()
    gate.bound("nobody").close()
    assert (binds(own), binds(smsc)) == (1, 2)
    gate.configure(SENDERS)
    gate.reload()
    gate.bound("bank1").close()
    assert (binds(own), binds(smsc)) == (1, 3)
