"""Submissions at the edges of the specification."""

import re

import pytest
import smpp
from harness.gate import SENDERS, wait_until

ALICE, BOB = "33612345678", "33687654321"


def status(connection, source="36111", destination=ALICE, **more):
    return connection.request(smpp.submit_sm(source, destination, **more)).command_status


def test_data_sm_on_a_receiver_bind_needs_consent_too(gate, smsc):
    with gate.bound(kind="receiver") as esme:
        assert esme.request(smpp.data_sm("36111", BOB)).command_status == 0x45
        assert not smsc.pdus("data_sm")


def test_addresses_of_65_octets(gate, smsc):
    gate.opt_in(ALICE)
    spaced = " " * (64 - len(ALICE)) + ALICE
    with gate.bound() as esme:
        request = smpp.data_sm("36111", spaced, ton=1)
        assert esme.request(request).command_status == 0
        assert smsc.pdus("data_sm")[0].unnumbered == request.unnumbered
        assert esme.request(smpp.data_sm("36111", "3" * 64, ton=1)).command_status == 0x45


@pytest.mark.parametrize("tlvs", [b"\0", b"\0\0\0", smpp.tlv(0x0424, b"also this"), smpp.tlv(0x1400, b"1101") + smpp.tlv(0x1401, b"1107"),
                                  smpp.tlv(0x130C), smpp.tlv(0x0424, b"a") + smpp.tlv(0x0424, b"b")])
def test_odd_ends_cross_as_they_are(gate, smsc, tlvs):
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        request = smpp.submit_sm("36111", ALICE, tlvs=tlvs)
        assert esme.request(request).command_status == 0
        assert smsc.pdus("submit_sm")[0].unnumbered == request.unnumbered


@pytest.mark.parametrize("destination, ton", [("٣٣٦١٢٣٤٥٦٧٨".encode(), 1), ("33612345678".translate({ord(str(d)): 0xFF10 + d for d in range(10)}).encode(), 1),
                                              ("3361234567x", 1), ("+", 1), ("++33612345678", 1), ("0", 0), ("00", 0), ("000033612345678", 0), ("5" * 200, 1),
                                              (b"\xff" * 12, 1), ("-- ()", 1), ("+0612345678", 0), ("33612345678\t", 1), ("336123456781234", 0)])
def test_what_cannot_be_read_is_refused(gate, smsc, destination, ton):
    gate.opt_in(ALICE)
    text = destination.decode("latin-1") if isinstance(destination, bytes) else destination
    with gate.bound() as esme:
        request = smpp.submit_sm("36111", text, ton=ton)
        assert esme.request(request).command_status == 0x45
    assert not smsc.pdus("submit_sm")
    expected = "no_consent" if destination in ("336123456781234",) else "unreadable_number"
    assert gate.metric("consentgate_submits_total", reason=expected) == 1


@pytest.mark.parametrize("ton", range(7))
def test_ton(gate, ton):
    """Only TON 2 puts the country code in front; the trunk prefix does for all but TON 1."""
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert (status(esme, ton=ton) == 0) == (ton != 2)
        assert (status(esme, destination="0612345678", ton=ton) == 0) == (ton != 1)
        assert status(esme, destination="+33612345678", ton=ton) == 0
        assert status(esme, destination="0033612345678", ton=ton) == 0
        assert status(esme, destination="+33(0)612345678", ton=ton) == 0


@pytest.mark.parametrize("source, ton", [("shop", 5), ("Shop", 0), ("S H O P", 5), ("SHOP ", 5), (" shop", 1), ("s.h-o(p)", 5), ("SHOP\x7f", 5), ("36111", 2),
                                         ("+36111", 1), ("0036111", 0), ("+0036111", 1)])
def test_no_spelling_of_an_address_makes_it_ones_own(gate, smsc, source, ton):
    gate.opt_in(ALICE, "all")
    with gate.bound("club1") as esme, gate.bound("stranger") as stranger:
        assert status(esme, source, source_ton=ton) == 0x45
        assert status(stranger, source, source_ton=ton) == 0x45
    assert gate.metric("consentgate_submits_total", reason="sender_mismatch") == 2
    assert not smsc.pdus("submit_sm")


def test_an_exemption_is_not_borrowed_by_naming_the_banks_address(gate, smsc):
    with gate.bound() as esme:
        for pdu in (smpp.submit_sm("36222", ALICE), smpp.data_sm("36222", ALICE), smpp.submit_multi("36222", [ALICE]),
                    smpp.pdu(0x111, smpp.c_string("") + smpp.address("36222"))):
            assert esme.request(pdu).command_status == 0x45
    assert not [p for p in smsc.pdus() if not p.name.startswith("bind")]
    assert gate.metric("consentgate_submits_total", reason="sender_mismatch") == 4


def test_the_first_reason_counts(gate):
    gate.opt_out(ALICE)
    with gate.bound() as esme:
        status(esme, "36222", "nonsense")
        esme.request(smpp.submit_multi("36222", [], distribution_lists=["all"]))
        status(esme, destination="nonsense")
        status(esme)
    assert [gate.metric("consentgate_submits_total", reason=r) for r in ("sender_mismatch", "unreadable_number", "opted_out", "unverifiable_destination")] == [2, 1, 1, 0]


@pytest.mark.parametrize("count", [1, 254, 255])
def test_submit_multi_of_many(gate, smsc, count):
    consented = [str(33600000000 + n) for n in range(count)]
    for n in consented[::2]:
        gate.opt_in(n)
    with gate.bound() as esme:
        answer = esme.request(smpp.submit_multi("36111", consented))
        assert answer.command_status == 0
        assert [u[0] for u in answer.unsuccess_sme] == consented[1::2]
        assert smsc.pdus("submit_multi")[0].unnumbered == smpp.submit_multi("36111", consented[::2]).unnumbered
    assert gate.metric("consentgate_submits_total", verdict="forwarded") == (count + 1) // 2
    assert gate.metric("consentgate_submits_total", verdict="refused") == count // 2


def test_submit_multi_duplicates_and_the_whole_refused(gate, smsc):
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert esme.request(smpp.submit_multi("36111", [ALICE, ALICE])).command_status == 0
        answer = esme.request(smpp.submit_multi("36111", [BOB, BOB], distribution_lists=["a", "b"]))
        assert (answer.name, answer.command_status, answer.body) == ("submit_multi_resp", 0x45, b"")
    assert len(smsc.pdus("submit_multi")) == 1


def test_submit_multi_that_lies(gate, smsc):
    gate.opt_in(ALICE)
    good = smpp.submit_multi("36111", [ALICE]).body
    at = good.index(b"\1\1\1" + ALICE.encode()) - 1
    with gate.bound() as esme:
        for body, expected in [(good[:at] + b"\0" + good[at + 1:], 0x33), (good[:at] + b"\2" + good[at + 1:], {0x01, 0x40}), (good[:at] + b"\xff" + good[at + 1:], {0x01, 0x40}),
                               (good[:at + 1] + b"\3" + good[at + 2:], 0x40), (good[:at], 0x01), (good[:at + 9], 0x01), (good[:-3], 0x01), (good + b"\4\x24\0\xff", 0xC0)]:
            answer = esme.request(smpp.pdu("submit_multi", body, sequence=8))
            assert answer.command_status in (expected if isinstance(expected, set) else {expected})
        assert esme.request(smpp.submit_multi("36111", [ALICE])).command_status == 0
    assert len(smsc.pdus("submit_multi")) == 1


@pytest.mark.parametrize("answer, expected", [
    ((b"id\0\0", 0), (b"id\0\1" + b"\1\1" + BOB.encode() + b"\0\0\0\0\x45", 0)),
    ((b"id\0", 0), (b"id\0\1" + b"\1\1" + BOB.encode() + b"\0\0\0\0\x45", 0)),
    ((b"", 0), (b"\0\1" + b"\1\1" + BOB.encode() + b"\0\0\0\0\x45", 0)),
    ((b"", 0x14), (b"", 0x14)), ((b"\0", 0x14), (b"\0", 0x14)),
    ((b"id\0\0" + smpp.tlv(0x1400, b"x"), 0), (b"id\0\1" + b"\1\1" + BOB.encode() + b"\0\0\0\0\x45" + smpp.tlv(0x1400, b"x"), 0)),
    ((b"id\0\1\1\1" + ALICE.encode() + b"\0\0\0\0\x0b", 0), (b"id\0\2\1\1" + ALICE.encode() + b"\0\0\0\0\x0b" + b"\1\1" + BOB.encode() + b"\0\0\0\0\x45", 0))])
def test_submit_multi_however_the_smsc_answers(start_smsc, start_gate, answer, expected):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, *answer)] if p.name == "submit_multi" else None)
    gate = start_gate([smsc.port])
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        got = esme.request(smpp.submit_multi("36111", [ALICE, BOB], sequence=77))
        assert (got.body, got.command_status) == expected


def test_parts_of_a_long_message_are_decided_one_by_one(gate, smsc):
    """A STOP between two parts stops the rest."""
    gate.opt_in(ALICE)
    parts = [smpp.submit_sm("36111", ALICE, p, esm_class=0x40, sequence=5) for p in smpp.parts("x" * 60, 9)]
    with gate.bound() as esme:
        assert esme.request(parts[0]).command_status == 0
        gate.opt_out(ALICE)
        assert esme.request(parts[1]).command_status == 0x45
        gate.opt_in(BOB)
        esme.send(*[smpp.submit_sm("36111", BOB, p, esm_class=0x40, sequence=5) for p in smpp.parts("x" * 60, 9)])
        assert [esme.receive().command_status for _ in parts] == [0] * 3


def test_every_cut_of_a_submission_is_answered_and_nothing_of_it_crosses(gate, smsc):
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        for whole in (smpp.submit_sm("36111", ALICE, tlvs=smpp.tlv(0x0204, b"\0\1")), smpp.data_sm("36111", ALICE), smpp.submit_multi("36111", [ALICE])):
            for cut in range(len(whole.body)):
                answer = esme.request(smpp.pdu(whole.command_id, whole.body[:cut], sequence=8))
                whole_fields = answer.command_status == 0
                assert answer.command_id == whole.command_id | smpp.ANSWER
                assert answer.command_status in (0x01, 0xC0) or whole_fields and cut >= len(whole.body) - 11, (whole, cut, answer)


def test_observe_refuses_who_opted_out_and_who_borrows(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS.replace("system_ids: [shop1, shop2]", "system_ids: [shop1, shop2]\n    mode: observe"))
    gate.opt_out(BOB)
    with gate.bound() as esme:
        assert status(esme) == 0
        assert status(esme, destination="nonsense", ton=1) == 0
        assert status(esme, destination=BOB) == 0x45
        assert status(esme, "36222") == 0x45
        answer = esme.request(smpp.submit_multi("36111", [ALICE, BOB], distribution_lists=["all"]))
        assert answer.command_status == 0 and answer.unsuccess_sme == [(BOB, 0x45)]
    assert gate.metric("consentgate_submits_total", verdict="observed", sender="shop") == 4
    assert gate.metric("consentgate_submits_total", verdict="observed", reason="unverifiable_destination") == 1


def test_several_senders_of_one_system_id(start_gate, smsc):
    """source_addr chooses among them; the first when none lists it."""
    gate = start_gate([smsc.port], SENDERS.replace("[club1]", "[shop1]").replace("[bank1]", "[bank1, shop1]"))
    gate.opt_in(ALICE, "sender:club")
    with gate.bound() as esme:
        assert status(esme, "36111") == 0x45
        assert status(esme, "36333") == 0
        assert status(esme, "36222", BOB) == 0
        assert status(esme, "77777") == 0x45
    assert gate.metric("consentgate_submits_total", sender="shop", reason="no_consent") == 2


def test_the_metrics_that_dashboards_rely_on(gate, smsc):
    """Every name and every label; and no number is one."""
    gate.opt_in(ALICE)
    gate.opt_in(BOB)
    with gate.bound() as esme:
        assert status(esme) == 0
        status(esme, destination="33611111111")
        session = smsc.receiver()
        for n, text in enumerate(["STOP", "START"]):
            session.send(smpp.deliver_sm(BOB, "36111", text, sequence=n))
            esme.send(smpp.answer(esme.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_ins_total", sender="shop", method="mo_keyword") == 1)
        esme.send(b"\0\0\0\1" + b"\0" * 12)
        assert esme.closed_by_peer()
    wait_until(lambda: gate.metric("consentgate_ledger_events") == 4)
    labels = {}
    for sample in re.finditer(r"^((?:consentgate|process)_\w+)(?:\{(.*)\})? ", gate.metrics(), re.M):
        labels.setdefault(sample[1], set()).add(tuple(sorted(re.findall(r'(\w+)="', sample[2] or ""))))
    expected = {"consentgate_submits_total": ("reason", "sender", "verdict"), "consentgate_opt_outs_total": ("method", "sender"),
                "consentgate_opt_ins_total": ("method", "sender"), "consentgate_sessions": ("leg",), "consentgate_upstream_up": ("upstream",),
                "consentgate_submit_seconds_count": (), "consentgate_upstream_response_seconds_count": (), "consentgate_store_write_seconds_count": (),
                "consentgate_store_read_only": (), "consentgate_numbers": (), "consentgate_ledger_events": (), "consentgate_pdus_total": ("command", "leg"),
                "consentgate_malformed_pdus_total": ("leg",), "process_resident_memory_bytes": ()}
    assert {name: labels.get(name) for name in expected} == {name: {of} for name, of in expected.items()}
    assert not re.search(r'="\+?\d{8,}"', gate.metrics())


def test_replace_sm_and_its_kin_cross_whoever_they_are_about(gate, smsc):
    with gate.bound() as esme:
        for name, body in (("replace_sm", b"id\0\1\1" + BOB.encode() + b"\0\0\0\0\0\0\2hi"), ("cancel_sm", b"\0id\0\1\1a\0\1\1" + BOB.encode() + b"\0"),
                           ("query_sm", b"id\0\1\1a\0")):
            request = smpp.pdu(name, body, sequence=4)
            esme.request(request)
            assert wait_until(lambda: smsc.pdus(name))[0].unnumbered == request.unnumbered
