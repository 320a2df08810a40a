"""Files of the store that are damaged, cut short or gone: the gate starts only when nothing that was acknowledged is lost, and says what is wrong."""

import http.client
import json
import shutil
import struct

import pytest

FIRST = 33600000000
EVENTS = 500  # several blocks of the log
BLOCK = 32768  # of RocksDB's log: records do not cross it


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return tmp_path_factory.mktemp("original") / "store"


@pytest.fixture
def filled(start_gate, original):
    """A gate that was killed: its events are in the log alone. Filled once for all tests."""
    gate = start_gate([1], start=False)
    if original.exists():
        shutil.copytree(original, gate.store)
        return gate
    gate.start()
    events = [{"number": str(FIRST + i), "event": "opt_out", "scope": "group:retail"} for i in range(EVENTS)]
    for event in events:
        status, body = gate.http("POST", "/v1/events", event)
        assert status == 201, body
    gate.kill9()
    shutil.copytree(gate.store, original)
    return gate


def database(gate):
    return gate.store / "rocksdb"


def log_of(gate):
    return max(database(gate).glob("*.log"), key=lambda p: p.stat().st_size)


def records(octets):
    """(offset, length of the payload) of each record of a RocksDB log: checksum 4, length 2, type 1, payload. Not of the uses of the token,
    one after each event."""
    at = 0
    while at + 7 <= len(octets):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        length, kind = struct.unpack_from("<HB", octets, at + 4)
        if kind == 0:
            return
        if b"/v1/events" not in octets[at + 7:at + 7 + length]:
            yield at, length
        at += 7 + length


def flipped(path, at):
    octets = bytearray(path.read_bytes())
    octets[at] ^= 0x40
    path.write_bytes(octets)


def known_events(gate):
    """Their numbers, or 503: also when the answer ends before it is whole."""
    try:
        status, body = gate.http("GET", f"/v1/events?after=0&limit={EVENTS + 10}")
    except http.client.IncompleteRead:
        return 503
    return [json.loads(line)["number"] for line in body.splitlines()] if status == 200 else status


def refusal(gate):
    """What the gate says that does not start; empty when it starts."""
    before = gate.log_path.stat().st_size if gate.log_path.exists() else 0
    try:
        gate.start()
    except RuntimeError:
        assert gate.process.wait(10) == 1
        lines = [json.loads(line) for line in gate.log_path.read_text()[before:].splitlines()]
        return next(line["error"] for line in lines if line["message"] == "cannot open the store")
    return ""


def refused(gate):
    """It says where, and what to do; and the second start says no less: the first must not have made it look whole."""
    for _ in range(2):
        why = refusal(gate)
        assert str(gate.store) in why or "damaged" in why
        assert "restore it from a backup" in why
    return why


def shortened(why, gate):
    return " ".join(why.replace(str(gate.store), "STORE").split()).replace("|", "/")


def test_an_undamaged_log_loses_nothing(filled):
    assert refusal(filled) == ""
    assert known_events(filled) == [str(FIRST + i) for i in range(EVENTS)]


# Which octet of a record: of its checksum, its length (low, high), its type, its payload.
@pytest.mark.parametrize("octet", [0, 4, 5, 6, 30])
@pytest.mark.parametrize("where", ["in the middle", "in the last block", "the last"])
def test_an_octet_of_the_log_is_changed(filled, where, octet, figure):
    log = log_of(filled)
    found = [at for at, _ in records(log.read_bytes())]
    last_block = [at for at in found if at // BLOCK == found[-1] // BLOCK]
    at = {"in the middle": found[len(found) // 2], "in the last block": last_block[len(last_block) // 2], "the last": found[-1]}[where]
    flipped(log, at + octet)
    why = refused(filled)
    fault = {"in the middle": "middle record corrupted", "the last": "last record corrupted"}.get(where)
    if fault and octet == 30:
        figure(fault, f"one of {len(found)} records, each octet of its header and payload: the gate does not start, twice, and says: {shortened(why, filled)}")


@pytest.mark.parametrize("where", ["in the middle", "at the end"])
def test_a_record_of_the_log_is_zeroed(filled, where):
    """RocksDB passes over it and the rest of its block without a word."""
    log = log_of(filled)
    octets = bytearray(log.read_bytes())
    found = list(records(octets))
    at, length = found[len(found) // 2 if where == "in the middle" else -1]
    octets[at:at + 7 + length] = bytes(7 + length)
    log.write_bytes(octets)
    refused(filled)


@pytest.mark.parametrize("kept", ["half", "all but the last", "all but an octet"])
def test_the_log_is_cut_short(filled, kept):
    log = log_of(filled)
    octets = log.read_bytes()
    found = list(records(octets))
    end = found[-1][0] + 7 + found[-1][1]
    log.write_bytes(octets[:{"half": end // 2, "all but the last": found[-1][0], "all but an octet": end - 1}[kept]])
    assert "has lost events" in refused(filled)


def test_a_record_that_was_never_finished_is_dropped(filled):
    """What a kill or a power cut in the middle of a write leaves behind: nobody was told that it is on disk."""
    log = log_of(filled)
    octets = log.read_bytes()
    found = list(records(octets))
    end = found[-1][0] + 7 + found[-1][1]
    log.write_bytes(octets[:end] + octets[found[-1][0]:end - 1])
    assert refusal(filled) == ""
    assert len(known_events(filled)) == EVENTS


@pytest.mark.parametrize("gone", ["CURRENT", "MANIFEST-*", "*.log", "*", ""])
def test_files_of_the_database_are_gone(filled, gone):
    if gone == "":
        shutil.rmtree(database(filled))
    else:
        for path in database(filled).glob(gone):
            path.unlink()
    refused(filled)
    assert gone != "" or not (database(filled) / "CURRENT").exists()


def test_a_person_may_decide_to_go_on_without_what_is_lost(filled):
    log_of(filled).unlink()
    assert str(filled.store / "acknowledged") in refused(filled)
    (filled.store / "acknowledged").unlink()
    assert refusal(filled) == ""
    assert known_events(filled) == []


def test_an_octet_of_a_table_is_changed(filled):
    """In whichever table and wherever: either the gate does not start, or every opt-out still stands, what can be read is right, and what
    cannot be read is said to be so."""
    filled.start()  # puts the log into tables
    filled.kill9()
    tables = {p.name: p.read_bytes() for p in database(filled).glob("*.sst")}
    whole = filled.store.with_name("whole")
    shutil.copytree(filled.store, whole)
    assert len(tables) >= 4
    outcomes = set()
    for name, octets in tables.items():
        for part in (0.02, 0.5, 0.9):
            shutil.rmtree(filled.store)
            shutil.copytree(whole, filled.store)
            flipped(database(filled) / name, int(len(octets) * part))
            why = refusal(filled)
            if why:
                assert "restore it from a backup" in why
                outcomes.add("refused")
                continue
            for i in (0, EVENTS // 2, EVENTS - 1):
                status, decision = filled.http("GET", f"/v1/decision?number={FIRST + i}&sender=shop")
                assert status == 503 or (status == 200 and decision["reason"] == "opted_out"), (name, part, status, decision)
            known = known_events(filled)
            assert known == 503 or len(known) == EVENTS, (name, part)
            outcomes.add("started")
            filled.kill9()
    assert outcomes == {"refused", "started"}


def test_a_table_is_gone(filled):
    filled.start()
    filled.kill9()
    max(database(filled).glob("*.sst"), key=lambda p: p.stat().st_size).unlink()
    refused(filled)
