"""What the gate says back to people, through the binds of senders: confirmations, HELP, the question of a double opt-in."""

import json

import pytest
import smpp
from harness.gate import SENDERS, wait_until
from harness.peer import npm_peer

ALICE, BOB = "33612345678", "33687654321"

SPEAKING = """
senders:
  - name: shop
    group: retail
    system_ids: [shop1, shop2]
    source_addresses: ["36111", SHOP, "+33700000000"]
    confirmation: {text: {en: "SHOP: bye", fr: "SHOP : désinscrit, à plus", zh: "已退订"}}
    help: {text: {fr: "SHOP SA, 1 rue de Paris", en: "SHOP Ltd"}}
    double_opt_in: {question: {en: "SHOP: reply YES", fr: "SHOP : répondez OUI"}}
  - name: bank
    system_ids: [bank1]
    source_addresses: ["36222"]
    policy: exempt
"""


@pytest.fixture
def gate(start_gate, smsc):
    return start_gate([smsc.port], SPEAKING)


@pytest.fixture
def esme(gate):
    with gate.bound() as connection:
        yield connection


def reply(smsc, connection, text, source=ALICE, destination="36111", system_id=None, **more):
    """A person writes, the ESME acknowledges what it gets. When this returns, what the gate had to say on that bind has been sent before."""
    session = smsc.receiver(system_id)
    sent = smpp.deliver_sm(source, destination, text, sequence=session.next_sequence(), **more)
    session.send(sent)
    delivered = connection.receive()
    assert delivered.unnumbered == sent.unnumbered
    connection.send(smpp.answer(delivered, b"\0"))
    answered = smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == sent.sequence_number)[1]
    assert answered.command_status == 0
    return sent


def said(smsc):
    """What the gate or a sender has submitted, as a person sees it."""
    return [(p.fields["source_addr"], p.fields["destination_addr"], p.text) for p in smsc.pdus("submit_sm")]


def outcomes(gate, kind, outcome):
    return gate.metric("consentgate_gate_messages_total", kind=kind, outcome=outcome)


def receipt(message_id, source=ALICE, destination="36111", **more):
    text = f"id:{message_id} sub:001 dlvrd:001 submit date:2611250000 done date:2611250001 stat:DELIVRD err:000 Text: x"
    return smpp.deliver_sm(source, destination, text, esm_class=4, **more)


# --- confirmation

@pytest.mark.parametrize("stop, encoding, expected, data_coding", [
    ("STOP", {}, "SHOP: bye", 0), ("Arrêt", {"data_coding": 8}, "SHOP : désinscrit, à plus", 0), ("退订", {"data_coding": 8}, "已退订", 8),
    ("ABMELDEN", {}, "SHOP: bye", 0)])
def test_a_stop_is_confirmed_in_its_language(gate, smsc, esme, stop, encoding, expected, data_coding):
    reply(smsc, esme, stop, **encoding)
    assert said(smsc) == [("36111", ALICE, expected)]
    f = smsc.pdus("submit_sm")[0].fields
    assert (f["data_coding"], f["registered_delivery"], f["esm_class"], f["source_addr_ton"], f["dest_addr_ton"]) == (data_coding, 0, 0, 0, 1)
    wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
    assert gate.metric("consentgate_submits_total") == 0
    assert gate.metric("consentgate_stray_answers_total") == 0


def test_a_sender_on_npm_smpp_never_sees_it(gate, smsc):
    gate.opt_in(BOB)
    peer = npm_peer("npm_client.js", gate.port, "shop1")
    try:
        assert peer.said == {"bound": 0}
        peer.tell("receive")
        assert smsc.deliver(ALICE, "36111", "STOP").command_status == 0
        assert peer.next() == {"from": ALICE, "to": "36111", "text": "STOP"}
        assert said(smsc) == [("36111", ALICE, "SHOP: bye")]
        assert peer.ask(f"submit 36111 {BOB} Hello Bob") == {"status": 0, "id": "m2"}  # m1 was the confirmation's
        assert peer.ask(f"submit 36111 {ALICE} Hello Alice")["status"] == 0x45
        session = smsc.receiver()
        session.request(receipt("m1"))  # answered by the gate
        peer.tell("receive")
        session.request(receipt("m2", BOB))
        assert peer.next()["text"].startswith("id:m2 ")
        assert peer.ask("unbind") == {"status": 0}
    finally:
        peer.stop()


def test_once_for_each_change(gate, smsc, esme):
    reply(smsc, esme, "STOP")
    reply(smsc, esme, "STOP")
    reply(smsc, esme, "ARRET")
    assert len(said(smsc)) == 1
    reply(smsc, esme, "STOP ALL")
    assert len(said(smsc)) == 2
    gate.opt_out(BOB, method="letter")
    reply(smsc, esme, "STOP", BOB)
    assert len(said(smsc)) == 2


def test_one_message_delivered_twice_on_two_binds(gate, smsc, esme):
    with gate.bound("shop2") as other:
        one, two = smsc.receiver("shop1"), smsc.receiver("shop2")
        for session in (one, two):
            session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=session.next_sequence()))
        for connection in (esme, other):
            connection.send(smpp.answer(connection.receive(), b"\0"))
        wait_until(lambda: len(smsc.pdus("deliver_sm_resp")) == 2)
        wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
        for connection, system_id in ((esme, "shop1"), (other, "shop2")):
            reply(smsc, connection, "hello", system_id=system_id)
    assert len(said(smsc)) == 1


def test_what_the_api_records_is_not_confirmed(gate, smsc, esme):
    gate.opt_out(ALICE)
    reply(smsc, esme, "hello")
    assert said(smsc) == []


@pytest.mark.parametrize("source, ton", [("36999", None), ("SHOP", None), (ALICE, 5), (ALICE, 6), ("36222", 1), ("33700000000", 1), ("0700000000", 2)])
def test_nothing_is_said_to_machines(gate, smsc, esme, source, ton):
    for word in ("STOP", "HELP", "START"):
        reply(smsc, esme, word, source, source_ton=ton)
    assert said(smsc) == []


def test_receiver_and_transmitter_apart(gate, smsc):
    with gate.bound(kind="receiver") as rx, gate.bound("bank1") as bank, gate.bound("shop2", kind="transmitter"):
        reply(smsc, rx, "STOP", system_id="shop1")
        session, _ = smsc.wait_for(lambda s, p: p.name == "submit_sm")
        assert session.system_id == "shop2"
        wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
        reply(smsc, bank, "hello", destination="36222", system_id="bank1")
    assert len(said(smsc)) == 1


def test_the_bind_goes_away_in_the_middle(gate, smsc):
    with gate.bound(kind="receiver") as rx:
        smsc.receiver().send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=5))
        rx.receive()
    wait_until(lambda: gate.metric("consentgate_opt_outs_total") == 1)
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    assert said(smsc) == []
    with gate.bound(kind="transmitter"):
        smsc.wait_for(lambda s, p: p.name == "submit_sm")
        wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
    with gate.bound():
        pass
    assert len(said(smsc)) == 1


@pytest.mark.parametrize("asks", [False, True])
def test_a_start_while_it_waits_for_a_bind(start_gate, smsc, asks):
    """Nobody is told that they are out who came back meanwhile, or is being asked whether they want to."""
    gate = start_gate([smsc.port], SPEAKING if asks else SPEAKING.replace("    double_opt_in:", "    # double_opt_in:"))
    with gate.bound(kind="receiver") as rx:
        reply(smsc, rx, "STOP")
        reply(smsc, rx, "START")
        reply(smsc, rx, "STOP", BOB)
        with gate.bound(kind="transmitter"):
            wait_until(lambda: outcomes(gate, "confirmation", "dropped") == 1)
            wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
            if asks:
                wait_until(lambda: outcomes(gate, "question", "accepted") == 1)
    assert [(number, text) for _, number, text in said(smsc)] == [*[(ALICE, "SHOP: reply YES")] * asks, (BOB, "SHOP: bye")]


@pytest.mark.parametrize("status", [0x45, 0x58, 0x14, 0x08])
def test_the_smsc_refuses_it(start_gate, start_smsc, status):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, status=status)] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port], SPEAKING)
    with gate.bound() as esme:
        reply(smsc, esme, "STOP")
        wait_until(lambda: outcomes(gate, "confirmation", "refused") == 1)
        with gate.bound("shop2") as other:
            reply(smsc, other, "STOP", system_id="shop2")
    assert len(said(smsc)) == 1
    assert gate.events(ALICE)[-1]["event"] == "opt_out"


def test_the_smsc_does_not_answer_it(start_gate, start_smsc):
    smsc = start_smsc(answer=lambda s, p: [] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port], SPEAKING)
    with gate.bound() as esme:
        reply(smsc, esme, "STOP")
    wait_until(lambda: outcomes(gate, "confirmation", "unanswered") == 1)
    with gate.bound():
        wait_until(lambda: smsc.receiver())
    assert len(said(smsc)) == 1  # it may have been sent


@pytest.mark.parametrize("given, received", [("m7", "m7"), ("1F", "31"), ("31", "1f"), ("0000000031", "31")])
def test_its_receipts_stay_here_and_others_cross(start_gate, start_smsc, given, received):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, smpp.c_string(given))] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port], SPEAKING)
    with gate.bound() as esme, gate.bound("shop2", kind="receiver") as rx:
        reply(smsc, esme, "STOP", system_id="shop1")
        wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
        for connection, system_id in ((esme, "shop1"), (rx, "shop2")):
            session = smsc.receiver(system_id)
            for own in (receipt(received), smpp.data_sm(ALICE, "36111", b"", esm_class=4, tlvs=smpp.tlv(0x1E, smpp.c_string(received)) + smpp.tlv(0x427, b"\2"))):
                answer = session.request(own)
                assert (answer.command_status, answer.body) == (0, b"\0")
            for others in (receipt("m99"), receipt(received, BOB)):
                session.send(others.with_sequence(session.next_sequence()))
                delivered = connection.receive()
                assert delivered.unnumbered == others.unnumbered
                connection.send(smpp.answer(delivered, b"\0"))


def test_a_restart_knows_which_receipts_are_its_own(gate, smsc):
    with gate.bound() as esme:
        reply(smsc, esme, "STOP")
        wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
    assert gate.stop() == 0
    gate.start()
    with gate.bound() as esme:
        session = smsc.receiver()
        assert session.request(receipt("m1")).command_status == 0
        session.send(receipt("m2").with_sequence(session.next_sequence()))
        assert b"id:m2 " in esme.receive().raw


@pytest.mark.parametrize("own, others", [("16", "10"), ("10", "16")])
def test_ids_that_are_one_in_hexadecimal_and_decimal_are_two(start_gate, start_smsc, own, others):
    ids = iter([others, own])
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, smpp.c_string(next(ids)))] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port], SPEAKING)
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        assert submit(esme) == 0
        reply(smsc, esme, "STOP")
        wait_until(lambda: outcomes(gate, "confirmation", "accepted") == 1)
        session = smsc.receiver()
        sent = receipt(others).with_sequence(session.next_sequence())
        session.send(sent)
        assert esme.receive().unnumbered == sent.unnumbered
        assert session.request(receipt(own)).command_status == 0


# --- HELP

def test_help_is_answered_once_in_ten_minutes_and_changes_nothing(gate, smsc, esme):
    for word in ("AIDE", "help", "INFO", "Contact"):
        reply(smsc, esme, word)
    assert said(smsc) == [("36111", ALICE, "SHOP SA, 1 rue de Paris")]
    reply(smsc, esme, "HELP", BOB)
    assert said(smsc)[1:] == [("36111", BOB, "SHOP Ltd")]
    assert gate.metric("consentgate_ledger_events") == 0
    assert gate.http("GET", f"/v1/numbers/{ALICE}/events")[1] == []
    wait_until(lambda: outcomes(gate, "help", "accepted") == 2)


# --- double opt-in

def submit(connection, destination=ALICE):
    return connection.request(smpp.submit_sm("36111", destination, sequence=77)).command_status


@pytest.mark.parametrize("storage", ["plain", "hashed"])
def test_kill_9_between_start_and_yes(start_gate, smsc, storage):
    gate = start_gate([smsc.port], f'numbers: {{country_code: "33", storage: {storage}}}\n' + SPEAKING)
    with gate.bound() as esme:
        start = reply(smsc, esme, "START")
        assert said(smsc) == [("36111", ALICE, "SHOP: reply YES")]
        wait_until(lambda: outcomes(gate, "question", "accepted") == 1)
        assert submit(esme) == 0x45
        wait_until(lambda: gate.metric("consentgate_store_write_seconds_count") == 1, what="the writing of the question")
    assert gate.events(ALICE) == []
    gate.kill9()
    gate.start()
    with gate.bound() as esme:
        yes = reply(smsc, esme, "Oui !")
        assert submit(esme) == 0
        event, = gate.events(ALICE)
        assert (event["event"], event["method"], event["scope"], event["wording"]) == ("opt_in", "double_opt_in", "sender:shop", "SHOP: reply YES")
        if storage == "plain":
            assert event["evidence"]["text"] == "Oui !" and event["evidence"]["request"]["text"] == "START"
            assert bytes.fromhex(event["evidence"]["pdu"])[16:] == yes.body
            assert bytes.fromhex(event["evidence"]["request"]["pdu"])[16:] == start.body
        else:
            assert len(event["evidence_sha256"]) == 64 and ALICE not in json.dumps(event)
        assert gate.metric("consentgate_opt_ins_total", sender="shop", method="double_opt_in") == 1
        reply(smsc, esme, "YES")
    assert len(gate.events(ALICE)) == 1
    gate.cli("verify", check=0)


@pytest.mark.parametrize("status", [0x45, 0x58])
def test_a_question_that_the_smsc_refuses_is_not_open(start_gate, start_smsc, status):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, status=status)] if p.name == "submit_sm" else None)
    gate = start_gate([smsc.port], SPEAKING)
    with gate.bound() as esme:
        reply(smsc, esme, "START")
        wait_until(lambda: outcomes(gate, "question", "refused") == 1)
        reply(smsc, esme, "YES")
        assert gate.events(ALICE) == []
        smsc.answer = None
        reply(smsc, esme, "START")
        wait_until(lambda: outcomes(gate, "question", "accepted") == 1)
        reply(smsc, esme, "YES")
        assert [e["method"] for e in gate.events(ALICE)] == ["double_opt_in"]


def test_a_question_that_nobody_could_send_is_not_open(gate, smsc):
    with gate.bound(kind="receiver") as rx:
        for word in ("START", "YES"):
            reply(smsc, rx, word)
        assert gate.events(ALICE) == []
        with gate.bound(kind="transmitter"):
            wait_until(lambda: outcomes(gate, "question", "accepted") == 1)
        reply(smsc, rx, "YES")
        assert [e["method"] for e in gate.events(ALICE)] == ["double_opt_in"]
    assert len(said(smsc)) == 1


def test_yes_without_a_question_and_start_twice(gate, smsc, esme):
    reply(smsc, esme, "YES")
    reply(smsc, esme, "START")
    reply(smsc, esme, "START")
    reply(smsc, esme, "YES", BOB)
    assert said(smsc) == [("36111", ALICE, "SHOP: reply YES")]
    assert gate.metric("consentgate_ledger_events") == 0


def test_half_a_yes_is_none(gate, smsc, esme):
    reply(smsc, esme, "START")
    first, second = smpp.parts("YES", 42, 2)
    reply(smsc, esme, first, esm_class=0x40)
    assert submit(esme) == 0x45
    reply(smsc, esme, second, esm_class=0x40)
    assert submit(esme) == 0


@pytest.mark.parametrize("restart", [False, True])
def test_a_stop_in_between_cancels_the_question(gate, smsc, restart):
    with gate.bound() as esme:
        reply(smsc, esme, "START")
        reply(smsc, esme, "STOP")
    if restart:
        gate.kill9()
        gate.start()
    with gate.bound() as esme:
        reply(smsc, esme, "YES")
        assert submit(esme) == 0x45
        assert [e["event"] for e in gate.events(ALICE)] == ["opt_out"]
        reply(smsc, esme, "START")
        reply(smsc, esme, "YES")
        assert submit(esme) == 0


def test_erased_between_start_and_yes(gate, smsc, esme):
    reply(smsc, esme, "START")
    gate.cli("erase", ALICE, "--reason", "asked", check=0)
    reply(smsc, esme, "YES")
    assert submit(esme) == 0x45


# --- configuration

def test_reload_switches_it_on_and_off(start_gate, smsc):
    gate = start_gate([smsc.port])
    with gate.bound() as esme:
        reply(smsc, esme, "STOP")
        reply(smsc, esme, "AIDE")
        assert said(smsc) == []
        gate.configure(SENDERS.replace("source_addresses: [\"36111\", SHOP]", "source_addresses: [\"36111\", SHOP]\n    confirmation: on"))
        gate.reload()
        reply(smsc, esme, "ARRET", BOB)
        assert said(smsc) == [("36111", BOB, "Vous êtes désinscrit. Vous ne recevrez plus de messages de notre part.")]
        gate.configure(SENDERS)
        gate.reload()
        reply(smsc, esme, "ARRET", "33600000001")
    assert len(said(smsc)) == 1


def test_check_config_says_where_a_text_is_too_long(start_gate, smsc):
    gate = start_gate([smsc.port], 'senders:\n  - name: shop\n    help: {text: {en: "' + "x" * 161 + '"}}\n', start=False)
    done = gate.cli("check-config", check=1)
    assert "`senders[0].help.text.en` does not fit into one SMS; it must be at most 160 characters" in done.stdout + done.stderr
