"""A conversation with every kind of verdict, both sides of the gate dissected by tshark: no PDU is malformed."""

import shutil
import struct
import subprocess

import pytest
import smpp

ALICE, BOB = "33612345678", "33687654321"


class Capture:
    """A pcap file with one TCP stream a direction and side, made from the recorded PDUs."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))  # raw IP
        self.sequences = {}
        self.packets = 0

    def add(self, source_port, destination_port, octets):
        at = self.sequences.get((source_port, destination_port), 1)
        self.sequences[source_port, destination_port] = at + len(octets)
        tcp = struct.pack(">HHIIBBHHH", source_port, destination_port, at, 1, 0x50, 0x18, 65535, 0, 0) + octets
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), self.packets, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        self.packets += 1
        self.file.write(struct.pack("<IIII", self.packets, 0, len(ip + tcp), len(ip + tcp)) + ip + tcp)

    def close(self):
        self.file.close()


def test_nothing_malformed_on_either_side(gate, smsc, tmp_path):
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")
    gate.opt_in(ALICE)
    with gate.bound() as esme:
        session = smsc.receiver()
        for request in (smpp.submit_sm("36111", ALICE, sequence=2), smpp.submit_sm("36111", BOB, sequence=3), smpp.data_sm("36111", ALICE, sequence=4),
                        smpp.data_sm("36111", BOB, sequence=5), smpp.submit_multi("36111", [ALICE, BOB], sequence=6, distribution_lists=["all"]),
                        smpp.submit_multi("36111", [BOB], sequence=7), smpp.pdu("query_sm", b"m1\0\0\0\0", sequence=8), smpp.pdu("enquire_link", sequence=9),
                        smpp.bind("transmitter", "shop1", sequence=10), smpp.pdu("submit_sm", b"cut", sequence=11)):
            esme.request(request)
        for text, more in (("STOP", {}), ("hello", {}), ("é", {"data_coding": 8}), ("", {"tlvs": smpp.tlv(0x0424, b"START")})):
            sent = smpp.deliver_sm(ALICE, "36111", text, sequence=session.next_sequence(), **more)
            session.send(sent)
            esme.send(smpp.answer(esme.receive(), b"\0"))
            smsc.wait_for(lambda s, p: p.is_answer and p.sequence_number == sent.sequence_number)
        esme.request(smpp.pdu("unbind", sequence=12))
        sides = [(40001, 2775, esme.sent), (2775, 40001, esme.received),
                 (40002, 2775, session.connection.received), (2775, 40002, session.connection.sent)]

    capture = Capture(tmp_path / "both.pcap")
    recorded = 0
    for source, destination, pdus in sides:
        for p in pdus:
            if p.body != b"cut":  # malformed on purpose
                capture.add(source, destination, p.raw)
                recorded += 1
    capture.close()
    tshark = ["tshark", "-r", str(tmp_path / "both.pcap"), "-d", "tcp.port==2775,smpp"]
    dissected = subprocess.run([*tshark, "-Y", "smpp", "-T", "fields", "-e", "smpp.command_id"], capture_output=True, text=True, check=True)
    assert len(dissected.stdout.split()) == recorded > 40
    malformed = subprocess.run([*tshark, "-Y", "_ws.malformed"], capture_output=True, text=True, check=True)
    assert malformed.stdout == ""
