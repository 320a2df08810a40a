"""A STOP that reaches an address which several senders use counts for those who wrote to the person from it lately."""

import pytest
import smpp
from harness.gate import wait_until

ALICE, BOB = "33612345678", "33687654321"
SHARED = """
policy: {default: opt_out}
senders:
  - {name: shop, group: retail, system_ids: [shop1], source_addresses: ["36111", "+33 6 99 99 99 99"]}
  - {name: club, group: leisure, system_ids: [club1], source_addresses: ["36111", "0699999999"]}
  - {name: bank, group: finance, system_ids: [bank1], source_addresses: ["36111"], policy: exempt}
  - {name: solo, group: alone, system_ids: [solo1], source_addresses: ["36222"]}
"""


@pytest.fixture
def gate(start_gate, smsc):
    return start_gate([smsc.port], SHARED)


def submit(gate, system_id, destination=ALICE, source="36111", make=smpp.submit_sm):
    with gate.bound(system_id, "transmitter") as connection:
        return connection.request(make(source, destination, sequence=7)).command_status


def reply(gate, smsc, text, system_id="solo1", destination="36111", source=ALICE, **more):
    """A person writes, and the message arrives on a bind of that system_id."""
    with gate.bound(system_id) as connection:
        session = smsc.receiver(system_id)
        sent = smpp.deliver_sm(source, destination, text, sequence=session.next_sequence(), **more)
        session.send(sent)
        connection.send(smpp.answer(connection.receive(), b"\0"))
        assert smsc.wait_for(lambda s, p: s is session and p.is_answer and p.sequence_number == sent.sequence_number)[1].command_status == 0
        connection.request(smpp.pdu("unbind", sequence=99))


def scopes(gate, number=ALICE, event="opt_out"):
    return sorted(e["scope"] for e in gate.events(number) if e["event"] == event)


def wait_on_disk(gate):
    """What is remembered is on its way to the disk for half a second."""
    wait_until(lambda: remembered(gate), what="the memory on disk")


def remembered(gate):
    """The store's log holds a line of the memory: its key is the octet w and four more."""
    return any(b"\x05w" in f.read_bytes() for f in (gate.store / "rocksdb").glob("*.log"))


def test_it_counts_for_those_who_wrote(gate, smsc):
    assert submit(gate, "shop1") == 0
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:retail"]
    assert gate.events(ALICE)[-1]["evidence"]["attributed_to"] == "those who wrote lately"
    assert submit(gate, "shop1") == 0x45
    assert submit(gate, "club1") == 0
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:leisure", "group:retail", "group:retail"]


def test_for_all_of_them_when_nobody_is_known_to_have_written(gate, smsc):
    assert submit(gate, "shop1", BOB) == 0
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:finance", "group:leisure", "group:retail"]


def test_what_was_refused_was_not_written(gate, smsc):
    gate.opt_out(ALICE, "group:leisure")
    assert submit(gate, "club1") == 0x45
    assert submit(gate, "bank1") == 0
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:finance", "group:leisure"]


def test_stop_all_covers_everything(gate, smsc):
    assert submit(gate, "shop1") == 0
    reply(gate, smsc, "STOP ALL")
    assert scopes(gate) == ["all"]


def test_another_spelling_of_the_address_is_the_same_address(gate, smsc):
    assert submit(gate, "club1", source="33699999999") == 0
    reply(gate, smsc, "STOP", destination="0699999999")
    assert scopes(gate) == ["group:leisure"]


@pytest.mark.parametrize("make", [smpp.data_sm, lambda source, to, sequence: smpp.submit_multi(source, [to, BOB], sequence=sequence)])
def test_every_way_of_writing_counts(gate, smsc, make):
    assert submit(gate, "shop1", make=make) == 0
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:retail"]


def test_start_is_for_the_one_who_wrote(gate, smsc):
    gate.opt_out(ALICE, "sender:shop")
    assert submit(gate, "club1") == 0
    reply(gate, smsc, "START")  # on a bind of none of them: without the memory nobody could say whom it is for
    assert scopes(gate, event="opt_in") == ["sender:club"]
    assert submit(gate, "bank1") == 0
    reply(gate, smsc, "START")
    assert scopes(gate, event="opt_in") == ["sender:club"]  # two wrote
    reply(gate, smsc, "START", "shop1")
    assert scopes(gate, event="opt_in") == ["sender:club", "sender:shop"]  # its own bind tells, as ever


@pytest.mark.parametrize("storage", ["plain", "hashed"])
@pytest.mark.parametrize("end", ["stop", "kill9"])
def test_it_survives_the_end_of_the_gate(start_gate, smsc, storage, end):
    gate = start_gate([smsc.port], SHARED + f"numbers: {{country_code: '33', storage: {storage}}}\njournal: {{retention: off}}\n")
    assert submit(gate, "shop1") == 0
    if end == "kill9":
        wait_on_disk(gate)
    getattr(gate, end)()
    if storage == "hashed":
        for f in (gate.store / "rocksdb").iterdir():
            octets = f.read_bytes()
            assert ALICE.encode() not in octets and int(ALICE).to_bytes(8, "big") not in octets and int(ALICE).to_bytes(8, "little") not in octets
    gate.start()
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:retail"]


@pytest.mark.parametrize("restart", [False, True])
def test_who_is_erased_is_forgotten(gate, smsc, restart):
    assert submit(gate, "shop1") == 0 and submit(gate, "club1", BOB) == 0
    gate.opt_out(ALICE, "sender:solo")
    gate.cli("erase", ALICE, "--reason", "asked", "--now", check=0)
    if restart:
        gate.kill9()
        gate.start()
    reply(gate, smsc, "STOP")
    assert scopes(gate) == ["group:finance", "group:leisure", "group:retail", "sender:solo"]
    reply(gate, smsc, "STOP", source=BOB)
    assert scopes(gate, BOB) == ["group:leisure"]


def test_several_threads(start_gate, smsc):
    gate = start_gate([smsc.port], SHARED + "workers: 4\n")
    numbers = [f"336000000{i:02}" for i in range(40)]
    with gate.bound("shop1", "transmitter") as shop, gate.bound("club1", "transmitter") as club:
        for connection, wanted in ((shop, numbers[:30]), (club, numbers[20:])):
            connection.send(*(smpp.submit_sm("36111", n, sequence=i + 1) for i, n in enumerate(wanted)))
        for connection, count in ((shop, 30), (club, 20)):
            assert {connection.receive().command_status for _ in range(count)} == {0}
    for n, expected in ((numbers[0], ["group:retail"]), (numbers[25], ["group:leisure", "group:retail"]), (numbers[39], ["group:leisure"])):
        reply(gate, smsc, "STOP", source=n)
        assert scopes(gate, n) == expected


def test_a_question_and_its_yes_on_a_shared_code(start_gate, smsc):
    """START is for the one who wrote, whose question the YES answers, on whichever bind either arrives."""
    asks = SHARED.replace("system_ids: [club1],", "system_ids: [club1], double_opt_in: {question: {en: 'Reply YES to join'}},")
    gate = start_gate([smsc.port], asks)
    with gate.bound("club1", "transmitter") as club:
        assert club.request(smpp.submit_sm("36111", ALICE, sequence=7)).command_status == 0
        reply(gate, smsc, "START")
        smsc.wait_for(lambda s, p: s.system_id == "club1" and p.name == "submit_sm" and p.text == "Reply YES to join")
        assert submit(gate, "shop1") == 0  # another writes in between
        reply(gate, smsc, "YES")
    [event] = [e for e in gate.events(ALICE) if e["event"] == "opt_in"]
    assert (event["scope"], event["method"]) == ("sender:club", "double_opt_in")
