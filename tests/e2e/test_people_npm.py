"""What people say and hear, and what is asked of messages, with the npm package smpp as the sender."""

import pytest
import smpp
from harness.clock import Clock
from harness.gate import wait_until
from harness.peer import npm_peer

ALICE, BOB = "33612345678", "33687654321"
REFUSED, BLOCKED = 0x45, 0x403
TOMORROW = "000001000000000R"


def senders(shop="", more=""):
    """shop and club share 36111; `shop`: keys of it; `more`: sections."""
    return f"""
policy: {{default: opt_out}}
senders:
  - name: shop
    group: one
    system_ids: [shop1]
    source_addresses: ["36111"]
    confirmation: {{text: {{en: "SHOP: bye", fr: "SHOP : désinscrit"}}}}
    help: {{text: {{fr: "SHOP SA, Paris", en: "SHOP Ltd"}}}}
    double_opt_in: {{question: {{en: "SHOP: reply YES", fr: "SHOP : répondez OUI"}}}}
{shop}
  - {{name: club, group: two, system_ids: [club1], source_addresses: ["36111"]}}
{more}
"""


@pytest.fixture
def start_peer():
    started = []

    def start(gate, system_id="shop1"):
        started.append(npm_peer("npm_client.js", gate.port, system_id))
        assert started[-1].said == {"bound": 0}
        return started[-1]

    yield start
    for p in started:
        p.stop()


def says(smsc, peer, text, source=ALICE, system_id="shop1", **more):
    """A person writes to 36111, and the peer takes it."""
    peer.tell("receive")
    assert smsc.deliver(source, "36111", text, system_id, **more).command_status == 0
    assert peer.next() == {"from": source, "to": "36111", "text": text}


def said(smsc):
    return [(p.fields["destination_addr"], p.text) for p in smsc.pdus("submit_sm")]


def outcome(gate, kind, what="accepted", count=1):
    wait_until(lambda: gate.metric("consentgate_gate_messages_total", kind=kind, outcome=what) == count, what=f"{kind}: {what}")


def kinds(gate, number=ALICE):
    return [(e["event"], e["method"], e["scope"]) for e in gate.events(number)]


def test_a_whole_conversation(start_gate, smsc, start_peer):
    gate = start_gate([smsc.port], senders())
    peer = start_peer(gate)
    for text, answer, kind in [("arret svp merci", "SHOP : désinscrit", "confirmation"), ("AIDE", "SHOP SA, Paris", "help"),
                               ("START", "SHOP: reply YES", "question")]:
        says(smsc, peer, text)
        outcome(gate, kind)
        assert said(smsc)[-1] == (ALICE, answer)
    says(smsc, peer, "STOP")  # the same once more, and the question is off
    says(smsc, peer, "YES")
    assert peer.ask(f"submit 36111 {ALICE} Hello")["status"] == REFUSED
    says(smsc, peer, "START")
    outcome(gate, "question", count=2)
    says(smsc, peer, "oui")
    assert peer.ask(f"submit 36111 {ALICE} Hello") == {"status": 0, "id": "m5"}
    assert len(said(smsc)) == 5
    assert kinds(gate)[-1] == ("opt_in", "double_opt_in", "sender:shop")
    session = smsc.receiver("shop1")
    for message_id in ("m1", "m2", "m3", "m4"):  # the gate's own
        assert session.request(smpp.deliver_sm(ALICE, "36111", f"id:{message_id} stat:DELIVRD err:000", esm_class=4)).command_status == 0
    says(smsc, peer, "id:m5 stat:DELIVRD err:000", esm_class=4)
    assert peer.ask("unbind") == {"status": 0}


@pytest.mark.parametrize("status", [0x14, 0x45])
def test_the_smsc_refuses_the_confirmation(start_gate, start_smsc, start_peer, status):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"\0", status)] if p.name == "submit_sm" and p.text.startswith("SHOP") else None)
    gate = start_gate([smsc.port], senders())
    peer = start_peer(gate)
    says(smsc, peer, "STOP")
    outcome(gate, "confirmation", "refused")
    says(smsc, peer, "STOP")
    assert peer.ask(f"submit 36111 {BOB} Hello")["status"] == 0
    assert said(smsc) == [(ALICE, "SHOP: bye"), (BOB, "Hello")]
    assert peer.ask(f"submit 36111 {ALICE} Hello")["status"] == REFUSED


def test_the_sender_goes_away_in_the_middle(start_gate, smsc, start_peer):
    """Killed while the SMSC has its STOP under way, and back within the five minutes."""
    gate = start_gate([smsc.port], senders())
    peer = start_peer(gate)
    session = smsc.receiver("shop1")
    peer.process.kill()
    peer.process.wait()
    try:
        session.send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=session.next_sequence()))
    except OSError:
        pass
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    heard = bool(gate.events(ALICE))
    again = start_peer(gate)
    if not heard:
        says(smsc, again, "STOP")  # nobody acknowledged it: the SMSC delivers it again
    outcome(gate, "confirmation")
    says(smsc, again, "STOP")
    assert said(smsc) == [(ALICE, "SHOP: bye")]


def test_the_same_message_twice(start_gate, smsc, start_peer):
    gate = start_gate([smsc.port], senders())
    peer, other = start_peer(gate), start_peer(gate)
    sessions = [s for s in smsc.sessions if s.receives]
    assert len(sessions) == 2
    for p in (peer, other):
        p.tell("receive")
    mo = smpp.deliver_sm(ALICE, "36111", "STOP")
    for s in sessions:
        s.send(mo.with_sequence(s.next_sequence()))
    for p in (peer, other):
        assert p.next() == {"from": ALICE, "to": "36111", "text": "STOP"}
    outcome(gate, "confirmation")
    says(smsc, peer if sessions[0] is smsc.receiver("shop1") else other, "hello")
    assert said(smsc) == [(ALICE, "SHOP: bye")]


def test_a_shared_code(start_gate, smsc, start_peer):
    gate = start_gate([smsc.port], senders())
    shop, club = start_peer(gate), start_peer(gate, "club1")
    assert club.ask(f"submit 36111 {ALICE} Hello")["status"] == 0
    says(smsc, shop, "STOP")
    assert kinds(gate) == [("opt_out", "mo_keyword", "group:two")]
    assert shop.ask(f"submit 36111 {ALICE} Hello")["status"] == 0
    assert club.ask(f"submit 36111 {ALICE} Hello")["status"] == REFUSED
    says(smsc, shop, "STOP", BOB)  # nobody wrote to him: all who use the code
    assert sorted(scope for _, _, scope in kinds(gate, BOB)) == ["group:one", "group:two"]


def test_nobody_is_listening(start_gate, smsc, start_peer):
    gate = start_gate([smsc.port], senders(more="listeners: [{system_id: shop1, password: secret}]\n"))
    wait_until(lambda: gate.metric("consentgate_listener_up", system_id="shop1") == 1)
    for text in ("hello", "STOP", "bye"):
        assert smsc.deliver(ALICE, "36111", text).command_status == 0
    assert smsc.deliver(BOB, "36111", "id:x stat:DELIVRD", esm_class=4).command_status == 0
    assert [e for e, _, _ in kinds(gate)] == ["opt_out", "opt_out"]  # of all who use the code
    peer = start_peer(gate)
    assert [peer.ask("receive")["text"] for _ in range(4)] == ["hello", "STOP", "bye", "id:x stat:DELIVRD"]
    outcome(gate, "confirmation")
    assert said(smsc) == [(ALICE, "SHOP: bye")]
    says(smsc, peer, "are you there?")


def test_what_was_scheduled_is_cancelled(start_gate, smsc, start_peer):
    gate = start_gate([smsc.port], senders(more="opt_out: {cancel_scheduled: on}\n"))
    peer = start_peer(gate)
    scheduled = peer.ask(f"schedule {TOMORROW} 36111 {ALICE} See you tomorrow")
    peer.ask(f"schedule {TOMORROW} 36111 {BOB} See you tomorrow")
    assert scheduled == {"status": 0, "id": "m1"}
    says(smsc, peer, "STOP")
    outcome(gate, "cancellation")
    assert [p.body.split(b"\0")[1] for p in smsc.pdus("cancel_sm")] == [b"m1"]


def test_the_carrier_knows_first(start_gate, start_smsc, start_peer):
    smsc = start_smsc(answer=lambda s, p: [smpp.answer(p, b"\0", BLOCKED)] if p.name == "submit_sm" and p.fields["destination_addr"] == BOB else None)
    gate = start_gate([smsc.port], senders(more="opt_out: {carrier: {command_status: [0x403], receipt_err: ['082']}}\n"))
    peer = start_peer(gate)
    assert peer.ask(f"submit 36111 {BOB} Hello")["status"] == BLOCKED
    wait_until(lambda: kinds(gate, BOB) == [("opt_out", "carrier", "sender:shop")])
    assert peer.ask(f"submit 36111 {BOB} Hello")["status"] == REFUSED
    says(smsc, peer, "id:m1 stat:UNDELIV err:082", esm_class=4)
    assert kinds(gate) == [("opt_out", "carrier", "sender:shop")]
    assert peer.ask(f"submit 36111 {ALICE} Hello")["status"] == REFUSED


def test_rules_of_messages(start_gate, smsc, start_peer, tmp_path):
    rules = """
    quiet_hours: {calendar: france}
    opt_out_mention: enforce
    frequency_cap: {messages: 2, per: 1d}
"""
    clock = Clock(tmp_path, "2026-10-25 06:59:59")  # the night on which the clocks change: 07:59:59
    gate = start_gate([smsc.port], senders(rules), environment=clock.environment)
    peer = start_peer(gate)
    good = f"submit 36111 {ALICE} Soldes! STOP au 36111"
    assert peer.ask(good)["status"] == REFUSED
    clock.set("2026-10-25 07:00:00")
    assert peer.ask(good)["status"] == 0
    assert peer.ask(f"submit 36111 {ALICE} Soldes!")["status"] == REFUSED
    assert peer.ask(f"schedule 261025220000004+ 36111 {ALICE} Soldes! STOP au 36111")["status"] == REFUSED
    scheduled = peer.ask(f"schedule 261025200000004+ 36111 {ALICE} Soldes! STOP au 36111")
    assert scheduled["status"] == 0
    assert peer.ask(good)["status"] == REFUSED  # the third
    assert peer.ask(f"replace {scheduled['id']} 36111 Soldes!")["status"] == REFUSED
    assert peer.ask(f"replace {scheduled['id']} 36111 Promo! STOP au 36111")["status"] == 0
    reasons = {r: gate.metric("consentgate_submits_total", sender="shop", verdict="refused", reason=r)
               for r in ("quiet_hours", "missing_opt_out_mention", "frequency_cap")}
    assert reasons == {"quiet_hours": 2, "missing_opt_out_mention": 2, "frequency_cap": 1}
    assert len(smsc.pdus("replace_sm")) == 1
