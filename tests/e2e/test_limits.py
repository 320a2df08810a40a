"""Who may bind: from where, and how often at the same time."""

import socket

import smpp
from harness.gate import SENDERS, wait_until

ADMISSIONS = SENDERS.replace("name: shop", "name: shop\n    max_binds: 2").replace("name: bank", "name: bank\n    allow_from: [127.0.0.2, 10.0.0.0/8]")


def bind_from(gate, address, system_id):
    connection = smpp.Connection(socket.create_connection(("127.0.0.1", gate.port), 10, source_address=(address, 0)))
    return connection, connection.bind("transceiver", system_id).command_status


def limits(gate, limit):
    return gate.metric("consentgate_limits_total", limit=limit)


def test_allow_from(start_gate, smsc):
    gate = start_gate([smsc.port], ADMISSIONS)
    inside, status = bind_from(gate, "127.0.0.2", "bank1")
    assert status == 0
    outside, status = bind_from(gate, "127.0.0.1", "bank1")
    assert status == 0x0D and limits(gate, "allow_from") == 1
    assert outside.bind("transceiver", "club1", sequence=5).command_status == 0  # others are not concerned
    assert [p.message_id for p in smsc.pdus("bind_transceiver")] == ["bank1", "club1"]
    gate.configure(ADMISSIONS.replace("127.0.0.2", "127.0.0.0/8"))
    gate.reload()
    assert bind_from(gate, "127.0.0.1", "bank1")[1] == 0
    inside.close()


def test_max_binds(start_gate, start_smsc):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"", 0x0E)] if p.message_id == "shop2" else None)
    gate = start_gate([smsc.port], ADMISSIONS + "workers: 2\n")
    first, second = gate.bound("shop1"), gate.bound("shop1")
    with gate.connect() as third:
        assert third.bind("transceiver", "shop1").command_status == 0x0D
        assert third.bind("transceiver", "shop2", sequence=2).command_status == 0x0D  # the sender counts, not the system_id
        assert limits(gate, "max_binds") == 2
        first.close()
        wait_until(lambda: third.bind("transceiver", "shop1", sequence=3).command_status == 0)
    second.close()
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    refused = [gate.connect() for _ in range(3)]
    assert [c.bind("transceiver", "shop2").command_status for c in refused] == [0x0E] * 3  # by the SMSC: they hold no place
    bound = [gate.bound("shop1"), gate.bound("shop1")]
    gate.configure(ADMISSIONS.replace("max_binds: 2", "max_binds: 3"))
    gate.reload()
    gate.bound("shop1").close()
    for c in refused + bound:
        c.close()
