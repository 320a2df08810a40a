"""What the fuzzers begin with, one folder for each: seeds.py FOLDER. Whole PDUs, of real peers (tests/data/quirks.tsv) and of our own, and texts that
people write, in the form in which each fuzzer reads its input."""

import csv
import itertools
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "simulator"))
import smpp  # noqa: E402

ALICE = "33612345678"
ESME, SMSC, RECORDED, SECONDS = 0, 3, 6, 7  # whose a chunk of fuzz_session is


def rows(name):
    with open(ROOT / "tests" / "data" / name, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def from_senders():
    yield smpp.bind("transceiver", "bank1")
    for source in ("36111", "36222"):
        yield smpp.submit_sm(source, ALICE, sequence=2)
        yield smpp.submit_sm(source, ALICE, schedule="270101120000000+", registered_delivery=1, sequence=3)
        yield smpp.data_sm(source, ALICE, sequence=4)
        yield smpp.submit_multi(source, [ALICE, "33612345679"], distribution_lists=["LIST"], sequence=5)
        yield smpp.pdu("replace_sm", smpp.c_string("id") + smpp.address(source) + smpp.c_string("") * 2 + b"\0\0\2hi", sequence=6)
        yield smpp.pdu("broadcast_sm", smpp.c_string("") + smpp.address(source), sequence=7)
    for n, part in enumerate(smpp.parts("Reply STOP to leave the list of the shop", 7)):
        yield smpp.submit_sm("36222", ALICE, part, esm_class=0x40, sequence=10 + n)
    yield smpp.submit_sm("36222", ALICE, b"", tlvs=smpp.tlv(smpp.MESSAGE_PAYLOAD, b"x" * 40), sequence=8)
    yield smpp.pdu("enquire_link", sequence=20)
    yield smpp.pdu("unbind", sequence=21)


def from_smscs():
    yield smpp.pdu("bind_transceiver_resp", smpp.c_string("SMSC") + smpp.tlv(smpp.SC_INTERFACE_VERSION, b"\x34"))
    for n in range(1, 5):
        yield smpp.pdu("submit_sm_resp", smpp.c_string(f"id{n}"), sequence=n)
    yield smpp.deliver_sm(ALICE, "36111", "STOP", sequence=70)
    yield smpp.deliver_sm(ALICE, "36222", "арест", data_coding=8, sequence=71)
    receipt = "id:1 sub:001 dlvrd:001 submit date:2601011200 done date:2601011200 stat:DELIVRD err:000 text:x"
    yield smpp.deliver_sm(ALICE, "36111", receipt, esm_class=4, sequence=72)
    yield smpp.pdu("alert_notification", smpp.address(ALICE) + smpp.address("36111"), sequence=73)
    yield smpp.pdu("unbind", sequence=74)


def chunk(what, octets=b""):
    return b"".join(bytes([what, len(piece)]) + piece for piece in (octets[i:i + 255] for i in range(0, max(1, len(octets)), 255)))


def conversations():
    for sent in from_senders():
        yield chunk(ESME, sent.raw) + chunk(SECONDS)
    said = [chunk(ESME, p.raw) for p in from_senders()]
    heard = [chunk(SMSC, p.raw) for p in from_smscs()]
    yield b"".join(said[:12])
    yield b"".join(heard)
    yield b"".join(itertools.chain(*zip(said, heard))) + chunk(RECORDED) + chunk(SECONDS)


def texts():
    for esm_class, text in [(0, b"STOP"), *((0x40, part) for part in smpp.parts("Reply STOP to leave the list", 9))]:
        for data_coding in (0, 1, 3, 4, 5, 6, 8, 14):
            yield bytes([data_coding, 0, esm_class, len(text)]) + text
    for text, *_ in rows("replies.tsv")[::20]:
        yield bytes([8, 0, 0, min(255, 2 * len(text))]) + text.encode("utf-16-be")


def seeds():
    pdus = [bytes.fromhex(octets) for _, octets, *_ in rows("quirks.tsv")] + [p.raw for p in (*from_senders(), *from_smscs())]
    yield "fuzz_framer", [*pdus, b"".join(pdus[:20])]
    yield "fuzz_decoder", [b"\x55" + p for p in pdus]
    yield "fuzz_text", texts()
    yield "fuzz_session", conversations()


for fuzzer, inputs in seeds():
    folder = pathlib.Path(sys.argv[1]) / fuzzer
    folder.mkdir(parents=True, exist_ok=True)
    for n, octets in enumerate(inputs):
        (folder / f"seed{n:04}").write_bytes(octets)
