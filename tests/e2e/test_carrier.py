"""What the SMSC says of a number that the carrier blocks becomes an opt-out for that sender."""

import threading

import pytest
import smpp
from harness.gate import SENDERS, wait_until

ALICE, BOB = "33612345678", "33687654321"
BLOCKED = 0x403
CARRIER = "opt_out: {carrier: {command_status: [0x403], receipt_err: ['082', '513'], message_state: [REJECTED]}}\n"
OPEN = SENDERS + "policy: {default: opt_out}\n" + CARRIER


class Smsc:
    """Refuses what is sent to `blocked` numbers with `status`."""

    def __init__(self, start_smsc):
        self.blocked, self.status = set(), BLOCKED
        self.simulator = start_smsc(answer=self.answer)

    def answer(self, session, pdu):
        if pdu.name in ("submit_sm", "data_sm") and pdu.fields["destination_addr"] in self.blocked:
            return [smpp.answer(pdu, b"\0", self.status)]
        return None


@pytest.fixture
def carrier(start_smsc):
    return Smsc(start_smsc)


@pytest.fixture
def gate(start_gate, carrier):
    return start_gate([carrier.simulator.port], OPEN)


def submit(connection, destination=ALICE, source="36111", make=smpp.submit_sm):
    return connection.request(make(source, destination, sequence=7)).command_status


def submitted(simulator):
    return len(simulator.pdus("submit_sm")) + len(simulator.pdus("data_sm"))


def receipt(simulator, connection, text, source=ALICE, destination="36111", esm_class=0x04, make=smpp.deliver_sm, **more):
    """The SMSC sends a receipt and the ESME takes it; returns what the SMSC hears."""
    session = simulator.receiver()
    sent = make(source, destination, text, sequence=session.next_sequence(), esm_class=esm_class, **more)
    session.send(sent)
    delivered = connection.receive()
    assert delivered.unnumbered == sent.unnumbered
    connection.send(smpp.answer(delivered, b"\0"))
    return simulator.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == sent.sequence_number)[1].command_status


UNDELIVERED = "id:m1 sub:001 dlvrd:000 submit date:2611251015 done date:2611251016 stat:UNDELIV err:082 text:Hello"


def blocks(gate, number=ALICE):
    return [e for e in gate.events(number) if e["method"] == "carrier"]


@pytest.mark.parametrize("journal", ["13mo", "off"])
@pytest.mark.parametrize("make", [smpp.submit_sm, smpp.data_sm])
def test_an_answer_blocks_for_that_sender_alone(start_gate, carrier, journal, make):
    gate = start_gate([carrier.simulator.port], OPEN + f"journal: {{retention: {journal}}}\n")
    carrier.blocked = {ALICE}
    with gate.bound() as shop, gate.bound("club1") as club:
        assert submit(shop, make=make) == BLOCKED
        [event] = wait_until(lambda: blocks(gate), what="the event")
        assert (event["event"], event["scope"], event["actor"], event["collector"]) == ("opt_out", "sender:shop", "gate", "shop")
        assert event["evidence"]["rule"] == "command_status 0x403"
        assert event["evidence"]["pdu"][8:24] == f"{0x80000004 if make is smpp.submit_sm else 0x80000103:08x}00000403"
        crossed = submitted(carrier.simulator)
        assert submit(shop) == 0x45
        assert submitted(carrier.simulator) == crossed
        assert submit(club, source="36333") == BLOCKED  # the same group: what one sender's address met says nothing of another's
        assert submitted(carrier.simulator) == crossed + 1
        assert submit(shop, BOB) == 0
    assert gate.metric("consentgate_opt_outs_total", sender="shop", method="carrier") == 1
    assert not blocks(gate, BOB)


def test_another_status_is_none(gate, carrier):
    carrier.blocked, carrier.status = {ALICE}, 0x404
    with gate.bound() as shop:
        assert [submit(shop), submit(shop)] == [0x404, 0x404]
    assert gate.metric("consentgate_opt_outs_total", method="carrier") == 0


def test_by_default_nothing_is_read_out_of_an_answer(start_gate, carrier):
    gate = start_gate([carrier.simulator.port], SENDERS + "policy: {default: opt_out}\n")
    carrier.blocked = {ALICE}
    with gate.bound() as shop:
        assert [submit(shop), submit(shop)] == [BLOCKED, BLOCKED]
        assert receipt(carrier.simulator, shop, UNDELIVERED) == 0
        assert submit(shop) == BLOCKED


def test_the_same_block_again_writes_nothing(gate, carrier):
    """The bank's messages need no consent: each meets the block, and one event tells of it."""
    carrier.blocked = {ALICE}
    with gate.bound("bank1") as bank:
        bank.send(*(smpp.submit_sm("36222", ALICE, sequence=i) for i in range(1, 51)))
        assert [bank.receive().command_status for _ in range(50)] == [BLOCKED] * 50
        wait_until(lambda: blocks(gate))
        assert receipt(carrier.simulator, bank, UNDELIVERED, destination="36222") == 0
    assert len(blocks(gate)) == 1
    gate.kill9()
    gate.start()
    with gate.bound("bank1") as bank:
        assert submit(bank, source="36222") == BLOCKED
    assert len(blocks(gate)) == 1


def test_only_the_person_lifts_it_and_the_carrier_may_block_again(gate, carrier):
    carrier.blocked = {ALICE}
    with gate.bound() as shop:
        assert submit(shop) == BLOCKED
        gate.opt_in(ALICE)
        assert submit(shop) == 0x45
        carrier.blocked = set()
        session = carrier.simulator.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "START", sequence=session.next_sequence()))
        shop.send(smpp.answer(shop.receive(), b"\0"))
        wait_until(lambda: any(e["method"] == "mo_keyword" for e in gate.events(ALICE)))
        assert submit(shop) == 0
        carrier.blocked = {ALICE}
        assert submit(shop) == BLOCKED
        assert submit(shop) == 0x45
    wait_until(lambda: len(blocks(gate)) == 2)


@pytest.mark.parametrize("journal", ["13mo", "off"])
def test_destinations_of_a_submit_multi(start_gate, start_smsc, journal):
    def answer(session, pdu):
        if pdu.name != "submit_multi":
            return None
        if BOB.encode() not in pdu.body:
            return [smpp.answer(pdu, b"", BLOCKED)]
        return [smpp.answer(pdu, smpp.c_string("m1") + b"\2" + b"\1\1" + smpp.c_string(ALICE) + BLOCKED.to_bytes(4, "big")
                            + b"\1\1" + smpp.c_string("33600000000") + (11).to_bytes(4, "big"))]

    simulator = start_smsc(answer=answer)
    gate = start_gate([simulator.port], OPEN + f"journal: {{retention: {journal}}}\n")
    with gate.bound() as shop:
        assert submit(shop, [ALICE, BOB, "33600000000"], make=smpp.submit_multi) == 0
        assert [e["scope"] for e in wait_until(lambda: blocks(gate))] == ["sender:shop"]  # on disk together
        assert not blocks(gate, BOB) and not blocks(gate, "33600000000")
        gate.opt_out("33600000001", "sender:shop")
        # Refused as a whole, and one of its two destinations never went there: it is the other that is blocked.
        assert submit(shop, ["33600000001", "33600000000"], make=smpp.submit_multi) == BLOCKED
        assert wait_until(lambda: blocks(gate, "33600000000"))
        assert submit(shop, ["33600000002", "33600000003"], make=smpp.submit_multi) == BLOCKED
        assert submit(shop, "33600000002") == 0  # which of the two, nobody knows


@pytest.mark.parametrize("text, more", [
    (UNDELIVERED, {}), (UNDELIVERED.replace("082", "82"), {}), ("id:1 STAT:UNDELIV ERR:513", {}), ("id:1 stat:REJECTD err:000", {}),
    ("", {"tlvs": smpp.tlv(smpp.MESSAGE_STATE, b"\x08")}), ("", {"tlvs": smpp.tlv(0x0423, b"\3" + (513).to_bytes(2, "big"))}),
    ("", {"esm_class": 0, "tlvs": smpp.tlv(smpp.RECEIPTED_MESSAGE_ID, b"m1\0") + smpp.tlv(smpp.MESSAGE_STATE, b"\x08")}),
    (UNDELIVERED, {"make": smpp.data_sm}), (UNDELIVERED, {"source": "36111", "destination": ALICE})])
def test_a_receipt_blocks(gate, carrier, text, more):
    with gate.bound() as shop:
        assert receipt(carrier.simulator, shop, text, **more) == 0
        [event] = blocks(gate)
        assert event["scope"] == "sender:shop" and event["number"] == ALICE
        assert bytes.fromhex(event["evidence"]["pdu"])[4:8] in (b"\0\0\0\5", b"\0\0\1\3") and event["evidence"]["rule"]
        assert submit(shop) == 0x45


@pytest.mark.parametrize("text, more", [
    (UNDELIVERED.replace("082", "083"), {}), ("id:1 stat:DELIVRD err:082", {}), ("id:1 stat:UNDELIV err:001 text:err:082", {}),
    (UNDELIVERED, {"esm_class": 0}), (UNDELIVERED, {"esm_class": 0x20}), (UNDELIVERED, {"source": "SHOP"}), (UNDELIVERED, {"source": "36999"})])
def test_other_receipts_do_not(gate, carrier, text, more):
    with gate.bound() as shop:
        assert receipt(carrier.simulator, shop, text, **more) == 0
        assert submit(shop) == 0
    assert gate.metric("consentgate_opt_outs_total", method="carrier") == 0


def test_the_receipt_is_answered_when_the_record_is_on_disk(gate, carrier):
    with gate.bound() as shop:
        assert receipt(carrier.simulator, shop, UNDELIVERED) == 0
        gate.kill9()
    gate.start()
    with gate.bound() as shop:
        assert submit(shop) == 0x45
    assert len(blocks(gate)) == 1


def test_hashed_storage_keeps_the_answer_and_not_the_number(start_gate, carrier):
    gate = start_gate([carrier.simulator.port], OPEN + "numbers: {country_code: '33', storage: hashed}\n")
    carrier.blocked = {ALICE}
    with gate.bound() as shop, gate.bound("bank1") as bank:
        assert submit(shop) == BLOCKED and submit(shop) == 0x45
        assert [submit(bank, source="36222"), submit(bank, source="36222")] == [BLOCKED, BLOCKED]
        wait_until(lambda: len(blocks(gate)) == 2)
    assert all(e["evidence"]["pdu"] for e in blocks(gate))
    assert ALICE not in gate.cli("export").stdout


def test_codes_of_one_upstream(start_gate, start_smsc):
    first, second = (start_smsc(answer=lambda s, p: [smpp.answer(p, b"\0", BLOCKED)] if p.name == "submit_sm" else None) for _ in range(2))
    config = SENDERS + "policy: {default: opt_out}\n"
    own = f"{{address: 127.0.0.1:{first.port}, carrier: {{command_status: [0x403]}}}}"
    gate = start_gate([own, second.port], config)
    with gate.bound() as shop:
        assert [submit(shop), submit(shop)] == [BLOCKED, 0x45]
        gate.upstreams = [f"{{address: 127.0.0.1:{first.port}}}", second.port]
        gate.configure(config)
        gate.reload()
        assert [submit(shop, BOB), submit(shop, BOB)] == [BLOCKED, BLOCKED]  # an open link follows the configuration
        gate.upstreams = [own, second.port]
        gate.configure(config)
        gate.reload()
    first.stop()
    with gate.bound() as shop:
        assert [submit(shop, BOB), submit(shop, BOB)] == [BLOCKED, BLOCKED]


def test_a_receipt_on_another_bind_is_for_those_who_wrote(start_gate, start_smsc):
    simulator = start_smsc()
    gate = start_gate([simulator.port], CARRIER + """
policy: {default: opt_out}
senders:
  - {name: shop, group: one, system_ids: [shop1], source_addresses: ["36111"]}
  - {name: club, group: two, system_ids: [club1], source_addresses: ["36111"]}
  - {name: solo, group: three, system_ids: [solo1], source_addresses: ["36222"]}
""")
    with gate.bound("club1", "transmitter") as club:
        assert submit(club) == 0
    with gate.bound("solo1") as solo:
        assert receipt(simulator, solo, UNDELIVERED) == 0
        assert [e["scope"] for e in blocks(gate)] == ["sender:club"]
        assert receipt(simulator, solo, UNDELIVERED, source=BOB) == 0
        assert sorted(e["scope"] for e in blocks(gate, BOB)) == ["sender:club", "sender:shop"]


def test_the_sender_is_not_kept_waiting_while_the_disk_is_slow(gate, carrier):
    """A hundred blocked numbers in one window: every answer passes, every one is on record once."""
    numbers = [f"336000000{i:02}" for i in range(100)]
    carrier.blocked = set(numbers)
    with gate.bound() as shop:
        answers = []
        reader = threading.Thread(target=lambda: answers.extend(shop.receive().command_status for _ in numbers))
        reader.start()
        shop.send(*(smpp.submit_sm("36111", n, sequence=i + 1) for i, n in enumerate(numbers)))
        reader.join()
    assert answers == [BLOCKED] * 100
    wait_until(lambda: gate.metric("consentgate_opt_outs_total", method="carrier") == 100)


SPEAKS = OPEN.replace('source_addresses: ["36111", SHOP]', 'source_addresses: ["36111", SHOP]\n    confirmation: on\n    help: {text: {en: SHOP Ltd}}')


def test_an_answer_to_what_the_gate_said_blocks(start_gate, carrier):
    gate = start_gate([carrier.simulator.port], SPEAKS)
    carrier.blocked = {ALICE}
    with gate.bound() as shop:
        session = carrier.simulator.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "HELP", sequence=session.next_sequence()))
        shop.send(smpp.answer(shop.receive(), b"\0"))
        [event] = wait_until(lambda: blocks(gate), what="the event")
        assert (event["scope"], event["collector"], event["evidence"]["rule"]) == ("sender:shop", "shop", "command_status 0x403")
        carrier.blocked = set()
        assert submit(shop) == 0x45


def test_a_receipt_for_what_the_gate_said_blocks_and_stays_here(start_gate, carrier):
    gate = start_gate([carrier.simulator.port], SPEAKS)
    with gate.bound() as shop:
        session = carrier.simulator.receiver()
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=session.next_sequence()))
        shop.send(smpp.answer(shop.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_gate_messages_total", kind="confirmation", outcome="accepted") == 1)
        assert session.request(smpp.deliver_sm(ALICE, "36111", UNDELIVERED, esm_class=4)).command_status == 0
        assert [e["scope"] for e in blocks(gate)] == ["sender:shop"]
        assert submit(shop, BOB) == 0  # the next that the sender hears
