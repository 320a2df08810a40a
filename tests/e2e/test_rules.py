"""What is asked of a message beyond consent: hours, a way out, a frequency."""

import json

import pytest
import smpp
from harness.clock import Clock
from harness.gate import SENDERS, wait_until

ALICE, BOB, REUNION = "33612345678", "33687654321", "262692123456"
HOUSTON = "17135550123"
REFUSED = 0x45


def shop(rules):
    """SENDERS, and what the sender shop must keep to."""
    return SENDERS.replace('source_addresses: ["36111", SHOP]\n', 'source_addresses: ["36111", SHOP]\n' + "".join(f"    {r}\n" for r in rules))


def status(esme, destination=ALICE, text="Hello", **more):
    return esme.request(smpp.submit_sm("36111", destination, text, **more)).command_status


def reasons(gate, number=ALICE):
    """(verdict, reason) of each decision on the number, in the order in which they were taken."""
    lines = [json.loads(line) for line in gate.http("GET", f"/v1/journal?number={number}")[1].splitlines()]
    return [(e["verdict"], e["reason"]) for e in sorted(lines, key=lambda e: e["at"])]


@pytest.fixture
def timed(start_gate, smsc, tmp_path):
    """A gate under these rules whose clock stands at this time, and the clock; Alice and others have consented."""

    def start(rules, at, **more):
        clock = Clock(tmp_path, at)
        gate = start_gate([smsc.port], shop(rules) + more.pop("config", ""), environment=clock.environment, **more)
        for number in (ALICE, BOB, REUNION, HOUSTON):
            gate.opt_in(number, occurred_at="2024-01-01")
        return gate, clock

    return start


# ---- hours

def test_quiet_hours_to_the_second(timed, smsc):
    gate, clock = timed(["quiet_hours: {calendar: france}"], "2026-03-29 05:59:59")  # when the clocks change
    with gate.bound() as esme:
        for at, expected in [("2026-03-29 05:59:59", REFUSED), ("2026-03-29 06:00:00", 0), ("2026-03-29 19:29:59", 0), ("2026-03-29 19:30:00", REFUSED),
                             ("2026-10-25 06:59:59", REFUSED), ("2026-10-25 07:00:00", 0), ("2026-10-25 20:29:59", 0), ("2026-10-25 20:30:00", REFUSED)]:
            clock.set(at)
            assert status(esme) == expected, at
        clock.set("2026-11-25 17:30:00")
        assert status(esme) == 0
        assert status(esme, REUNION) == REFUSED  # 21:30 there
        assert esme.request(smpp.data_sm("36111", REUNION)).command_status == REFUSED
    assert len(smsc.pdus("submit_sm")) == 5
    assert not smsc.pdus("data_sm")
    assert gate.metric("consentgate_submits_total", sender="shop", verdict="refused", reason="quiet_hours") == 6


def test_the_hours_of_2024_count_for_days_of_2024(start_gate, smsc):
    gate = start_gate([smsc.port], shop(["policy: opt_out", "quiet_hours: {calendar: france}"]))
    for at, expected in [("2024-11-13T06:59:59Z", "quiet_hours"), ("2024-11-13T07:00:00Z", "none"), ("2024-11-13T20:59:59Z", "none"),
                         ("2024-11-13T21:00:00Z", "quiet_hours"), ("2024-11-16T20:59:59Z", "none"), ("2024-11-17T12:00:00Z", "quiet_hours"),
                         ("2024-12-25T12:00:00Z", "quiet_hours"), ("2025-04-21T12:00:00Z", "quiet_hours"), ("2025-12-31T20:59:59Z", "none")]:
        assert gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop&at={at}")[1]["reason"] == expected, at


def test_a_calendar_of_working_days(timed):
    with_holidays = """
calendars:
  working_days:
    zones: {Europe/Paris: ["33"]}
    holidays: [12-25, easter+1]
    versions: [{hours: [{days: mon-sat, from: "08:00", to: "22:00"}]}]
"""
    gate, clock = timed(["quiet_hours: {calendar: working_days}"], "2026-04-04 12:00:00", config=with_holidays)
    with gate.bound() as esme:
        for at, expected in [("2026-04-04 19:59:59", 0), ("2026-04-04 20:00:00", REFUSED), ("2026-04-05 12:00:00", REFUSED), ("2026-04-06 12:00:00", REFUSED),
                             ("2026-04-07 12:00:00", 0), ("2026-12-24 20:59:59", 0), ("2026-12-24 21:00:00", REFUSED), ("2026-12-25 12:00:00", REFUSED)]:
            clock.set(at)
            assert status(esme) == expected, at


def test_noon_on_sunday_in_texas(timed):
    gate, clock = timed(["quiet_hours: {calendar: texas, mode: enforce}"], "2026-11-21 15:00:00")
    with gate.bound() as esme:
        for at, expected in [("2026-11-21 14:59:59", REFUSED), ("2026-11-21 15:00:00", 0), ("2026-11-22 17:59:59", REFUSED), ("2026-11-22 18:00:00", 0),
                             ("2026-11-23 02:59:59", 0), ("2026-11-23 03:00:00", REFUSED)]:
            clock.set(at)
            assert status(esme, HOUSTON) == expected, at


def test_a_scheduled_message_is_judged_when_it_is_due(timed, smsc):
    gate, clock = timed(["quiet_hours: {calendar: france}"], "2026-11-25 22:00:00")  # 23:00 in Paris
    with gate.bound() as esme:
        for schedule, expected in [("", REFUSED), ("261126080000004+", 0), ("261126075959004+", REFUSED), ("261126070000000+", 0), ("261126212959004+", 0),
                                   ("261126213000004+", REFUSED), ("000000090000000R", 0), ("000000085959000R", REFUSED), ("261125120000000+", REFUSED),
                                   ("tomorrow", REFUSED)]:
            assert status(esme, schedule=schedule) == expected, schedule
        clock.set("2026-11-26 12:00:00")
        assert status(esme, schedule="000000120000000R") == REFUSED
        assert status(esme, schedule="261125230000000+") == 0  # a past time: at once
        gate.opt_in("33600000001", occurred_at="2024-01-01", expires_at="2026-12-01T10:00:00Z")
        assert status(esme, "33600000001", schedule="261201095959000+") == 0
        assert status(esme, "33600000001", schedule="261201100000000+") == REFUSED
        assert status(esme, "33600000001", schedule="261202100000000+") == REFUSED
    assert reasons(gate, "33600000001") == [("forwarded", "none")] + [("refused", "consent_expired")] * 2
    assert len(smsc.pdus("submit_sm")) == 6


def test_an_expiry_before_the_delivery_counts_without_rules_too(gate):
    gate.opt_in(ALICE, expires_at="2090-01-01T00:00:00Z")
    with gate.bound() as esme:
        assert status(esme) == 0
        assert status(esme, schedule="900101000000000+") == REFUSED
        assert status(esme, schedule="891231235959000+") == 0


def test_observed_hours_let_it_pass_and_tell(timed, smsc):
    gate, _ = timed(["quiet_hours: {calendar: france, mode: observe}"], "2026-11-25 22:00:00")
    with gate.bound() as esme:
        assert status(esme) == 0
        gate.opt_out(ALICE)
        assert status(esme) == REFUSED
    assert reasons(gate) == [("observed", "quiet_hours"), ("refused", "opted_out")]
    assert gate.metric("consentgate_submits_total", sender="shop", verdict="observed", reason="quiet_hours") == 1


def test_hours_of_a_submit_multi(timed, smsc):
    gate, _ = timed(["quiet_hours: {calendar: france}"], "2026-11-25 18:00:00")  # 19:00 in Paris, 22:00 on La Réunion
    with gate.bound() as esme:
        answer = esme.request(smpp.submit_multi("36111", [ALICE, REUNION, BOB]))
    assert (answer.command_status, answer.unsuccess_sme) == (0, [(REUNION, REFUSED)])
    assert len(smsc.pdus("submit_multi")) == 1
    assert reasons(gate, REUNION) == [("refused", "quiet_hours")]


def test_the_configured_calendar_and_status(timed):
    calendar = """
calendars:
  night_shift:
    zones: {Asia/Tokyo: ["33"]}
    versions: [{hours: [{days: mon-sun, from: "22:00", to: "24:00"}]}]
policy: {refusal_status: {quiet_hours: 0x400}}
"""
    gate, clock = timed(["quiet_hours: {calendar: night_shift}"], "2026-11-25 13:00:00", config=calendar)
    with gate.bound() as esme:
        assert status(esme) == 0
        clock.set("2026-11-25 15:00:00")
        assert status(esme) == 0x400


def test_decisions_show_the_hours(timed):
    gate, clock = timed(["quiet_hours: {calendar: france}"], "2026-11-25 21:00:00")
    decision = gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]
    assert (decision["verdict"], decision["reason"]) == ("refused", "quiet_hours")
    assert "hour" in decision["explanation"]
    clock.set("2026-11-26 12:00:00")
    assert gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop")[1]["verdict"] == "forwarded"
    at_night = gate.http("GET", f"/v1/decision?number={ALICE}&sender=shop&at=2026-11-25T21:00:00Z")[1]
    assert (at_night["verdict"], at_night["reason"]) == ("refused", "quiet_hours")
    assert json.loads(gate.cli("explain", ALICE, "--sender", "shop", "--at", "2026-11-25T21:00:00Z", "--json", check=0).stdout)["reason"] == "quiet_hours"
    assert gate.http("GET", f"/v1/decision?number={ALICE}&sender=bank")[1]["reason"] == "none"


# ---- a way out

@pytest.fixture
def mentioning(start_gate, smsc):
    gate = start_gate([smsc.port], shop(["opt_out_mention: enforce"]))
    gate.opt_in(ALICE)
    gate.opt_in(BOB)
    return gate


def test_a_text_must_offer_a_way_out(mentioning, smsc):
    with mentioning.bound() as esme:
        assert status(esme, text="Soldes chez Dupont! STOP 36111") == 0
        assert status(esme, text="Soldes chez Dupont!") == REFUSED
        assert status(esme, text="Désinscription: https://dupont.example/d", data_coding=8) == 0
        assert status(esme, text="店 退订回T", data_coding=8) == 0
        assert status(esme, text=b"", tlvs=smpp.tlv(smpp.MESSAGE_PAYLOAD, b"A long text. Reply STOP to opt out")) == 0
        assert status(esme, text=b"", tlvs=smpp.tlv(smpp.MESSAGE_PAYLOAD, b"A long text.")) == REFUSED
        assert esme.request(smpp.data_sm("36111", ALICE, "Soldes! STOP au 36111")).command_status == 0
        assert esme.request(smpp.data_sm("36111", ALICE, "Soldes!")).command_status == REFUSED
        assert esme.request(smpp.submit_multi("36111", [ALICE, BOB], "Soldes! STOP au 36111")).command_status == 0
        assert esme.request(smpp.submit_multi("36111", [ALICE, BOB], "Soldes!")).command_status == REFUSED
        assert status(esme, "33600000001", text="Soldes chez Dupont!") == REFUSED  # no consent: that is told first
    assert reasons(mentioning, "33600000001") == [("refused", "no_consent")]
    assert mentioning.metric("consentgate_submits_total", sender="shop", reason="missing_opt_out_mention") == 5
    with mentioning.bound("bank1") as bank:
        assert bank.request(smpp.submit_sm("36222", ALICE, "Your code is 123456")).command_status == 0


def test_the_whole_of_a_message_in_parts_counts(mentioning, smsc):
    with_mention = smpp.parts("Grandes soldes ce samedi chez Dupont. STOP au 36111", 7)
    without = smpp.parts("Grandes soldes ce samedi chez Dupont. A bientot!!!!", 8)
    assert len(with_mention) == len(without) == 3

    def send(esme, part, destination=ALICE):
        return status(esme, destination, text=part, esm_class=0x40)

    with mentioning.bound() as esme, mentioning.bound("shop2") as other:
        assert [send(esme, p) for p in with_mention] == [0, 0, 0]
        assert [send(esme, p) for p in without] == [0, 0, REFUSED]
        assert send(esme, without[2]) == REFUSED  # sent again
        assert [send(esme, without[i], BOB) for i in (2, 0, 1)] == [0, 0, REFUSED]  # in another order, to another person
        assert [send(bind, p, BOB) for bind, p in zip((esme, other, esme), with_mention)] == [0, 0, 0]  # on two binds
        # sar_* parameters
        for i, text in enumerate(("Soldes chez Dupont. STO", "P 36111")):
            sar = smpp.tlv(smpp.SAR_MSG_REF_NUM, b"\0\x09") + smpp.tlv(smpp.SAR_TOTAL_SEGMENTS, b"\2") + smpp.tlv(smpp.SAR_SEGMENT_SEQNUM, bytes([i + 1]))
            assert status(esme, text=text, tlvs=sar) == 0
    assert len(smsc.pdus("submit_sm")) == 3 + 2 + 2 + 3 + 2


# ---- a frequency

CAP = "frequency_cap: {messages: 2, per: 7d, mode: enforce}"


def test_so_many_in_a_rolling_window(timed, smsc):
    gate, clock = timed([CAP], "2026-11-01 12:00:00")
    with gate.bound() as esme:
        assert status(esme) == 0
        clock.set("2026-11-03 12:00:00")
        assert [status(esme), status(esme)] == [0, REFUSED]
        assert status(esme, BOB) == 0
        clock.set("2026-11-08 11:59:59")
        assert status(esme) == REFUSED
        clock.set("2026-11-08 12:00:00")
        assert [status(esme), status(esme)] == [0, REFUSED]
        clock.set("2026-11-10 12:00:00")
        assert [status(esme), status(esme)] == [0, REFUSED]
    assert gate.metric("consentgate_submits_total", sender="shop", reason="frequency_cap") == 4
    assert len(smsc.pdus("submit_sm")) == 5


@pytest.mark.parametrize("storage", ["plain", "hashed"])
def test_a_restart_forgets_nothing(timed, smsc, storage):
    gate, clock = timed([CAP], "2026-11-01 12:00:00", config=f'numbers: {{country_code: "33", storage: {storage}}}\n')
    with gate.bound() as esme:
        assert status(esme) == 0
    assert gate.stop() == 0
    clock.set("2026-11-03 12:00:00")
    gate.start()
    with gate.bound() as esme:
        assert [status(esme), status(esme), status(esme, BOB)] == [0, REFUSED, 0]
        files = gate.store / "frequency"
        wait_until(lambda: (files / "2026-11-03").exists() and (files / "2026-11-03").stat().st_size == 2 * 36, what="the writing of what was counted")
    gate.kill9()
    for file in files.iterdir():
        assert ALICE.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
    gate.start()
    with gate.bound() as esme:
        assert [status(esme), status(esme, BOB), status(esme, BOB)] == [REFUSED, 0, REFUSED]
        clock.set("2026-11-08 12:00:00")
        assert [status(esme), status(esme)] == [0, REFUSED]
    assert gate.stop() == 0
    clock.set("2027-03-01 12:00:00")
    gate.start()
    assert not (files / "2026-11-03").exists()


def test_what_the_smsc_refuses_does_not_count(start_gate, start_smsc):
    smsc = start_smsc(answer=lambda session, pdu: [smpp.answer(pdu, status=0x58)] if pdu.name.startswith("submit") and b"busy" in pdu.raw else None)
    gate = start_gate([smsc.port], shop(["frequency_cap: {messages: 1, per: 1h}"]))
    gate.opt_in(ALICE)
    gate.opt_in(BOB)
    with gate.bound() as esme:
        assert [status(esme, text=t) for t in ("busy", "busy", "now", "later")] == [0x58, 0x58, 0, REFUSED]
        assert esme.request(smpp.submit_multi("36111", [BOB], "busy")).command_status == 0x58
        answer = esme.request(smpp.submit_multi("36111", [ALICE, BOB], "now"))
        assert answer.unsuccess_sme == [(ALICE, REFUSED)]
        assert esme.request(smpp.submit_multi("36111", [ALICE, BOB], "now")).command_status == REFUSED


def test_what_one_of_several_did_not_get_does_not_count(start_gate, start_smsc):
    without_bob = smpp.c_string("m1") + b"\1" + b"\1\1" + smpp.c_string(BOB) + (0x0B).to_bytes(4, "big")
    smsc = start_smsc(answer=lambda session, pdu: [smpp.answer(pdu, without_bob)] if pdu.name == "submit_multi" else None)
    gate = start_gate([smsc.port], shop(["frequency_cap: {messages: 1, per: 1h}"]))
    gate.opt_in(ALICE)
    gate.opt_in(BOB)
    with gate.bound() as esme:
        assert esme.request(smpp.submit_multi("36111", [ALICE, BOB], "now")).unsuccess_sme == [(BOB, 0x0B)]
        assert [status(esme, ALICE), status(esme, BOB), status(esme, BOB)] == [REFUSED, 0, REFUSED]


def test_a_message_in_parts_counts_once(start_gate, smsc):
    gate = start_gate([smsc.port], shop(["frequency_cap: {messages: 2, per: 1h}", "opt_out_mention: enforce"]))
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        for reference in (1, 2):
            parts = smpp.parts("Grandes soldes ce samedi chez Dupont. STOP au 36111", reference)
            assert [status(esme, text=p, esm_class=0x40) for p in parts] == [0, 0, 0]
        assert status(esme, text="Soldes! STOP au 36111") == REFUSED
    gate.opt_in(BOB)
    with gate.bound() as esme:
        assert status(esme, BOB, text="No way out") == REFUSED  # refused: it does not count
        assert [status(esme, BOB, text="Soldes! STOP au 36111") for _ in range(3)] == [0, 0, REFUSED]
    assert reasons(gate, BOB) == [("refused", "missing_opt_out_mention"), ("forwarded", "none"), ("forwarded", "none"), ("refused", "frequency_cap")]


def test_rules_come_and_go_with_a_reload(start_gate, smsc):
    gate = start_gate([smsc.port])
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert [status(esme) for _ in range(3)] == [0, 0, 0]
        gate.configure(shop(["frequency_cap: {messages: 1, per: 1h}", "opt_out_mention: observe"]))
        gate.reload()
        assert [status(esme) for _ in range(2)] == [0, REFUSED]
        gate.configure(shop(["frequency_cap: {messages: 3, per: 1h, mode: observe}"]))
        gate.reload()
        assert [status(esme) for _ in range(3)] == [0, 0, 0]
        gate.configure(SENDERS)
        gate.reload()
        assert status(esme) == 0
    assert reasons(gate)[3:] == [("observed", "missing_opt_out_mention"), ("refused", "frequency_cap"), ("forwarded", "none"), ("forwarded", "none"),
                                 ("observed", "frequency_cap"), ("forwarded", "none")]


def test_a_key_that_others_can_read_is_not_used(start_gate, smsc):
    gate = start_gate([smsc.port], shop(["frequency_cap: {messages: 1, per: 1h}"]))
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert [status(esme), status(esme)] == [0, REFUSED]
    assert gate.stop() == 0
    folder = gate.store / "frequency"
    (folder / "key").chmod(0o644)
    before = {f.name: f.read_bytes() for f in folder.iterdir()}
    gate.start()
    assert "no cap knows" in gate.log_path.read_text()
    with gate.bound() as esme:
        assert [status(esme), status(esme)] == [0, REFUSED]  # in memory it counts all the same
    assert gate.stop() == 0
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == before
    (folder / "key").chmod(0o600)
    gate.start()
    with gate.bound() as esme:
        assert status(esme) == REFUSED
