"""Behind a balancer: the address in the PROXY header is the sender's."""

import shutil
import socket
import ssl
import struct
import subprocess
import time

import pytest
import smpp
from harness.certificates import Authority, client_context
from harness.gate import SENDERS, free_port, wait_until
from harness.patience import PATIENCE

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
ALLOWED = SENDERS.replace("name: shop", "name: shop\n    allow_from: [192.0.2.0/24, \"2001:db8::/32\"]")
BEHIND = ", proxy_protocol: true"
A_BIND = smpp.bind("transceiver", "shop1").raw


def version_1(source="192.0.2.7", family="TCP4", destination="198.51.100.1"):
    return f"PROXY {family} {source} {destination} 56324 2775\r\n".encode()


def version_2(source="192.0.2.7", command=1, tlvs=b""):
    family, size = (2, 16) if ":" in source else (1, 4)
    addresses = socket.inet_pton(socket.AF_INET6 if size == 16 else socket.AF_INET, source) + bytes(size) + struct.pack(">HH", 56324, 2775) + tlvs
    return SIGNATURE + bytes([0x20 | command, family << 4 | 1]) + struct.pack(">H", len(addresses)) + addresses


def statuses(gate, *pieces, wait=0.02):
    """That of the answer to the bind that these octets hold, sent piece by piece."""
    with gate.connect() as connection:
        for piece in pieces:
            connection.send(piece)
            if len(pieces) > 1:
                time.sleep(wait)  # so that the gate reads the pieces one by one; nothing hangs on how well that works
        return connection.receive().command_status


def limit(gate, name):
    return gate.metric("consentgate_limits_total", limit=name)


@pytest.mark.parametrize("header", [version_1(), version_1("2001:db8::7", "TCP6", "::1"), version_2(), version_2("2001:db8::7"), version_2("::ffff:192.0.2.7"),
                                    version_2(tlvs=b"\x02\0\4smsc\xee\0\0"), version_2(tlvs=b"\xee\x0b\xb8" + bytes(3000))])
def test_the_address_in_the_header_counts(start_gate, smsc, header):
    gate = start_gate([smsc.port], ALLOWED, listen=BEHIND)
    assert statuses(gate, header + A_BIND) == 0
    wait_until(lambda: '"peer":"' + ("2001:db8::7" if b"2001:db8::7" in header or b"\x20\x01\x0d\xb8" in header else "192.0.2.7") + ":56324" in gate.log_path.read_text())
    other = version_1("198.51.100.7") if header.startswith(b"PROXY") else version_2("198.51.100.7")
    assert statuses(gate, other + A_BIND) == 0x0D
    assert limit(gate, "allow_from") == 1


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN ::1 ::1 1 2\r\n", version_2(command=0), SIGNATURE + b"\x20\0\0\0", SIGNATURE + b"\x21\0\0\0"])
def test_without_an_address_the_balancers_own_counts(start_gate, smsc, header):
    gate = start_gate([smsc.port], ALLOWED.replace("192.0.2.0/24", "127.0.0.0/8"), listen=BEHIND)
    assert statuses(gate, header + A_BIND) == 0


@pytest.mark.parametrize("header", [version_1(), version_2("2001:db8::7", tlvs=b"\x04\0\1x")])
def test_a_header_in_pieces(start_gate, smsc, header):
    gate = start_gate([smsc.port], ALLOWED, listen=BEHIND)
    for cut in range(1, len(header + A_BIND)):
        whole = header + A_BIND
        assert statuses(gate, whole[:cut], whole[cut:], wait=0.002) == 0, cut
    assert statuses(gate, *(bytes([octet]) for octet in header), A_BIND, wait=0.001) == 0


@pytest.mark.parametrize("octets", [A_BIND, b"\x16\x03\x01\x02\0\1\0\1\xfc\3\3", b"GET / HTTP/1.1\r\n\r\n", b"PROXY TCP4 192.0.2.7\r\n", b"PROXY TCP4 " + b"1" * 100,
                                    SIGNATURE + b"\x11\x11\0\x0c" + bytes(12), SIGNATURE + b"\x21\x11\0\x0b" + bytes(11), SIGNATURE[:-1] + b"\r"])
def test_what_is_no_header_is_closed_at_once_and_counted(start_gate, smsc, octets):
    gate = start_gate([smsc.port], SENDERS, listen=BEHIND)
    with gate.connect() as connection:
        began = time.monotonic()
        connection.send(octets)
        assert connection.closed_by_peer(5) and time.monotonic() - began < PATIENCE
    wait_until(lambda: limit(gate, "no_proxy_header") == 1)
    assert "no PROXY header from a balancer" in gate.log_path.read_text()
    assert smsc.pdus() == []
    assert statuses(gate, version_1() + A_BIND) == 0


def test_a_header_that_does_not_come(start_gate, smsc):
    gate = start_gate([smsc.port], SENDERS + "limits: {bind_timeout: 1s, max_connections: 3}\n", listen=BEHIND)
    began = time.monotonic()
    with gate.connect() as silent, gate.connect() as slow:
        slow.send(version_2()[:20])
        assert silent.closed_by_peer(5) and slow.closed_by_peer(5)
    assert 0.9 < time.monotonic() - began < 3 * PATIENCE
    wait_until(lambda: limit(gate, "no_proxy_header") == 2)
    gate.connect().close()  # who only looks whether the port is open is nothing to tell
    for _ in range(5):
        assert statuses(gate, version_1() + A_BIND) == 0  # each has given its place back
    assert limit(gate, "no_proxy_header") == 2
    with gate.connect() as waiting:
        assert gate.stop() == 0
        assert waiting.closed_by_peer(5)


def test_limits_by_address_and_a_reload(start_gate, smsc):
    config = SENDERS + "limits: {max_connections_per_address: 1, max_bind_attempts_per_minute: 3}\n"
    gate = start_gate([smsc.port], config, listen=BEHIND)
    with gate.connect() as first, gate.connect() as second:
        first.send(version_1() + A_BIND)
        assert first.receive().command_status == 0
        second.send(version_2())
        assert second.closed_by_peer(5)
        assert limit(gate, "connections_per_address") == 1
        assert statuses(gate, version_1("192.0.2.8") + A_BIND) == 0
    wait_until(lambda: gate.metric("consentgate_sessions", leg="esme") == 0)
    assert [statuses(gate, version_2(f"2001:db8:0:1::{n}") + A_BIND) for n in range(5)] == [0, 0, 0, 0x0D, 0x0D]  # one network
    assert [statuses(gate, version_2(f"2001:db8:0:{n}::1") + A_BIND) for n in range(2, 5)] == [0, 0, 0]
    gate.listen = ""
    gate.configure(config)
    gate.reload()
    assert '"setting":"listen"' in gate.log_path.read_text()
    assert statuses(gate, version_1("192.0.2.9") + A_BIND) == 0


def test_before_tls(start_gate, smsc, tmp_path):
    ca = Authority(tmp_path)
    identity = ca.issue("gate", "DNS:gate.test")
    gate = start_gate([smsc.port], ALLOWED, listen=f", tls: {{certificate: {identity.file}, private_key: {identity.key}}}" + BEHIND)
    for header, status in ((version_1(), 0), (version_2(), 0), (version_2("198.51.100.7"), 0x0D)):
        plain = socket.create_connection(("127.0.0.1", gate.port), 10)
        plain.sendall(header)
        with smpp.Connection(client_context(ca).wrap_socket(plain, server_hostname="gate.test")) as esme:
            assert esme.bind("transceiver", "shop1").command_status == status
    with pytest.raises((ssl.SSLError, OSError)):
        client_context(ca).wrap_socket(socket.create_connection(("127.0.0.1", gate.port), 10), server_hostname="gate.test")
    wait_until(lambda: limit(gate, "no_proxy_header") == 1)


@pytest.fixture
def start_haproxy(tmp_path):
    if not shutil.which("haproxy"):
        pytest.skip("haproxy is not installed")
    started = []

    def start(to, options):
        front, stats = free_port(), tmp_path / f"haproxy-{len(started)}.sock"
        config = tmp_path / f"haproxy-{len(started)}.cfg"
        config.write_text(f"""global
  stats socket {stats} level admin
defaults
  mode tcp
  timeout connect 5s
  timeout client 1m
  timeout server 1m
frontend smpp
  bind 127.0.0.1:{front}
  default_backend gate
backend gate
  server gate 127.0.0.1:{to} {options}
""")
        process = subprocess.Popen(["haproxy", "-db", "-f", config], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(process)
        wait_until(lambda: stats.exists() and "UP" in state(stats) or process.poll() is not None, what="haproxy's health check")
        assert process.poll() is None
        return front, stats

    yield start
    for process in started:
        process.kill()
        process.wait()


def state(stats):
    """Of the server, as haproxy knows it."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(5)
        try:
            s.connect(str(stats))
            s.sendall(b"show stat\n")
            rows = b"".join(iter(lambda: s.recv(65536), b"")).decode().splitlines()
        except OSError:
            return ""
    return next((row for row in rows if row.startswith("gate,gate,")), "")


@pytest.mark.parametrize("option", ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"])
def test_haproxy(start_gate, smsc, start_haproxy, option):
    gate = start_gate([smsc.port], SENDERS.replace("name: shop", "name: shop\n    allow_from: [127.0.0.77]"), listen=BEHIND)
    front, stats = start_haproxy(gate.port, f"{option} check inter 100ms")
    gate.opt_in("33612345678")
    with smpp.Connection(socket.create_connection(("127.0.0.1", front), 10, source_address=("127.0.0.77", 0))) as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0
        assert esme.request(smpp.submit_sm("36111", "33612345678")).command_status == 0
        assert esme.request(smpp.submit_sm("36111", "33612345679", sequence=3)).command_status == 0x45
    with smpp.Connection(socket.create_connection(("127.0.0.1", front), 10, source_address=("127.0.0.78", 0))) as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0x0D
    wait_until(lambda: '"peer":"127.0.0.77:' in gate.log_path.read_text())
    assert limit(gate, "no_proxy_header") == 0  # nor by its health checks
    assert "UP" in state(stats)
