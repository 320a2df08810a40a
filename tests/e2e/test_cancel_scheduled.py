"""When a person opts out, what the SMSC holds for later is cancelled through the sender's own bind."""

import datetime
import json

import pytest
import smpp
from harness.gate import SENDERS, wait_until

ALICE, BOB = "33612345678", "33687654321"
CONFIG = SENDERS + "policy: {default: opt_out}\nopt_out: {cancel_scheduled: on}\n"
LATER = "000001000000000R"  # a day from now


@pytest.fixture
def gate(start_gate, smsc):
    return start_gate([smsc.port], CONFIG)


def submit(connection, destination=ALICE, source="36111", schedule=LATER, **more):
    answer = connection.request(smpp.submit_sm(source, destination, sequence=7, schedule=schedule, **more))
    assert answer.command_status == 0
    return answer.message_id


def multi(source, destinations, schedule=LATER):
    plain = smpp.submit_multi(source, destinations, sequence=7)
    short_message = plain.body[-(5 + 5):]  # registered_delivery to the end: "Hello" and five octets before it
    body = plain.body[:-(5 + 5 + 2)] + smpp.c_string(schedule) + b"\0" + short_message
    return smpp.pdu("submit_multi", body, sequence=7)


def fields(pdu):
    """Of a cancel_sm: message_id, source, destination (with their type of number)."""
    parts, at = [], 0
    body = pdu.body
    for prefix in (0, 0, 2, 2):
        end = body.index(b"\0", at + prefix)
        parts.append((body[at] if prefix else None, body[at + prefix:end].decode()))
        at = end + 1
    assert at == len(body) and parts[0][1] == ""
    return parts[1][1], parts[2], parts[3]


def cancelled(smsc):
    return sorted(fields(p)[0] for p in smsc.pdus("cancel_sm"))


def wait_cancelled(smsc, *message_ids):
    wait_until(lambda: cancelled(smsc) == sorted(message_ids), what="the cancellation")


def log_lines(gate, message):
    return [line for line in map(json.loads, gate.log_path.read_text().splitlines()) if message in line["message"]]


def stop(smsc, connection, source=ALICE, text="STOP", destination="36111"):
    session = smsc.receiver()
    session.send(smpp.deliver_sm(source, destination, text, sequence=session.next_sequence()))
    while True:
        pdu = connection.receive()
        if pdu.name == "deliver_sm":
            return connection.send(smpp.answer(pdu, b"\0"))


def on_disk(gate, count=1):
    """So many scheduled messages are in the store's log: a key is the octet s and eight more."""
    wait_until(lambda: sum(f.read_bytes().count(b"\x09s\0\0\0\0") for f in (gate.store / "rocksdb").glob("*.log")) >= count)


def test_a_stop_cancels_through_the_senders_bind(gate, smsc):
    with gate.bound() as shop, gate.bound("club1") as club, gate.bound("bank1") as bank:
        of_shop, of_club = submit(shop), submit(club, source="36333")
        submit(bank, source="36222"), submit(shop, BOB), submit(shop, schedule="")
        stop(smsc, shop)
        wait_cancelled(smsc, of_shop, of_club)  # the group; the bank's needs no consent
        for session, pdu in smsc.received:
            if pdu.name == "cancel_sm":
                message_id, source, destination = fields(pdu)
                assert session.system_id == ("shop1" if message_id == of_shop else "club1")
                assert source == (0, "36111" if message_id == of_shop else "36333") and destination == (1, ALICE)
        # The answer stays in the gate; the sender hears the SMSC's own truth.
        query = smpp.pdu("query_sm", smpp.c_string(of_shop) + b"\0\0" + smpp.c_string("36111"), sequence=9)
        assert shop.request(query).body == smpp.c_string(of_shop) + b"\0\2\0"
        assert not [p for p in shop.received + club.received if p.name == "cancel_sm_resp"]
        wait_until(lambda: log_lines(gate, "scheduled messages cancelled"))
        assert gate.metric("consentgate_gate_messages_total", kind="cancellation", outcome="accepted") == 2
    gate.stop()
    gate.start()
    with gate.bound(), gate.bound("club1"):
        gate.opt_out(ALICE, "all")
        wait_until(lambda: gate.metric("consentgate_sessions", leg="smsc") == 2)
        gate.opt_out(BOB, "all")
        wait_until(lambda: len(cancelled(smsc)) == 3)  # BOB's alone: what is cancelled is forgotten


@pytest.mark.parametrize("scope, groups", [("sender:shop", 1), ("group:retail", 2), ("all", 2), ("group:other", 0)])
def test_only_what_the_opt_out_covers(gate, smsc, scope, groups):
    with gate.bound() as shop, gate.bound("club1") as club:
        ids = [submit(shop), submit(club, source="36333")]
        marker = submit(shop, BOB)
        gate.opt_out(ALICE, scope)
        gate.opt_out(BOB, "sender:shop")
        wait_cancelled(smsc, marker, *ids[:groups])


def test_opt_outs_from_everywhere(gate, smsc, tmp_path):
    numbers = [f"336000000{i:02}" for i in range(4)]
    with gate.bound() as shop:
        ids = [submit(shop, n) for n in numbers]
        gate.opt_out(numbers[0])
        gate.cli("opt-out", numbers[1], "--scope", "sender:shop", check=0)
        csv = tmp_path / "letters.csv"
        csv.write_text(f"number,event,scope\n{numbers[2]},opt_out,group:retail\n")
        gate.cli("import", csv, check=0)
        wait_cancelled(smsc, *ids[:3])
    gate.stop()
    gate.cli("opt-out", numbers[3], "--scope", "all", "--offline", check=0)
    gate.start()
    with gate.bound():
        wait_cancelled(smsc, *ids)


def test_off_by_default(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "policy: {default: opt_out}\n")
    with gate.bound() as shop:
        earlier = submit(shop)
        gate.opt_out(ALICE)
        stop(smsc, shop, BOB)
        wait_until(lambda: gate.metric("consentgate_opt_outs_total") == 2)
        assert submit(shop, "33600000001") and cancelled(smsc) == []
        gate.configure(CONFIG)
        gate.reload()
        wait_cancelled(smsc, earlier)  # what was scheduled before it was on is known, too


@pytest.mark.parametrize("storage", ["plain", "hashed"])
@pytest.mark.parametrize("end", ["stop", "kill9"])
def test_it_survives_the_end_of_the_gate(start_gate, smsc, end, storage):
    gate = start_gate([smsc.port], CONFIG + f"numbers: {{country_code: '33', storage: {storage}}}\njournal: {{retention: off}}\n")
    with gate.bound() as shop:
        message_id = submit(shop)
        if end == "kill9":
            on_disk(gate)
    getattr(gate, end)()
    if storage == "hashed":
        for f in (gate.store / "rocksdb").iterdir():
            assert ALICE.encode() not in f.read_bytes()
    gate.start()
    with gate.bound() as shop:
        stop(smsc, shop)
        wait_cancelled(smsc, message_id)
    assert fields(smsc.pdus("cancel_sm")[0])[2] == ((1, ALICE) if storage == "plain" else (0, ""))


def test_the_bind_is_gone_and_so_is_the_gate(gate, smsc):
    with gate.bound() as shop:
        message_id = submit(shop)
    wait_until(lambda: gate.metric("consentgate_sessions", leg="smsc") == 0)
    gate.opt_out(ALICE)
    on_disk(gate)
    gate.kill9()
    gate.start()
    with gate.bound(kind="receiver") as rx, gate.bound("club1"):
        assert rx.silent() and cancelled(smsc) == []
        with gate.bound(kind="transmitter"):
            wait_cancelled(smsc, message_id)


def test_nobody_can_send_it_in_time(gate, smsc):
    with gate.bound() as shop:
        submit(shop, schedule="000000000002000R")
    wait_until(lambda: gate.metric("consentgate_sessions", leg="smsc") == 0)
    gate.opt_out(ALICE)
    [line] = wait_until(lambda: log_lines(gate, "not cancelled"))
    assert (line["outcome"], line["sender"], line["messages"], line["first_message_id"]) == ("expired", "shop", 1, "m1")
    with gate.bound() as shop:
        assert shop.silent() and cancelled(smsc) == []


def test_the_smsc_refuses(start_gate, start_smsc):
    statuses = [0x58, 0x14, 0x11]
    simulator = start_smsc(answer=lambda s, p: [smpp.answer(p, status=statuses.pop(0))] if p.name == "cancel_sm" else None)
    gate = start_gate([simulator.port], CONFIG)
    with gate.bound() as shop:
        message_id = submit(shop)
        gate.opt_out(ALICE)
        [line] = wait_until(lambda: log_lines(gate, "not cancelled"), timeout=20)  # what passes is asked again
        assert (line["outcome"], line["command_status"]) == ("refused", 0x11)
        assert cancelled(simulator) == [message_id] * 3
        assert shop.silent()


def test_an_answer_that_never_comes(start_gate, start_smsc):
    silent = [True]
    simulator = start_smsc(answer=lambda s, p: [] if p.name == "cancel_sm" and silent.pop() else None)
    silent = [False, True]
    gate = start_gate([simulator.port], CONFIG)
    with gate.bound() as shop:
        message_id = submit(shop)
        gate.opt_out(ALICE)
        wait_cancelled(simulator, message_id)
    with gate.bound():
        wait_cancelled(simulator, message_id, message_id)
        wait_until(lambda: log_lines(gate, "scheduled messages cancelled"))


def test_the_stop_comes_before_the_answer(start_gate, start_smsc):
    """The SMSC answers the submission only after its recipient has opted out."""
    kept = []

    def answer(session, pdu):
        if pdu.name == "submit_sm":
            kept.append((session, smpp.answer(pdu, smpp.c_string("late"))))
            return []
        return None

    simulator = start_smsc(answer=answer)
    gate = start_gate([simulator.port], CONFIG)
    with gate.bound() as shop:
        shop.send(smpp.submit_sm("36111", ALICE, sequence=7, schedule=LATER))
        wait_until(lambda: kept)
        gate.opt_out(ALICE)
        session, late = kept[0]
        session.send(late)
        assert shop.receive().message_id == "late"
        wait_cancelled(simulator, "late")


@pytest.mark.parametrize("schedule", ["", "251125101500000+", "nonsense", "000000000000000R"])
def test_what_is_not_held_is_not_cancelled(gate, smsc, schedule):
    with gate.bound() as shop:
        submit(shop, schedule=schedule)
        marker = submit(shop, BOB)
        gate.opt_out(ALICE)
        gate.opt_out(BOB)
        wait_cancelled(smsc, marker)


def test_an_absolute_time(gate, smsc):
    with gate.bound() as shop:
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        message_id = submit(shop, schedule=tomorrow.strftime("%y%m%d%H%M%S") + "000+")
        gate.opt_out(ALICE)
        wait_cancelled(smsc, message_id)


def test_start_again_and_opt_outs_that_are_beaten(gate, smsc, tmp_path):
    """An old list with an opt-out that the person's START has lifted since cancels nothing."""
    with gate.bound() as shop:
        stop(smsc, shop, text="START")
        submit(shop)
        marker = submit(shop, BOB)
        gate.opt_out(ALICE, "sender:shop", occurred_at="2026-01-01T00:00:00Z")
        gate.opt_out(BOB)
        wait_cancelled(smsc, marker)


@pytest.mark.parametrize("storage", ["plain", "hashed"])
def test_one_of_several_destinations(start_gate, smsc, storage):
    gate = start_gate([smsc.port], CONFIG + f"numbers: {{country_code: '33', storage: {storage}}}\n")
    with gate.bound() as shop:
        assert shop.request(multi("36111", [ALICE, BOB])).command_status == 0
        alone = shop.request(multi("36111", [ALICE])).message_id
        gate.opt_out(ALICE)
        expected = [(alone, (0, "36111"), (1, ALICE)), ("", (0, "36111"), (1, ALICE))] if storage == "plain" else [(alone, (0, "36111"), (0, ""))]
        wait_until(lambda: sorted(fields(p) for p in smsc.pdus("cancel_sm")) == sorted(expected))


def test_an_erased_person(gate, smsc):
    with gate.bound() as shop:
        message_id = submit(shop)
        gate.opt_out(ALICE, "sender:club")
        gate.cli("erase", ALICE, "--reason", "asked", "--now", check=0)
        for f in (gate.store / "rocksdb").iterdir():
            assert ALICE.encode() not in f.read_bytes() and int(ALICE).to_bytes(8, "little") not in f.read_bytes()
        stop(smsc, shop)
        wait_cancelled(smsc, message_id)


def test_a_hundred_at_once(gate, smsc, tmp_path):
    numbers = [f"336000001{i:02}" for i in range(100)]
    with gate.bound() as shop:
        ids = [submit(shop, n) for n in numbers]
        csv = tmp_path / "registry.csv"
        csv.write_text("number,event,scope\n" + "".join(f"{n},opt_out,all\n" for n in numbers))
        gate.cli("import", csv, check=0)
        wait_cancelled(smsc, *ids)
        assert gate.metric("consentgate_gate_messages_total", kind="cancellation", outcome="accepted") == 100
