"""What people reply, and that it is kept."""

import pytest
import smpp
from harness.gate import SENDERS, wait_until

ALICE = "33612345678"


def submit(connection, source="36111", destination=ALICE):
    return connection.request(smpp.submit_sm(source, destination, sequence=77)).command_status


def reply(smsc, connection, text, destination="36111", source=ALICE, status=0, **more):
    """A person writes; the ESME acknowledges; returns the SMSC's view of the acknowledgement."""
    session = smsc.receiver()
    sent = smpp.deliver_sm(source, destination, text, sequence=session.next_sequence(), **more)
    session.send(sent)
    delivered = connection.receive()
    assert delivered.unnumbered == sent.unnumbered
    connection.send(smpp.answer(delivered, b"\0", status))
    return smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == sent.sequence_number)[1]


@pytest.fixture
def esme(gate):
    gate.opt_in(ALICE, "sender:shop")
    gate.opt_in(ALICE, "sender:club")
    with gate.bound() as connection:
        yield connection


def test_stop_covers_the_group(gate, smsc, esme):
    assert submit(esme) == 0
    assert reply(smsc, esme, "Stop.").command_status == 0
    assert submit(esme) == 0x45
    with gate.bound("club1") as club:
        assert submit(club, "36333") == 0x45
    assert gate.metric("consentgate_submits_total", reason="opted_out") == 2
    assert gate.metric("consentgate_opt_outs_total", sender="shop", method="mo_keyword") == 1
    event = gate.events(ALICE)[-1]
    assert (event["event"], event["scope"], event["method"], event["actor"]) == ("opt_out", "group:retail", "mo_keyword", "gate")
    assert event["evidence"]["text"] == "Stop." and event["evidence"]["destination_addr"] == "36111" and event["evidence"]["rule"]


def test_the_answer_of_the_sender_comes_back_whatever_it_is(gate, smsc, esme):
    assert reply(smsc, esme, "STOP", status=0x64).command_status == 0x64
    assert submit(esme) == 0x45


def test_start_lifts_for_that_sender_only(gate, smsc, esme):
    reply(smsc, esme, "STOP")
    reply(smsc, esme, "start")
    assert submit(esme) == 0
    with gate.bound("club1") as club:
        assert submit(club, "36333") == 0x45


def test_no_import_and_no_entry_lifts_a_stop(gate, smsc, esme, tmp_path):
    reply(smsc, esme, "STOP")
    gate.opt_in(ALICE, "sender:shop")
    for method in ("mo_keyword", "double_opt_in", "carrier"):
        event = {"number": ALICE, "event": "opt_in", "scope": "sender:shop", "occurred_at": "2026-11-01T00:00:00Z", "method": method,
                 "source": "form", "collector": "us", "evidence": "x"}
        assert gate.http("POST", "/v1/events", event)[0] == 422
        options = [o for k, v in event.items() if k not in ("number", "event") for o in (f"--{k.replace('_', '-')}", v)]
        gate.cli("opt-in", ALICE, *options, check=1)
        csv = tmp_path / "forged.csv"
        csv.write_text(",".join(event) + "\n" + ",".join(event.values()) + "\n")
        gate.cli("import", csv, check=3)
    assert submit(esme) == 0x45


def test_stop_all(gate, smsc, esme):
    reply(smsc, esme, "STOP ALL")
    assert gate.events(ALICE)[-1]["scope"] == "all"


def test_scope_sender(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "opt_out: {scope: sender}\n")
    with gate.bound() as esme:
        reply(smsc, esme, "STOP")
    assert gate.events(ALICE)[-1]["scope"] == "sender:shop"


def test_on_a_receiver_bind_it_stops_the_transmitters(gate, smsc):
    gate.opt_in(ALICE)
    with gate.bound(kind="transmitter") as tx, gate.bound(kind="receiver") as rx:
        assert submit(tx) == 0
        reply(smsc, rx, "STOP")
        assert submit(tx) == 0x45


@pytest.mark.parametrize("text, more", [
    ("  Stop \r\n", {}), ("ARRÊT", {"data_coding": 8}), ("СТОП", {"data_coding": 8}), ("退订", {"data_coding": 8}), (b"D\xc9SINSCRIPTION", {"data_coding": 3}),
    (b"D\x1fSINSCRIPTION", {}), (b"STOP", {"data_coding": 4}), (b"STOP", {"data_coding": 0xF0}), (b"STOP\xc2\xa0", {}), (b"\x00S\x00T\x00O\x00P", {"data_coding": 0x18}),
    (b"\x06\x05\x04\x15\x81\x15\x81STOP", {"esm_class": 0x40}), (b"", {"tlvs": smpp.tlv(0x0424, b"STOP")})])
def test_alphabets(gate, smsc, esme, text, more):
    reply(smsc, esme, text, **more)
    assert submit(esme) == 0x45


@pytest.mark.parametrize("more", [{"esm_class": 0x04}, {"esm_class": 0x08}, {"esm_class": 0x10}, {"esm_class": 0x20}, {"source": "36999"}, {"source": "SHOP"},
                                  {"tlvs": smpp.tlv(0x1E, b"id\0")}, {"text": "don't stop"}, {"text": ""}])
def test_who_and_what_does_not_opt_out(gate, smsc, esme, more):
    reply(smsc, esme, more.pop("text", "STOP"), **more)
    assert submit(esme) == 0


def test_parts_on_two_binds_in_any_order(gate, smsc, esme):
    first, second = smpp.parts("STOP", 42, 3)
    with gate.bound("shop2") as other:
        wait_until(lambda: len(smsc.sessions) == 2)
        one, two = smsc.sessions
        connections = {"shop1": esme, "shop2": other}
        for session, part in ((two, second), (one, first)):
            session.send(smpp.deliver_sm(ALICE, "36111", part, esm_class=0x40, sequence=session.next_sequence()))
            connection = connections[session.system_id]
            connection.send(smpp.answer(connection.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total") == 1)
    assert submit(esme) == 0x45


def test_sar_parts_with_one_missing(gate, smsc, esme):
    tlvs = smpp.tlv(0x020C, b"\0\7") + smpp.tlv(0x020E, b"\2") + smpp.tlv(0x020F, b"\1")
    reply(smsc, esme, "STOP", tlvs=tlvs)
    assert submit(esme) == 0x45


def test_default_alphabet_latin1(start_gate, smsc):
    gate = start_gate([f"{{address: 127.0.0.1:{smsc.port}, default_alphabet: latin1}}"])
    with gate.bound() as esme:
        reply(smsc, esme, b"D\xc9SINSCRIPTION")
    assert gate.events(ALICE)[-1]["event"] == "opt_out"


def test_data_sm_from_the_smsc(gate, smsc, esme):
    session = smsc.receiver()
    session.send(smpp.data_sm(ALICE, "36111", "STOP", sequence=4))
    esme.send(smpp.answer(esme.receive(), b"\0"))
    smsc.wait_for(lambda s, p: p.name == "data_sm_resp")
    assert submit(esme) == 0x45


def test_it_survives_a_restart(gate, smsc, esme):
    reply(smsc, esme, "STOP")
    gate.kill9()
    gate.start()
    with gate.bound() as again:
        assert submit(again) == 0x45


def test_the_dse_case(gate, smsc, tmp_path):
    """Scraped numbers, no consent, and a group that does not listen: nothing crosses."""
    numbers = [f"336000000{i:02}" for i in range(20)]
    csv = tmp_path / "annonces.csv"
    csv.write_text("number,event,scope,occurred_at,method,source,source_kind,collector,evidence\n" + "".join(
        f"{n},opt_in,sender:shop,2026-01-01,web_form,annonces,scraped,supplier,none\n" for n in numbers))
    assert "scraped" in gate.cli("import", csv, check=3).stderr
    with gate.bound() as shop, gate.bound("club1") as club:
        for n in numbers:
            assert submit(shop, "36111", n) == 0x45
        honest = numbers[:5]
        for n in honest:
            gate.opt_in(n, "group:retail")
            assert submit(shop, "36111", n) == 0 and submit(club, "36333", n) == 0
        crossed = len(smsc.pdus("submit_sm"))
        gate.opt_out(honest[0], method="letter")
        gate.opt_out(honest[1], method="call")
        gate.opt_out(honest[2])
        gate.cli("opt-out", honest[3], "--scope", "group:retail", "--method", "registry", check=0)
        session = next(s for s in smsc.sessions if s.system_id == "shop1")
        session.send(smpp.deliver_sm(honest[4], "36111", "STOP", sequence=3))
        shop.send(smpp.answer(shop.receive(), b"\0"))
        wait_until(lambda: gate.metric("consentgate_opt_outs_total", method="mo_keyword") == 1)
        for n in honest:
            assert submit(shop, "36111", n) == 0x45 and submit(club, "36333", n) == 0x45
    assert len(smsc.pdus("submit_sm")) == crossed


def test_own_phrases_come_and_go_with_a_reload_on_an_open_bind(start_gate, smsc):
    gate = start_gate([smsc.port])
    with gate.bound() as esme:
        reply(smsc, esme, "Adieu facteur !")
        assert gate.events(ALICE) == []
        gate.configure(SENDERS + "classify: {opt_out: ['adieu facteur'], opt_in: ['me revoici'], ignore: ['stop and shop']}\n")
        gate.reload()
        reply(smsc, esme, "Adieu facteur !")
        assert [(e["event"], e["evidence"]["text"]) for e in gate.events(ALICE)] == [("opt_out", "Adieu facteur !")]
        assert "adieu facteur" in gate.events(ALICE)[0]["evidence"]["rule"]
        reply(smsc, esme, "Me revoici")
        reply(smsc, esme, "Stop and shop")
        assert [e["event"] for e in gate.events(ALICE)] == ["opt_out", "opt_in"]
        gate.configure(SENDERS + "classify: {opt_out: ['!!']}\n")
        gate.reload()  # a broken file changes nothing
        assert gate.metric("consentgate_config_last_reload_ok") == 0
        reply(smsc, esme, "Adieu facteur !")
        assert len(gate.events(ALICE)) == 3
        gate.configure(SENDERS)
        gate.reload()
        reply(smsc, esme, "Adieu facteur !")
        reply(smsc, esme, "Me revoici")
        assert len(gate.events(ALICE)) == 3
        reply(smsc, esme, "STOP")
        assert len(gate.events(ALICE)) == 4
