"""A small SMPP 3.4 library: PDUs as bytes, and a blocking connection that keeps them as they came.

A PDU travels as `Pdu`, which holds the raw octets and reads its header and fields on demand, so that nothing is lost or tidied up
on the way. Builders (`bind`, `submit_sm`, `deliver_sm`, ...) return `Pdu`s; `Connection` sends and receives them.

    with connect("127.0.0.1", 2775) as c:
        c.bind("transceiver", "me", "secret")
        answer = c.request(submit_sm("36111", "33612345678", "Hello"))
        print(answer.status_name, answer.message_id)

Standard library only.
"""

import socket
import struct
import time

# command_id by name (5.1.2.1); an answer is the request's id with the high bit set
COMMANDS = {
    "bind_receiver": 0x01, "bind_transmitter": 0x02, "query_sm": 0x03, "submit_sm": 0x04, "deliver_sm": 0x05, "unbind": 0x06,
    "replace_sm": 0x07, "cancel_sm": 0x08, "bind_transceiver": 0x09, "outbind": 0x0B, "enquire_link": 0x15, "submit_multi": 0x21,
    "alert_notification": 0x102, "data_sm": 0x103, "broadcast_sm": 0x111, "query_broadcast_sm": 0x112, "cancel_broadcast_sm": 0x113,
}
ANSWER = 0x80000000
GENERIC_NACK = 0x80000000
COMMAND_NAMES = {v: k for k, v in COMMANDS.items()} | {ANSWER | v: k + "_resp" for k, v in COMMANDS.items()} | {GENERIC_NACK: "generic_nack"}

# command_status (5.1.3): those that a gate or an SMSC commonly answers
STATUSES = {
    0x00: "ESME_ROK", 0x01: "ESME_RINVMSGLEN", 0x02: "ESME_RINVCMDLEN", 0x03: "ESME_RINVCMDID", 0x04: "ESME_RINVBNDSTS",
    0x05: "ESME_RALYBND", 0x08: "ESME_RSYSERR", 0x0A: "ESME_RINVSRCADR", 0x0B: "ESME_RINVDSTADR", 0x0D: "ESME_RBINDFAIL",
    0x0E: "ESME_RINVPASWD", 0x0F: "ESME_RINVSYSID", 0x14: "ESME_RMSGQFUL", 0x33: "ESME_RINVNUMDESTS", 0x40: "ESME_RINVDESTFLAG",
    0x45: "ESME_RSUBMITFAIL", 0x58: "ESME_RTHROTTLED", 0x64: "ESME_RX_T_APPN", 0x67: "ESME_RQUERYFAIL",
    0xC0: "ESME_RINVOPTPARSTREAM", 0xC2: "ESME_RINVPARLEN",
}
ESME = {name.removeprefix("ESME_"): value for value, name in STATUSES.items()}

MESSAGE_PAYLOAD, SAR_MSG_REF_NUM, SAR_TOTAL_SEGMENTS, SAR_SEGMENT_SEQNUM = 0x0424, 0x020C, 0x020E, 0x020F
SC_INTERFACE_VERSION, RECEIPTED_MESSAGE_ID, MESSAGE_STATE = 0x0210, 0x001E, 0x0427

# The GSM 7-bit default alphabet (GSM 03.38), one septet an octet, and its extension table (after 0x1B).
GSM7 = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyz"
        "äöñüà")
GSM7_EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}


class Closed(Exception):
    """The peer closed the connection."""


def gsm7(text):
    """`text` in the GSM 7-bit default alphabet, unpacked."""
    escaped = {v: k for k, v in GSM7_EXTENSION.items()}
    return b"".join(bytes([0x1B, escaped[c]]) if c in escaped else bytes([GSM7.index(c)]) for c in text)


def decode_text(octets, data_coding):
    """The text of a short_message, as far as a log needs it."""
    if data_coding == 8:
        return octets.decode("utf-16-be", "replace")
    if data_coding == 3:
        return octets.decode("latin-1")
    if data_coding == 1:
        return octets.decode("ascii", "replace")
    out, escape = [], False
    for o in octets:
        if escape:
            out.append(GSM7_EXTENSION.get(o, "?"))
            escape = False
        elif o == 0x1B:
            escape = True
        else:
            out.append(GSM7[o] if o < 128 else "?")
    return "".join(out)


class Pdu:
    """One PDU as it travelled: `raw` is every octet, header included."""

    def __init__(self, raw):
        self.raw = bytes(raw)

    @property
    def command_id(self):
        return struct.unpack_from(">I", self.raw, 4)[0]

    @property
    def command_status(self):
        return struct.unpack_from(">I", self.raw, 8)[0]

    @property
    def sequence_number(self):
        return struct.unpack_from(">I", self.raw, 12)[0]

    @property
    def body(self):
        return self.raw[16:]

    @property
    def name(self):
        return COMMAND_NAMES.get(self.command_id, f"0x{self.command_id:08x}")

    @property
    def status_name(self):
        return STATUSES.get(self.command_status, f"0x{self.command_status:08x}")

    @property
    def is_answer(self):
        return bool(self.command_id & ANSWER)

    @property
    def unnumbered(self):
        """Every octet but the sequence_number: what must be the same on both sides of a proxy."""
        return self.raw[:12] + self.raw[16:]

    def with_sequence(self, number):
        return Pdu(self.raw[:12] + struct.pack(">I", number) + self.raw[16:])

    @property
    def message_id(self):
        return self.body.split(b"\0", 1)[0].decode("latin-1")

    @property
    def fields(self):
        """The fields of a submit_sm, deliver_sm or data_sm by their names in the specification; `tlvs` is a list of (tag, value)."""
        reader = _Reader(self.body)
        f = {"service_type": reader.c_string(), "source_addr_ton": reader.octet(), "source_addr_npi": reader.octet(),
             "source_addr": reader.c_string(), "dest_addr_ton": reader.octet(), "dest_addr_npi": reader.octet(),
             "destination_addr": reader.c_string(), "esm_class": reader.octet()}
        if self.command_id & ~ANSWER == COMMANDS["data_sm"]:
            f |= {"registered_delivery": reader.octet(), "data_coding": reader.octet()}
        else:
            f |= {"protocol_id": reader.octet(), "priority_flag": reader.octet(), "schedule_delivery_time": reader.c_string(),
                  "validity_period": reader.c_string(), "registered_delivery": reader.octet(), "replace_if_present_flag": reader.octet(),
                  "data_coding": reader.octet(), "sm_default_msg_id": reader.octet()}
            f["short_message"] = reader.take(reader.octet())
        f["tlvs"] = reader.tlvs()
        return f

    @property
    def text(self):
        """The text of a submit_sm, deliver_sm or data_sm, from short_message or message_payload."""
        f = self.fields
        payload = dict(f["tlvs"]).get(MESSAGE_PAYLOAD, b"")
        return decode_text(f.get("short_message") or payload, f["data_coding"])

    @property
    def unsuccess_sme(self):
        """Of a submit_multi_resp: [(address, command_status)] of the destinations that were not accepted."""
        reader = _Reader(self.body)
        reader.c_string()
        out = []
        for _ in range(reader.octet()):
            reader.take(2)
            address = reader.c_string()
            out.append((address, struct.unpack(">I", reader.take(4))[0]))
        return out

    def __repr__(self):
        return f"<{self.name} {self.status_name} #{self.sequence_number} {self.body.hex()}>"

    def __eq__(self, other):
        return isinstance(other, Pdu) and self.raw == other.raw

    def __hash__(self):
        return hash(self.raw)


class _Reader:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def take(self, count):
        if self.at + count > len(self.octets):
            raise ValueError(f"the PDU ends {self.at + count - len(self.octets)} octets too early")
        self.at += count
        return self.octets[self.at - count:self.at]

    def octet(self):
        return self.take(1)[0]

    def c_string(self):
        end = self.octets.index(b"\0", self.at)
        return self.take(end + 1 - self.at)[:-1].decode("latin-1")

    def tlvs(self):
        out = []
        while self.at < len(self.octets):
            tag, length = struct.unpack(">HH", self.take(4))
            out.append((tag, self.take(length)))
        return out


# ---- builders

def pdu(command, body=b"", status=0, sequence=1):
    """Any PDU; `command` is a name of the specification (with _resp for an answer) or a number."""
    if isinstance(command, str):
        base = command.removesuffix("_resp")
        command = GENERIC_NACK if command == "generic_nack" else COMMANDS[base] | (ANSWER if command.endswith("_resp") else 0)
    return Pdu(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)


def answer(request, body=b"", status=0):
    """The answer to `request`, with its sequence_number."""
    return pdu(request.command_id | ANSWER, body, status, request.sequence_number)


def c_string(text):
    return (text if isinstance(text, bytes) else text.encode("latin-1")) + b"\0"


def tlv(tag, value=b""):
    return struct.pack(">HH", tag, len(value)) + value


def address(text, ton=None, npi=None):
    """ton npi addr. Guessed when not given: letters are alphanumeric, up to six digits a short code, the rest international."""
    plain = text.lstrip("+")
    if ton is None:
        ton = 0 if not text or (plain.isdigit() and len(plain) <= 6) else 1 if plain.isdigit() else 5
    return bytes([ton, (1 if ton == 1 else 0) if npi is None else npi]) + c_string(text)


def bind(kind, system_id, password="secret", sequence=1, system_type="", interface_version=0x34, tlvs=b""):
    """kind: transceiver, transmitter or receiver."""
    body = c_string(system_id) + c_string(password) + c_string(system_type) + bytes([interface_version, 0, 0]) + c_string("")
    return pdu("bind_" + kind, body + tlvs, sequence=sequence)


def _message(command, source, destination, text, sequence, esm_class, data_coding, registered_delivery, ton, source_ton, schedule, tlvs):
    octets = text if isinstance(text, bytes) else text.encode("utf-16-be") if data_coding == 8 else gsm7(text)
    body = c_string("") + address(source, source_ton) + address(destination, ton) + bytes([esm_class, 0, 0]) + c_string(schedule) + c_string("")
    body += bytes([registered_delivery, 0, data_coding, 0, len(octets)]) + octets + tlvs
    return pdu(command, body, sequence=sequence)


def submit_sm(source, destination, text="Hello", sequence=2, *, esm_class=0, data_coding=0, registered_delivery=0, ton=None,
              source_ton=None, schedule="", tlvs=b""):
    """`text` may be bytes, which travel as they are; `ton` is the destination's."""
    return _message("submit_sm", source, destination, text, sequence, esm_class, data_coding, registered_delivery, ton, source_ton, schedule,
                    tlvs)


def deliver_sm(source, destination, text="Hello", sequence=1, *, esm_class=0, data_coding=0, ton=None, source_ton=None, tlvs=b""):
    """`source` is the person; `text` may be bytes."""
    return _message("deliver_sm", source, destination, text, sequence, esm_class, data_coding, 0, ton, source_ton, "", tlvs)


def data_sm(source, destination, text="Hello", sequence=2, *, esm_class=0, data_coding=0, ton=None, source_ton=None, tlvs=b""):
    octets = text if isinstance(text, bytes) else gsm7(text)
    body = c_string("") + address(source, source_ton) + address(destination, ton) + bytes([esm_class, 0, data_coding])
    return pdu("data_sm", body + tlv(MESSAGE_PAYLOAD, octets) + tlvs, sequence=sequence)


def submit_multi(source, destinations, text="Hello", sequence=2, *, distribution_lists=(), tlvs=b""):
    """`destinations`: addresses, or (ton, npi, address) tuples."""
    octets = text if isinstance(text, bytes) else gsm7(text)
    body = c_string("") + address(source) + bytes([len(destinations) + len(distribution_lists)])
    for d in destinations:
        body += b"\1" + (address(d) if isinstance(d, str) else bytes(d[:2]) + c_string(d[2]))
    for name in distribution_lists:
        body += b"\2" + c_string(name)
    body += bytes([0, 0, 0]) + c_string("") + c_string("") + bytes([0, 0, 0, 0, len(octets)]) + octets + tlvs
    return pdu("submit_multi", body, sequence=sequence)


def parts(text, reference, size=20):
    """The short_messages of a concatenated message: user data header (8-bit reference) and a piece of `text` each."""
    octets = text if isinstance(text, bytes) else gsm7(text)
    pieces = [octets[i:i + size] for i in range(0, len(octets), size)]
    return [bytes([5, 0, 3, reference, len(pieces), i + 1]) + piece for i, piece in enumerate(pieces)]


# ---- a connection

patience = 1  # every timeout is so many times as long: for peers that are slower than usual


class Connection:
    """A blocking SMPP connection, either side. Not for use by two threads, except that one may send while another receives."""

    def __init__(self, sock, timeout=10):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket, self.timeout = sock, timeout
        self.sent, self.received = [], []  # Pdus, in order; what was sent as plain bytes is not listed
        self._buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, *pdus):
        """Each a Pdu, or bytes to be sent as they are; all in one write."""
        self.sent += [p for p in pdus if isinstance(p, Pdu)]
        self.socket.sendall(b"".join(p.raw if isinstance(p, Pdu) else p for p in pdus))

    def receive(self, timeout=None):
        """The next PDU. Closed when the peer closed, TimeoutError when none came in time (seconds)."""
        return self._next(self._deadline(timeout))

    def _deadline(self, timeout):
        return time.monotonic() + patience * (self.timeout if timeout is None else timeout)

    def _next(self, deadline):
        while True:
            if len(self._buffer) >= 4:
                length = struct.unpack_from(">I", self._buffer)[0]
                if length < 16:
                    raise ValueError(f"command_length {length}: {bytes(self._buffer[:64]).hex()}")
                if len(self._buffer) >= length:
                    p = Pdu(self._buffer[:length])
                    del self._buffer[:length]
                    self.received.append(p)
                    return p
            self._read(deadline)

    def _read(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no PDU came in time")
        self.socket.settimeout(left)
        try:
            octets = self.socket.recv(1 << 16)
        except ConnectionError as e:
            raise Closed(str(e)) from e
        finally:
            self.socket.settimeout(None)
        if not octets:
            raise Closed("closed by the peer")
        self._buffer += octets

    def request(self, request, timeout=None):
        """Sends, and returns the answer with the same sequence_number; what else comes meanwhile stays in `received`."""
        self.send(request)
        return self.answer_to(request, timeout)

    def answer_to(self, request, timeout=None):
        while True:
            p = self.receive(timeout)
            if p.is_answer and p.sequence_number == request.sequence_number:
                return p

    def bind(self, kind, system_id, password="secret", **more):
        return self.request(bind(kind, system_id, password, **more))

    def closed_by_peer(self, timeout=None):
        """True once the peer has closed; PDUs that come before that are read and kept in `received`."""
        deadline = self._deadline(timeout)
        try:
            while True:
                self._next(deadline)
        except Closed:
            return True
        except TimeoutError:
            return False

    def silent(self, seconds=0.2):
        """True when nothing comes for so long (and the connection stays open)."""
        try:
            self._next(time.monotonic() + seconds)
        except TimeoutError:
            return True
        return False

    def close(self):
        self.socket.close()

    def reset(self):
        """Closes with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def connect(host, port, timeout=10):
    return Connection(socket.create_connection((host, port), patience * timeout), timeout)
