"""Receiver binds of the gate's own: STOPs are heard when no sender listens, and what else comes is the sender's when it does."""

import contextlib
import itertools
import socket
import threading
import time

import pytest
import smpp
from harness.gate import SENDERS, wait_until
from harness.mounts import memory_disk
from harness.patience import PATIENCE
from harness.peer import npm_peer

ALICE, BOB = "33612345678", "33687654321"
LISTENERS = SENDERS + "listeners: [{system_id: shop1, password: heard, system_type: EAR}]\n"


@pytest.fixture
def smsc(start_smsc):
    return start_smsc(one_receiver=True)


@pytest.fixture
def gate(start_gate, smsc):
    return start_gate([smsc.port], LISTENERS)


def receipt(n, source=ALICE):
    """The receipt of message n."""
    text = f"id:{n} sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:DELIVRD err:000 text:"
    return smpp.deliver_sm(source, "36111", text, esm_class=0x04)


def listener(smsc, system_id="shop1"):
    """The SMSC's session with the gate's own."""
    return wait_until(lambda: next((s for s in smsc.sessions if s.bound == "receiver" and s.system_id == system_id), None), what="the listener's bind")


def deliver(smsc, pdu, system_id="shop1"):
    """The command_status with which the listener acknowledged it."""
    return listener(smsc, system_id).request(pdu).command_status


def take(connection, count, status=0, timeout=10):
    """The texts of the next messages, each acknowledged as it comes."""
    texts = []
    while len(texts) < count:
        pdu = connection.receive(timeout)
        if pdu.name in ("deliver_sm", "data_sm"):
            texts.append(pdu.text)
            connection.send(smpp.answer(pdu, b"\0", status))
        elif pdu.name == "enquire_link":
            connection.send(smpp.answer(pdu))
    return texts


def texts(pdus):
    return [p.text for p in pdus]


def kept(gate):
    return gate.metric("consentgate_kept_messages", system_id="shop1")


def test_it_binds_with_its_own_credentials_and_keeps_the_line(gate, smsc):
    session, bind = smsc.wait_for(lambda s, p: p.name == "bind_receiver")
    assert bind.body == b"shop1\0heard\0EAR\0\x34\0\0\0"
    assert session.request(smpp.pdu("enquire_link")).command_status == 0
    wait_until(lambda: gate.metric("consentgate_listener_up", system_id="shop1") == 1)
    assert session.request(smpp.pdu("cancel_sm", b"\0\0\0\0\0\0\0\0")).name == "generic_nack"
    assert gate.http("GET", "/readyz")[0] == 200


def test_a_stop_is_heard_while_nobody_is_bound(gate, smsc):
    gate.opt_in(ALICE)
    with gate.bound(kind="transmitter") as esme:
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0
        assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", "Stop")) == 0
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
    event = gate.events(ALICE)[-1]
    assert (event["event"], event["scope"], event["method"], event["evidence"]["system_id"]) == ("opt_out", "group:retail", "mo_keyword", "shop1")
    assert gate.metric("consentgate_opt_outs_total", sender="shop", method="mo_keyword") == 1
    # The sender stays informed.
    with gate.bound() as esme:
        assert take(esme, 1) == ["Stop"]


def test_a_stop_that_was_acknowledged_is_on_disk(gate, smsc):
    gate.opt_in(ALICE)
    assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", "Stop")) == 0
    gate.kill9()
    gate.start()
    with gate.bound() as esme:
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
        assert texts(p for p in esme.received if p.name == "deliver_sm") in ([], ["Stop"])


@pytest.mark.parametrize("kind", ["receiver", "transceiver"])
def test_it_goes_before_a_sender_comes_and_comes_back(gate, smsc, kind):
    first = smsc.receiver("shop1")
    with gate.bound(kind=kind) as esme:
        order = [(s is first, p.name) for s, p in smsc.received]
        assert order.index((True, "unbind")) < order.index((False, f"bind_{kind}"))
        assert gate.metric("consentgate_listener_up", system_id="shop1") == 1
        smsc.receiver("shop1").send(smpp.deliver_sm(BOB, "36111", "Hi", sequence=9))
        assert take(esme, 1) == ["Hi"]
        esme.request(smpp.pdu("unbind", sequence=5))
    again = smsc.receiver("shop1")
    assert again is not first and again.bound == "receiver"


def test_a_transmitter_leaves_it_alone(gate, smsc):
    session = smsc.receiver("shop1")
    with gate.bound(kind="transmitter"):
        assert session in smsc.sessions and session.bound == "receiver"
    assert [p.name for s, p in smsc.received if s is session] == ["bind_receiver"]


def test_a_sender_of_another_system_id_leaves_it_alone(gate, smsc):
    session = smsc.receiver("shop1")
    with gate.bound("shop2"):
        assert session.bound == "receiver"


def test_it_stays_away_while_any_of_several_is_bound(start_gate, start_smsc):
    smsc = start_smsc()
    gate = start_gate([smsc.port], LISTENERS + "workers: 3\n")
    smsc.receiver("shop1")
    one, two = gate.bound(), gate.bound(kind="receiver")
    one.close()
    wait_until(lambda: len(smsc.sessions) == 1)
    two.request(smpp.pdu("enquire_link", sequence=8))
    assert [s.bound for s in smsc.sessions] == ["receiver"] and len(smsc.pdus("bind_receiver")) == 2
    two.close()
    wait_until(lambda: len(smsc.pdus("bind_receiver")) == 3)


def test_what_is_no_stop_is_kept_and_delivered_in_order(gate, smsc):
    sent = [receipt(n) if n % 3 else smpp.deliver_sm(BOB, "36111", f"message {n}") for n in range(50)]
    sent[20] = smpp.data_sm(BOB, "36111", "a data_sm")
    for pdu in sent:
        assert deliver(smsc, pdu) == 0
    wait_until(lambda: kept(gate) == 50)
    with gate.bound() as esme:
        delivered = []
        while len(delivered) < 50:
            pdu = esme.receive()
            delivered.append(pdu)
            esme.send(smpp.answer(pdu, b"\0"))
        assert [p.unnumbered for p in delivered] == [p.unnumbered for p in sent]
        assert len({p.sequence_number for p in delivered}) == 50
        wait_until(lambda: kept(gate) == 0)
        esme.request(smpp.pdu("unbind", sequence=5))
    assert gate.metric("consentgate_keeping_total", outcome="kept") == 50
    assert gate.metric("consentgate_keeping_total", outcome="delivered") == 50
    # The answers stay in the gate.
    assert not smsc.pdus("deliver_sm_resp")[50:]
    with gate.bound() as esme:
        assert esme.silent()


def test_at_most_ten_wait_for_an_answer(gate, smsc):
    for n in range(30):
        assert deliver(smsc, receipt(n)) == 0
    with gate.bound() as esme:
        first = [esme.receive() for _ in range(10)]
        assert esme.silent()
        esme.send(smpp.answer(first[0], b"\0"))
        eleventh = esme.receive()
        assert eleventh.text.startswith("id:10 ")


def test_what_comes_meanwhile_comes_after_it_and_does_not_wait_for_long(gate, smsc):
    for n in range(15):
        assert deliver(smsc, receipt(n)) == 0
    with gate.bound() as esme:
        session = smsc.receiver("shop1")
        first = [esme.receive() for _ in range(10)]
        begun = time.monotonic()
        session.send(smpp.deliver_sm(BOB, "36111", "newer", sequence=77))
        newer = esme.receive()
        assert newer.text == "newer" and 1.5 < time.monotonic() - begun < 5 * PATIENCE
        esme.send(*[smpp.answer(p, b"\0") for p in [newer, *first]])
        assert take(esme, 5) == texts(receipt(n) for n in range(10, 15))
        assert smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == 77)
    wait_until(lambda: session not in smsc.sessions)  # which lets one receiver in
    with gate.bound() as esme:
        assert esme.silent()


def test_newer_ones_follow_at_once_when_the_sender_takes_the_kept_ones(gate, smsc):
    for n in range(200):
        smsc.receiver("shop1").send(receipt(n).with_sequence(1000 + n))
    wait_until(lambda: len(smsc.pdus("deliver_sm_resp")) == 200)
    with gate.bound() as esme:
        session = smsc.receiver("shop1")
        for n in range(200, 220):
            session.send(receipt(n).with_sequence(1000 + n))
        begun = time.monotonic()
        assert take(esme, 220) == texts(receipt(n) for n in range(220))
        assert time.monotonic() - begun < 2 * PATIENCE


def test_kill_nine_loses_nothing_that_was_acknowledged(gate, smsc):
    acknowledged = []
    done = threading.Event()

    def persist():
        for n in itertools.count():
            try:
                if deliver(smsc, receipt(n)) == 0:
                    acknowledged.append(n)
            except (TimeoutError, OSError):
                pass
            if done.is_set():
                return

    sender = threading.Thread(target=persist)
    sender.start()
    wait_until(lambda: len(acknowledged) > 100)
    gate.kill9()
    done.set()
    sender.join()
    gate.start()
    expected = [f"id:{n} " for n in acknowledged]
    with gate.bound() as esme:
        half = take(esme, len(expected) // 2)
        gate.kill9()  # in the middle of the delivery
    gate.start()
    with gate.bound() as esme:
        rest = take(esme, 1)
        while True:
            try:
                rest += take(esme, 1, timeout=0.5)
            except TimeoutError:
                break
    got = [t[:t.index(" ") + 1] for t in half + rest]
    assert sorted(set(got), key=got.index)[:len(half)] == expected[:len(half)]
    assert set(expected) <= set(got)
    # What was answered before the disk knew may come twice; the rest comes in order, and at most one more than was acknowledged.
    assert max(map(got.count, got)) <= 2 and len(set(got)) <= len(expected) + 1
    assert [g for g in got[len(half):] if g in expected] == sorted(set(got[len(half):]) & set(expected), key=expected.index)


def test_a_full_queue_is_refused_retryably_and_a_stop_is_heard_all_the_same(start_gate, smsc):
    gate = start_gate([smsc.port], LISTENERS + "limits: {max_kept_messages: 3}\n")
    gate.opt_in(ALICE)
    assert [deliver(smsc, receipt(n)) for n in range(5)] == [0, 0, 0, 0x64, 0x64]
    assert gate.metric("consentgate_keeping_total", outcome="no_room") == 2
    # On record; the SMSC sends it again, for the sender.
    assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", "Stop")) == 0x64
    with gate.bound() as esme:
        assert take(esme, 3) == texts(receipt(n) for n in range(3))
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
    assert deliver(smsc, receipt(3)) == 0


def test_octets_are_bounded_too(start_gate, smsc):
    gate = start_gate([smsc.port], LISTENERS + "limits: {max_kept_octets: 1024}\n")
    statuses = [deliver(smsc, receipt(n)) for n in range(10)]
    assert statuses == [0] * (1024 // len(receipt(0).raw)) + [0x64] * (10 - 1024 // len(receipt(0).raw))
    assert gate.metric("consentgate_kept_messages") <= 7


def test_what_the_sender_refuses_stays_and_comes_again(gate, smsc):
    for n in range(4):
        assert deliver(smsc, receipt(n)) == 0
    with gate.bound() as esme:
        for n in range(4):
            pdu = esme.receive()
            esme.send(smpp.answer(pdu, b"\0", 0x64) if n in (1, 2) else smpp.answer(pdu, b"\0"))
        wait_until(lambda: gate.metric("consentgate_keeping_total", outcome="refused") == 2)
        wait_until(lambda: kept(gate) == 2)
    wait_until(lambda: not any(s.bound == "transceiver" for s in smsc.sessions), what="the SMSC to see the sender go")
    with gate.bound() as esme:
        assert take(esme, 1, status=0x45) == texts([receipt(1)])
        assert esme.receive().text == receipt(2).text  # and goes without an answer
    wait_until(lambda: not any(s.bound == "transceiver" for s in smsc.sessions), what="the SMSC to see the sender go")
    with gate.bound() as esme:
        assert take(esme, 2) == texts(receipt(n) for n in (1, 2))
        wait_until(lambda: kept(gate) == 0)


def test_refused_ones_come_again_on_the_same_bind(gate, smsc):
    assert deliver(smsc, receipt(0)) == 0
    with gate.bound() as esme:
        assert take(esme, 1, status=0x64) == texts([receipt(0)])
        assert take(esme, 1, timeout=15) == texts([receipt(0)])
        wait_until(lambda: kept(gate) == 0)


def test_one_of_two_receivers_delivers_and_the_other_takes_over(start_gate, start_smsc):
    smsc = start_smsc()
    gate = start_gate([smsc.port], LISTENERS + "workers: 2\n")
    for n in range(3):
        assert deliver(smsc, receipt(n)) == 0
    one, two = gate.bound(), gate.bound()
    assert one.receive().text == receipt(0).text
    assert two.silent()
    one.close()
    assert take(two, 3) == texts(receipt(n) for n in range(3))
    two.close()


def test_a_bind_that_fails_upstream_lets_it_come_back(start_gate, start_smsc):
    wrong = lambda s, p: [smpp.answer(p, status=smpp.ESME["RALYBND"])] if p.name == "bind_transceiver" else None  # noqa: E731
    smsc = start_smsc(answer=wrong, one_receiver=True)
    gate = start_gate([smsc.port], LISTENERS)
    first = smsc.receiver("shop1")
    with gate.connect() as esme:
        assert esme.bind("transceiver", "shop1").command_status == smpp.ESME["RALYBND"]
        wait_until(lambda: [s for s in smsc.sessions if s.receives and s is not first])
        assert deliver(smsc, receipt(0)) == 0
        # The same connection tries again, as a receiver.
        assert esme.request(smpp.bind("receiver", "shop1", sequence=2)).command_status == 0
        assert take(esme, 1) == texts([receipt(0)])


def test_an_smsc_that_does_not_let_go_holds_a_sender_up_for_seconds_only(start_gate, start_smsc):
    deaf = lambda s, p: [] if p.name == "unbind" else None  # noqa: E731
    smsc = start_smsc(answer=deaf)
    gate = start_gate([smsc.port], LISTENERS)
    smsc.receiver("shop1")
    begun = time.monotonic()
    with gate.bound():
        assert 1.5 < time.monotonic() - begun < 6 * PATIENCE


def test_a_sender_that_goes_while_it_waits_is_forgotten(start_gate, start_smsc):
    deaf = lambda s, p: [] if p.name == "unbind" else None  # noqa: E731
    smsc = start_smsc(answer=deaf)
    gate = start_gate([smsc.port], LISTENERS)
    first = smsc.receiver("shop1")
    with gate.connect() as esme:
        esme.send(smpp.bind("transceiver", "shop1"))
        smsc.wait_for(lambda s, p: p.name == "unbind")
    wait_until(lambda: [s for s in smsc.sessions if s.receives and s is not first])
    assert not smsc.pdus("bind_transceiver")


def test_an_smsc_that_restarts_again_and_again_is_not_hammered(start_gate, start_smsc):
    binds = []

    def hang_up_now(s):
        with contextlib.suppress(OSError):
            s.shutdown(socket.SHUT_RDWR)

    def hang_up(session, pdu):
        if pdu.name == "bind_receiver":
            binds.append(time.monotonic())
            threading.Timer(0.05, hang_up_now, [session.connection.socket]).start()

    smsc = start_smsc(on_pdu=hang_up)
    gate = start_gate([smsc.port], LISTENERS)
    wait_until(lambda: len(binds) >= 4, timeout=20)
    pauses = [b - a for a, b in zip(binds, binds[1:])]
    assert pauses[0] >= 0.5 and pauses[1] >= 1 and pauses[2] >= 2, pauses
    wait_until(lambda: gate.metric("consentgate_listener_up", system_id="shop1") == 0)
    log = gate.log_path.read_text()
    assert "nobody hears" in log and "closed by the SMSC" in log


def test_refused_credentials_are_told_and_tried_again(start_gate, start_smsc):
    refuse = lambda s, p: [smpp.answer(p, status=smpp.ESME["RINVPASWD"])] if p.name == "bind_receiver" else None  # noqa: E731
    smsc = start_smsc(answer=refuse)
    gate = start_gate([smsc.port], LISTENERS)
    wait_until(lambda: len(smsc.pdus("bind_receiver")) == 2)
    assert gate.metric("consentgate_listener_up", system_id="shop1") == 0
    assert "ESME_RINVPASWD" in gate.log_path.read_text() and "heard" not in gate.log_path.read_text()
    assert gate.http("GET", "/readyz")[0] == 200


def test_a_reload_adds_changes_and_removes(start_gate, smsc, tmp_path):
    gate = start_gate([smsc.port])
    gate.reload()
    assert not smsc.pdus("bind_receiver")
    gate.configure(LISTENERS)
    gate.reload()
    first = smsc.receiver("shop1")
    gate.reload()  # nothing has changed
    secret = tmp_path / "shop1.password"
    secret.write_text("another\n")
    secret.chmod(0o600)
    gate.configure(SENDERS + "listeners: [{system_id: shop1, password_file: shop1.password}, {system_id: club1}]\n")
    gate.reload()
    smsc.wait_for(lambda s, p: s is first and p.name == "unbind")
    smsc.wait_for(lambda s, p: p.name == "bind_receiver" and p.body.startswith(b"shop1\0another\0"))
    smsc.wait_for(lambda s, p: p.name == "bind_receiver" and p.body.startswith(b"club1\0\0\0"))
    assert deliver(smsc, receipt(0)) == 0
    gate.configure(SENDERS)
    gate.reload()
    wait_until(lambda: not smsc.sessions)
    wait_until(lambda: "consentgate_listener_up{" not in gate.metrics())
    with gate.bound() as esme:  # what was kept is still the sender's
        assert take(esme, 1) == texts([receipt(0)])


def test_a_drain_unbinds_it(gate, smsc):
    session = smsc.receiver("shop1")
    begun = time.monotonic()
    assert gate.stop() == 0
    assert time.monotonic() - begun < 5 * PATIENCE
    assert [p.name for s, p in smsc.received if s is session] == ["bind_receiver", "unbind"]


def test_its_own_upstreams(start_gate, start_smsc):
    main, other = start_smsc(), start_smsc()
    gate = start_gate([main.port], SENDERS + f"listeners: [{{system_id: shop1, upstreams: [{{address: '127.0.0.1:{other.port}', default_alphabet: latin1}}]}}]\n")
    assert deliver(other, smpp.deliver_sm(ALICE, "36111", b"D\xc9SINSCRIPTION")) == 0
    assert gate.events(ALICE)[-1]["event"] == "opt_out"
    assert not main.sessions


def test_parts_of_a_stop_and_a_carriers_block_are_heard(start_gate, smsc):
    gate = start_gate([smsc.port], LISTENERS + "opt_out: {carrier: {receipt_err: ['008']}}\n")
    for part in smpp.parts("STOP", 42, 3):
        assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", part, esm_class=0x40)) == 0
    assert gate.events(ALICE)[-1]["method"] == "mo_keyword"
    blocked = smpp.deliver_sm(BOB, "36111", "id:1 sub:001 dlvrd:000 submit date:2611251200 done date:2611251201 stat:REJECTD err:008 text:", esm_class=4)
    assert deliver(smsc, blocked) == 0
    assert gate.events(BOB)[-1]["method"] == "carrier"


def test_a_stop_heard_by_it_is_confirmed_and_the_receipt_ends_in_the_gate(start_gate, smsc):
    gate = start_gate([smsc.port], LISTENERS.replace("system_ids: [shop1, shop2]", "system_ids: [shop1, shop2]\n    confirmation: on"))
    with gate.bound(kind="transmitter") as esme:
        assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", "STOP")) == 0
        _, confirmation = smsc.wait_for(lambda s, p: p.name == "submit_sm")
        assert (confirmation.fields["source_addr"], confirmation.fields["destination_addr"]) == ("36111", ALICE)
        wait_until(lambda: gate.metric("consentgate_gate_messages_total", kind="confirmation", outcome="accepted") == 1)
        text = "id:m1 sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:DELIVRD err:000 text:"
        assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", text, esm_class=0x04)) == 0
        assert esme.silent()
    with gate.bound() as esme:
        assert take(esme, 1) == ["STOP"]
        assert esme.silent()


def test_an_erased_person_leaves_nothing_behind(gate, smsc):
    gate.opt_in(ALICE)
    assert deliver(smsc, receipt(1, ALICE)) == deliver(smsc, receipt(2, BOB)) == 0
    gate.cli("erase", ALICE, "--reason", "asked", "--now", check=0)
    gate.stop()
    for file in gate.store.rglob("*"):
        assert not file.is_file() or ALICE[2:].encode() not in file.read_bytes()
        assert not file.is_file() or BOB[2:].encode() not in file.read_bytes()  # sealed
    gate.start()
    with gate.bound() as esme:
        assert take(esme, 1) == texts([receipt(2, BOB)])
        assert esme.silent()


def test_a_full_disk_acknowledges_nothing(start_gate, smsc, tmp_path):
    disk = memory_disk(tmp_path / "disk", 24 << 20)
    try:
        gate = start_gate([smsc.port], LISTENERS, store=disk.folder / "store")
        assert deliver(smsc, receipt(0)) == 0
        disk.fill()
        statuses = {}
        for n in range(1, 2000):
            statuses[n] = deliver(smsc, receipt(n))
            if statuses[n] != 0:
                break
        assert statuses[n] == 0x64
        disk.empty()
        wait_until(lambda: deliver(smsc, receipt(n)) == 0, timeout=20, what="recovery")
        with gate.bound() as esme:
            assert take(esme, n + 1) == texts(receipt(i) for i in range(n + 1))
        gate.kill9()
    finally:
        disk.unmount()


def test_npm_smpp_takes_what_was_kept(gate, smsc):
    for text in ("first", "Stop", "third"):
        assert deliver(smsc, smpp.deliver_sm(ALICE, "36111", text)) == 0
    peer = npm_peer("npm_client.js", gate.port, "shop1")
    try:
        assert peer.said == {"bound": 0}
        assert [peer.ask("receive")["text"] for _ in range(3)] == ["first", "Stop", "third"]
        peer.tell("receive")
        assert smsc.deliver(BOB, "36111", "newer", system_id="shop1").command_status == 0
        assert peer.next()["text"] == "newer"
        wait_until(lambda: kept(gate) == 0)
    finally:
        peer.stop()


def test_npm_smpp_as_the_smsc_of_a_listener(start_gate):
    smsc = npm_peer("npm_server.js")
    try:
        gate = start_gate([smsc.said["port"]], LISTENERS)
        wait_until(lambda: smsc.ask("bound") == ["shop1"])
        assert smsc.ask(f"deliver {ALICE} 36111 Stop") == {"status": 0}
        assert gate.events(ALICE)[-1]["event"] == "opt_out"
        with gate.bound() as esme:
            assert take(esme, 1) == ["Stop"]
    finally:
        smsc.stop()
