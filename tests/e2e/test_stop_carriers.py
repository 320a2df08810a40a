"""Every way a STOP may be carried, and the moments in which one may be lost."""

import struct

import pytest
import smpp
from harness.gate import SENDERS, wait_until

ALICE = "33612345678"
UCS2 = "STOP".encode("utf-16-be")

# data_coding: the octets of STOP under it
CODINGS = {dc: b"STOP" for dc in [0, 1, 2, 3, 4, 5, 6, 7, 0x0A, 0x0D, 0x0E, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x1C, 0x50, 0xC0, 0xC8, 0xD0, 0xD9,
                                  *range(0xF0, 0x100)]} | {dc: UCS2 for dc in [8, 0x18, 0x19, 0x1B, 0x58, 0xE0, 0xE8]}


def udh(*elements):
    octets = b"".join(bytes([i, len(v)]) + v for i, v in elements)
    return bytes([len(octets)]) + octets


PORTS, PART_8, PART_16 = (5, b"\x15\x81\x15\x81"), (0, b"\x2a\1\1"), (8, b"\1\x2a\2\1")
SAR = smpp.tlv(0x020C, b"\0\7") + smpp.tlv(0x020E, b"\2") + smpp.tlv(0x020F, b"\1")
CARRIERS = {
    "short_message": lambda to, t, dc: smpp.deliver_sm(ALICE, to, t, data_coding=dc),
    "message_payload": lambda to, t, dc: smpp.deliver_sm(ALICE, to, b"", data_coding=dc, tlvs=smpp.tlv(0x0424, t)),
    "payload behind a NUL": lambda to, t, dc: smpp.deliver_sm(ALICE, to, b"\0", data_coding=dc, tlvs=smpp.tlv(0x0424, t)),
    "header with ports": lambda to, t, dc: smpp.deliver_sm(ALICE, to, udh(PORTS) + t, data_coding=dc, esm_class=0x40),
    "the only part": lambda to, t, dc: smpp.deliver_sm(ALICE, to, udh(PART_8) + t, data_coding=dc, esm_class=0xC3),
    "part 1 of 2, ports before": lambda to, t, dc: smpp.deliver_sm(ALICE, to, udh(PORTS, PART_16) + t, data_coding=dc, esm_class=0x40),
    "header in message_payload": lambda to, t, dc: smpp.deliver_sm(ALICE, to, b"", data_coding=dc, esm_class=0x40, tlvs=smpp.tlv(0x0424, udh(PART_16) + t)),
    "sar": lambda to, t, dc: smpp.deliver_sm(ALICE, to, t, data_coding=dc, tlvs=SAR),
    "sar in message_payload": lambda to, t, dc: smpp.deliver_sm(ALICE, to, b"", data_coding=dc, tlvs=SAR + smpp.tlv(0x0424, t)),
    "data_sm": lambda to, t, dc: smpp.data_sm(ALICE, to, t, data_coding=dc),
    "data_sm with a header": lambda to, t, dc: smpp.data_sm(ALICE, to, udh(PART_8) + t, data_coding=dc, esm_class=0x40),
    "data_sm with sar": lambda to, t, dc: smpp.data_sm(ALICE, to, t, data_coding=dc, tlvs=SAR),
    "one octet short, a NUL behind": lambda to, t, dc: smpp.deliver_sm(ALICE, to, t, data_coding=dc, tlvs=b"\0"),
    "a broken parameter behind": lambda to, t, dc: smpp.deliver_sm(ALICE, to, t, data_coding=dc, tlvs=b"\x14\0\0\xff."),
    "a vendor's parameters": lambda to, t, dc: smpp.deliver_sm(ALICE, to, t, data_coding=dc, tlvs=smpp.tlv(0x1400, b"x") + smpp.tlv(0x1401)),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_data_coding(gate, smsc, carrier):
    with gate.bound() as esme:
        session = smsc.receiver()
        for n, (data_coding, octets) in enumerate(CODINGS.items()):
            session.send(CARRIERS[carrier](f"7{n:04}", octets, data_coding).with_sequence(1 + n))  # a new address: no parts are joined
            esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total", sender="shop") >= len(CODINGS), 5,
                   f"{carrier}: {sorted(set(CODINGS) - {e['evidence']['data_coding'] for e in gate.events(ALICE)})}")


@pytest.mark.parametrize("source, ton", [("+33612345678", 1), ("0033612345678", 0), ("33612345678", 0), ("0612345678", 0), ("0612345678", 2),
                                         ("612345678", 2), ("33 6.12-34(56)78", 1), ("+33612345678", 2)])
def test_however_the_persons_number_is_written(gate, smsc, source, ton):
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        smsc.receiver().send(smpp.deliver_sm(source, "36111", "STOP", source_ton=ton, sequence=9))
        delivered = esme.receive()
        assert delivered.fields["source_addr"] == source
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45


@pytest.mark.parametrize("destination, ton", [("+36111", 1), ("36 111", 0), ("shop", 5), ("Shop", 0), ("99999", 0), ("", 0)])
def test_however_the_senders_address_is_written(gate, smsc, destination, ton):
    """By the address when a sender lists it, else by the bind."""
    gate.opt_in(ALICE)
    arrives_on = "shop2" if destination in ("99999", "") else "bank1"
    with gate.bound(arrives_on), gate.bound() as shop:
        smsc.receiver(arrives_on).send(smpp.deliver_sm(ALICE, destination, "STOP", ton=ton, sequence=9))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total", sender="shop") == 1)
        assert shop.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45


def test_an_address_of_several_senders(start_gate, smsc):
    shared = SENDERS.replace('["36333"]', '["36333", "36111"]').replace('["36222"]', '["36222", "36111"]')
    gate = start_gate([smsc.port], shared)
    with gate.bound() as esme:
        smsc.receiver().send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        smsc.wait_for(lambda s, p: p.name == "deliver_sm_resp")
    assert sorted(e["scope"] for e in gate.events(ALICE)) == ["group:finance", "group:retail"]


def test_the_sender_never_answers(gate, smsc):
    """Recorded all the same; the SMSC hears nothing, as it would without a gate."""
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        smsc.receiver().send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.receive()
        wait_until(lambda: gate.events(ALICE)[-1]["event"] == "opt_out")
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
        assert not smsc.pdus("deliver_sm_resp")


@pytest.mark.parametrize("how", ["close", "reset", "unbind"])
def test_the_sender_leaves_before_it_answers(gate, smsc, how):
    """Recorded; not acknowledged, so that the SMSC delivers it again."""
    gate.opt_in(ALICE)
    with gate.bound() as esme, gate.bound("shop2") as other:
        smsc.receiver("shop1").send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.receive()
        if how == "unbind":
            esme.request(smpp.pdu("unbind", sequence=5))
        else:
            getattr(esme, how)()
        wait_until(lambda: len(smsc.sessions) == 1)
        assert not smsc.pdus("deliver_sm_resp")
        assert other.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
    wait_until(lambda: gate.events(ALICE)[-1]["event"] == "opt_out")


def test_on_a_transmitter_bind(gate, smsc):
    """No SMSC should; one that does has been heard."""
    gate.opt_in(ALICE)
    with gate.bound(kind="transmitter") as esme:
        wait_until(lambda: smsc.sessions)[0].send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45


def test_before_the_bind_is_answered(start_smsc, start_gate):
    def answer(session, p):
        if p.name == "bind_transceiver":
            session.send(smpp.deliver_sm(ALICE, "36111", "STOP"))
        return None
    smsc = start_smsc(answer=answer)
    gate = start_gate([smsc.port])
    gate.opt_in(ALICE)
    with gate.connect() as esme:
        esme.send(smpp.bind("transceiver", "shop1"), smpp.submit_sm("36111", ALICE, sequence=2))
        got = {p.name: p for p in (esme.receive() for _ in range(3))}
        assert got["submit_sm_resp"].command_status == 0x45
        esme.send(smpp.answer(got["deliver_sm"], b"\0"))
        assert smsc.wait_for(lambda s, p: p.name == "deliver_sm_resp")[1].command_status == 0


def test_a_stop_in_flight_when_the_gate_stops(gate, smsc):
    """Delivered before SIGTERM: its answer is awaited, and reaches the SMSC. Delivered after it: not taken, and not acknowledged."""
    with gate.bound() as esme:
        session = smsc.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        delivered = esme.receive()
        gate.process.terminate()
        wait_until(lambda: gate.http("GET", "/readyz")[0] == 503)
        session.send(smpp.deliver_sm("33611111111", "36111", "STOP", sequence=10))
        assert session.request(smpp.pdu("enquire_link")).command_status == 0
        esme.send(smpp.answer(delivered, b"\0"))
        unbind = esme.receive()
        assert unbind.name == "unbind"
        esme.send(smpp.answer(unbind))
        assert esme.closed_by_peer()
    assert gate.process.wait(10) == 0
    assert [(p.name, p.sequence_number) for p in smsc.pdus() if p.name == "deliver_sm_resp"] == [("deliver_sm_resp", 9)]
    gate.start()
    assert gate.events(ALICE)[-1]["event"] == "opt_out" and gate.http("GET", "/v1/numbers/33611111111/events")[1] == []


def test_the_answer_crosses_with_its_parameters_and_whatever_it_says(gate, smsc):
    with gate.bound() as esme:
        session = smsc.receiver()
        for n, (body, status) in enumerate([(b"\0" + smpp.tlv(0x1402, b"y"), 0), (b"", 0x65), (b"id\0", 0x55F), (b"", 0)]):
            session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=50 + n))
            reply = smpp.answer(esme.receive(), body, status)
            esme.send(reply)
            _, back = smsc.wait_for(lambda s, p: p.is_answer and p.sequence_number == 50 + n)
            assert back.unnumbered == reply.unnumbered
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=60))
        nack = smpp.pdu("generic_nack", status=3, sequence=esme.receive().sequence_number)
        esme.send(nack)
        assert smsc.wait_for(lambda s, p: p.sequence_number == 60 and p.is_answer)[1].unnumbered == nack.unnumbered


def test_many_stops_at_once_are_answered_each_under_its_own_number(gate, smsc):
    with gate.bound() as esme:
        session = smsc.receiver()
        session.send(*[smpp.deliver_sm(str(33600000000 + n), "36111", "STOP", sequence=1 if n % 2 else 0x80000000 + n) for n in range(1000)])
        delivered = [esme.receive() for _ in range(1000)]
        for d in reversed(delivered):
            esme.send(smpp.answer(d, struct.pack(">I", d.sequence_number)))
        wait_until(lambda: len(smsc.pdus("deliver_sm_resp")) == 1000)
        by_source = {d.sequence_number: int(d.fields["source_addr"]) - 33600000000 for d in delivered}
        for p in smsc.pdus("deliver_sm_resp"):
            n = by_source[struct.unpack(">I", p.body)[0]]
            assert p.sequence_number == (1 if n % 2 else 0x80000000 + n)
    assert gate.metric("consentgate_opt_outs_total") == 1000


def test_after_a_reload_an_address_belongs_to_its_new_sender(gate, smsc):
    gate.opt_in(ALICE, "group:finance")
    with gate.bound() as esme:
        gate.configure(SENDERS.replace('["36111", SHOP]', "[SHOP]").replace('["36222"]', '["36222", "36111"]'))
        gate.reload()
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
        assert gate.metric("consentgate_submits_total", reason="sender_mismatch") == 1
        smsc.receiver().send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=9))
        esme.receive()
        wait_until(lambda: gate.metric("consentgate_opt_outs_total", sender="bank") == 1)
    assert gate.events(ALICE)[-1]["scope"] == "group:finance"
