"""Who may be written to, and what the sender hears when not."""

import pytest
import smpp
from harness.gate import SENDERS

ALICE, BOB = "33612345678", "33687654321"


def status(connection, source="36111", destination=ALICE, **more):
    return connection.request(smpp.submit_sm(source, destination, **more)).command_status


def test_default_deny_then_consent(gate, smsc):
    with gate.bound() as esme:
        assert status(esme) == 0x45
        assert not smsc.pdus("submit_sm")
        gate.opt_in(ALICE)
        assert status(esme) == 0
        assert status(esme, destination=BOB) == 0x45
    assert gate.metric("consentgate_submits_total", sender="shop", verdict="refused", reason="no_consent") == 2
    assert gate.metric("consentgate_submits_total", sender="shop", verdict="forwarded", reason="none") == 1


@pytest.mark.parametrize("destination, ton", [("+33612345678", 1), ("0033612345678", 1), ("0033612345678", 0), ("33 6 12.34-56(78)", 1),
                                              ("+33 (0)6 12 34 56 78", 0), ("612345678", 2), ("0612345678", 2), ("0612345678", 0), ("33612345678", 0)])
def test_numbers_are_read_but_cross_as_written(gate, smsc, destination, ton):
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert status(esme, destination=destination, ton=ton) == 0
    assert smsc.pdus("submit_sm")[0].fields["destination_addr"] == destination


@pytest.mark.parametrize("destination, ton", [("1234567", 1), ("1" * 16, 1), ("http://x", 1), ("0", 2), ("anything", 5)])
def test_unreadable_numbers(gate, destination, ton):
    with gate.bound() as esme:
        assert status(esme, destination=destination, ton=ton) == 0x45
    assert gate.metric("consentgate_submits_total", reason="unreadable_number") == 1


@pytest.mark.parametrize("source", ["36222", "+36222", "0036222", " 36222", "36 222", "3-6-222", "36333"])
def test_nobody_borrows_an_address(gate, smsc, source):
    gate.opt_in(ALICE, "all")
    with gate.bound() as esme:
        assert status(esme, source=source, source_ton=0) == 0x45
        assert status(esme, source=source, source_ton=1) == 0x45
    assert not smsc.pdus("submit_sm")
    assert gate.metric("consentgate_submits_total", reason="sender_mismatch") == 2


def test_an_unnamed_system_id_is_a_sender_of_its_own(gate, smsc):
    gate.opt_in(ALICE, "sender:stranger")
    with gate.bound("stranger") as esme:
        assert status(esme, source="99999") == 0
        assert status(esme, source="shop", source_ton=5) == 0x45
        assert status(esme, source="99999", destination=BOB) == 0x45
    assert gate.metric("consentgate_submits_total", sender="stranger", reason="no_consent") == 1


def test_exempt_passes_unread(gate):
    with gate.bound("bank1") as esme:
        assert status(esme, source="36222", destination="whatever", ton=5) == 0


def test_opt_out_policy(start_gate, smsc):
    gate = start_gate([smsc.port], "policy: {default: opt_out}\n")
    with gate.bound() as esme:
        assert status(esme) == 0
        gate.opt_out(ALICE, "sender:shop1")
        assert status(esme) == 0x45


def test_observe(start_gate, smsc):
    gate = start_gate([smsc.port], "policy: {mode: observe}\n")
    gate.opt_out(BOB, "all")
    with gate.bound() as esme:
        assert status(esme) == 0
        assert status(esme, destination=BOB) == 0x45
    assert gate.metric("consentgate_submits_total", verdict="observed", reason="no_consent") == 1
    gate.configure("policy: {mode: observe, observe_opt_outs: true}\n")
    gate.reload()
    with gate.bound() as esme:
        assert status(esme, destination=BOB) == 0


def test_data_sm(gate, smsc):
    with gate.bound() as esme:
        assert esme.request(smpp.data_sm("36111", ALICE)).command_status == 0x45
        gate.opt_in(ALICE)
        request = smpp.data_sm("36111", ALICE)
        assert esme.request(request).command_status == 0
    assert smsc.pdus("data_sm")[0].unnumbered == request.unnumbered


def test_submit_multi(gate, smsc):
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        answer = esme.request(smpp.submit_multi("36111", [BOB, ALICE], distribution_lists=["everybody"]))
        assert answer.command_status == 0
        assert [(u[-2], u[-1]) for u in answer.unsuccess_sme] == [(BOB, 0x45), ("everybody", 0x45)]
        assert smsc.pdus("submit_multi")[0].unnumbered == smpp.submit_multi("36111", [ALICE]).unnumbered
        assert esme.request(smpp.submit_multi("36111", [BOB])).command_status == 0x45
        assert esme.request(smpp.submit_multi("36111", [ALICE])).command_status == 0
    assert len(smsc.pdus("submit_multi")) == 2
    assert gate.metric("consentgate_submits_total", reason="unverifiable_destination") == 1


def test_broadcast_sm(gate, smsc):
    body = smpp.c_string("") + smpp.address("36111")
    with gate.bound() as esme:
        assert esme.request(smpp.pdu(0x111, body, sequence=3)).command_status == 0x45
    assert not [p for p in smsc.pdus() if p.command_id == 0x111]


def test_statuses_by_reason(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "policy: {refusal_status: {no_consent: 0x400, opted_out: 0x4B6, unreadable_number: 0x0B}}\n")
    gate.opt_out(BOB)
    with gate.bound() as esme:
        assert status(esme) == 0x400
        assert status(esme, destination=BOB) == 0x4B6
        assert status(esme, destination="12") == 0x0B


def test_malformed_submits_are_answered_and_the_session_lives(gate, smsc):
    gate.opt_in(ALICE)
    good = smpp.submit_sm("36111", ALICE)
    with gate.bound() as esme:
        for body, expected in [(good.body[:12], 0x01), (b"", 0x01), (good.body + b"\x04\x24\x00", 0xC0), (good.body + b"\x04\x24\x00\x10abc", 0xC0)]:
            assert esme.request(smpp.pdu("submit_sm", body, sequence=8)).command_status == expected
        assert esme.request(smpp.submit_sm("36111", "")).command_status == 0x0B
        assert status(esme) == 0
    assert len(smsc.pdus("submit_sm")) == 1


def test_the_log_has_no_line_a_message_and_no_number(gate):
    with gate.bound() as esme:
        for _ in range(50):
            status(esme)
        esme.request(smpp.pdu("unbind", sequence=77))
    assert gate.stop() == 0
    log = gate.log_path.read_text()
    assert log.count('"submits not consented to"') == 1 and '"count":50' in log
    assert ALICE not in log
