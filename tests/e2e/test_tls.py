"""TLS on either leg: who is let in, who is believed, and what becomes of the certificates."""

import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest
import smpp
from harness.certificates import Authority, client_context, server_context
from harness.gate import SENDERS, free_port, wait_until
from harness.patience import PATIENCE
from harness.peer import an_esme_meets_consent, npm_peer

ALICE, BOB = "33612345678", "33687654321"
HERE = "IP:127.0.0.1,DNS:gate.test"


@pytest.fixture
def ca(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def identity(ca):
    return ca.issue("gate", HERE)


def tls_of(identity, client_ca=None):
    """What follows the address of a listener."""
    more = f", client_ca: {client_ca.file}" if client_ca else ""
    return f", tls: {{certificate: {identity.file}, private_key: {identity.key}{more}}}"


def upstream(port, tls="", host="127.0.0.1"):
    return f"{{address: {host}:{port}, tls: {{{tls}}}}}"


def connect(gate, context, server_name="gate.test"):
    return smpp.Connection(context.wrap_socket(socket.create_connection(("127.0.0.1", gate.port), 10), server_hostname=server_name))


def bound(gate, context, system_id="shop1"):
    connection = connect(gate, context)
    assert connection.bind("transceiver", system_id).command_status == 0
    return connection


def bind_status(gate):
    with gate.connect() as esme:
        return esme.bind("transceiver", "shop1").command_status


def refused(gate, context):
    """True when there is no session: TLS 1.3 tells the client of it only after its side of the handshake."""
    try:
        connect(gate, context).bind("transceiver", "shop1")
    except (ssl.SSLError, smpp.Closed, ConnectionError):
        return True
    return False


def logged(gate, *words):
    return any(all(w in line for w in words) for line in gate.log_path.read_text().splitlines())


def hold_to(context, version):
    context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_legs(ca, identity, start_smsc, start_gate, version):
    smsc = start_smsc(tls=hold_to(server_context(ca.issue("smsc", "IP:127.0.0.1")), version))
    gate = start_gate([upstream(smsc.port, f"ca: {ca.file}")], listen=tls_of(identity))
    gate.opt_in(ALICE)
    context = hold_to(client_context(ca), version)
    context.set_alpn_protocols(["smpp"])
    with bound(gate, context) as esme:
        assert esme.socket.version() == {771: "TLSv1.2", 772: "TLSv1.3"}[version]
        assert esme.socket.selected_alpn_protocol() is None
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0
        assert esme.request(smpp.submit_sm("36111", BOB)).command_status == 0x45
        smsc.receiver().send(smpp.deliver_sm(ALICE, "36111", "STOP", sequence=5))
        esme.send(smpp.answer(esme.receive(), b"\0"))
        assert smsc.wait_for(lambda _, p: p.name == "deliver_sm_resp")[1].sequence_number == 5
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0x45
        assert gate.metric("consentgate_sessions", leg="smsc") == 1
        assert esme.request(smpp.pdu("unbind", sequence=9)).command_status == 0
        assert esme.closed_by_peer()  # with close_notify: without it this would be an SSLError
    wait_until(lambda: not smsc.sessions)
    wait_until(lambda: gate.metric("consentgate_sessions") == 0)
    assert gate.metric("consentgate_tls_failures_total") == 0
    assert gate.metric("consentgate_upstream_up") == 1


def test_much_at_once_both_ways(ca, identity, start_smsc, start_gate):
    """More than the kernel takes: every write is cut somewhere, and goes on where it was cut."""
    smsc = start_smsc(tls=server_context(ca.issue("smsc", "IP:127.0.0.1")))
    gate = start_gate([upstream(smsc.port, f"ca: {ca.file}")], listen=tls_of(identity))
    count, payload = 3000, smpp.tlv(smpp.MESSAGE_PAYLOAD, b"x" * 8000)
    with bound(gate, client_context(ca), "bank1") as esme:
        texts = [smpp.submit_sm("36222", ALICE, b"", sequence=n, tlvs=payload) for n in range(1, count + 1)]
        for i in range(0, count, 100):
            esme.send(*texts[i:i + 100])
        assert sorted(esme.receive(30).sequence_number for _ in range(count)) == list(range(1, count + 1))
        assert [p.body for p in smsc.pdus("submit_sm")] == [t.body for t in texts]

        session = smsc.receiver()
        down = [smpp.deliver_sm(ALICE, "36222", b"", sequence=n, tlvs=payload) for n in range(1, count + 1)]
        sending = threading.Thread(target=session.send, args=down)
        sending.start()
        sending.join(0.5)  # the sender reads nothing meanwhile: the gate has to wait for it
        assert sending.is_alive()
        got = [esme.receive(30) for _ in down]
        assert [p.body for p in got] == [p.body for p in down]


@pytest.mark.parametrize("options, what", [(["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], "protocol version"),
                                           (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], "handshake failure"),
                                           (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], "handshake failure")])
def test_old_protocols_and_ciphers_are_refused(ca, identity, smsc, start_gate, options, what):
    gate = start_gate([smsc.port], listen=tls_of(identity))
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", *options], input="", capture_output=True, text=True, timeout=20)
    assert what in done.stderr
    assert gate.metric("consentgate_tls_failures_total", leg="esme") == 1


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_s_client_verifies_chain_and_name(ca, smsc, start_gate, tmp_path, version):
    between = Authority(tmp_path, "intermediate", issuer=ca)
    gate = start_gate([smsc.port], listen=tls_of(between.issue("gate", HERE)))
    client = ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", "-CAfile", ca.file, "-verify_return_error", "-brief", "-ign_eof", version]
    done = subprocess.run([*client, "-verify_hostname", "gate.test"], input=smpp.pdu("unbind").raw, capture_output=True, timeout=20)
    assert b"Verification: OK" in done.stderr and done.stdout == smpp.pdu("unbind_resp").raw
    done = subprocess.run([*client, "-verify_hostname", "other.test"], input=b"", capture_output=True, timeout=20)
    assert b"hostname mismatch" in done.stderr.lower()


def test_client_certificates(ca, identity, smsc, start_gate, tmp_path):
    senders, others = Authority(tmp_path, "senders"), Authority(tmp_path, "others")
    gate = start_gate([smsc.port], listen=tls_of(identity, senders))
    assert refused(gate, client_context(ca))
    assert refused(gate, client_context(ca, others.issue("stranger")))
    assert refused(gate, client_context(ca, senders.issue("late", days=-1)))
    assert smsc.pdus() == []
    wait_until(lambda: gate.metric("consentgate_tls_failures_total", leg="esme") == 3)
    assert logged(gate, "no TLS with a sender", "certificate")
    bound(gate, client_context(ca, senders.issue("shop"))).close()


def test_the_upstream_must_be_who_it_should_be(ca, start_smsc, start_gate, tmp_path):
    def meets(certificate, tls, expected, *words, **smsc):
        context = server_context(certificate, **smsc)
        gate = start_gate([upstream(start_smsc(tls=context).port, tls)])
        assert bind_status(gate) == expected
        assert gate.metric("consentgate_upstream_up") == (1 if expected == 0 else 0)
        assert not words or logged(gate, "upstream not reachable", *words)
        assert gate.metric("consentgate_tls_failures_total", leg="smsc") == (1 if words else 0)
        gate.stop()

    right, trust = ca.issue("smsc", "IP:127.0.0.1"), f"ca: {ca.file}"
    named = ca.issue("named", "DNS:backup.aggregator.example")
    meets(right, trust, 0)
    meets(named, trust, 0x0D, "IP address mismatch")
    meets(named, trust + ", server_name: backup.aggregator.example", 0)
    meets(named, trust + ", server_name: aggregator.example", 0x0D, "hostname mismatch")
    meets(right, f"ca: {Authority(tmp_path, 'others').file}", 0x0D, "certificate verify failed")
    meets(right, "", 0x0D, "certificate verify failed")  # no CA of the system signed it
    meets(ca.issue("old", "IP:127.0.0.1", days=-1), trust, 0x0D, "certificate has expired")
    between = Authority(tmp_path, "intermediate", issuer=ca)
    meets(between.issue("deep", "IP:127.0.0.1"), trust, 0)
    mutual = ca.issue("client")
    meets(right, trust + f", certificate: {mutual.file}, private_key: {mutual.key}", 0, client_ca=ca)


def test_the_authorities_of_the_system(ca, start_smsc, start_gate):
    smsc = start_smsc(tls=server_context(ca.issue("smsc", "IP:127.0.0.1")))
    gate = start_gate([upstream(smsc.port)], environment={"SSL_CERT_FILE": str(ca.file)})
    assert bind_status(gate) == 0


def test_an_upstream_that_wants_a_certificate(ca, start_smsc, start_gate):
    smsc = start_smsc(tls=server_context(ca.issue("smsc", "IP:127.0.0.1"), client_ca=ca))
    gate = start_gate([upstream(smsc.port, f"ca: {ca.file}")])
    assert bind_status(gate) == 0x0D
    assert smsc.pdus() == []


def test_the_next_upstream_when_one_speaks_no_tls(ca, start_smsc, start_gate, smsc):
    plain = start_smsc()
    gate = start_gate([upstream(plain.port, f"ca: {ca.file}"), smsc.port], SENDERS + "limits: {connect_timeout: 1s}\n")
    gate.bound().close()
    assert plain.pdus() == [] and len(smsc.pdus("bind_transceiver")) == 1


@pytest.mark.parametrize("octets", [smpp.bind("transceiver", "shop1").raw, b"GET / HTTP/1.1\r\nHost: gate\r\n\r\n", bytes(64)])
def test_what_is_not_tls_on_a_tls_port(ca, identity, smsc, start_gate, octets):
    gate = start_gate([smsc.port], listen=tls_of(identity))
    with gate.connect() as esme:
        began = time.monotonic()
        esme.send(octets)
        assert not any(p.is_answer for p in iter_until_closed(esme))
        assert time.monotonic() - began < PATIENCE
    wait_until(lambda: gate.metric("consentgate_limits_total", limit="not_tls") == 1)
    assert logged(gate, "the peer does not speak TLS", "127.0.0.1")
    bound(gate, client_context(ca)).close()


def iter_until_closed(connection):
    """A TLS alert may come first, which is no PDU."""
    try:
        while True:
            yield connection.receive(5)
    except (smpp.Closed, ValueError):
        return


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_on_a_plain_port(ca, gate, version):
    began = time.monotonic()
    with pytest.raises(OSError):
        connect(gate, hold_to(client_context(ca), version))
    assert time.monotonic() - began < PATIENCE
    wait_until(lambda: gate.metric("consentgate_limits_total", limit="not_smpp") == 1)


def test_a_slow_handshake_holds_up_nobody(ca, identity, smsc, start_gate):
    gate = start_gate([smsc.port], SENDERS + "limits: {bind_timeout: 2s}\n", listen=tls_of(identity))
    hello, ending = ssl.MemoryBIO(), ssl.MemoryBIO()
    handshake = client_context(ca).wrap_bio(ending, hello, server_hostname="gate.test")
    with pytest.raises(ssl.SSLWantReadError):
        handshake.do_handshake()
    octets = hello.read()
    with gate.connect() as silent, gate.connect() as slow:
        slow.send(octets[:100])
        with bound(gate, client_context(ca)) as esme:
            assert esme.request(smpp.pdu("enquire_link", sequence=3)).command_status == 0
            assert silent.closed_by_peer() and slow.closed_by_peer()
            assert gate.metric("consentgate_limits_total", limit="time_to_bind") == 2
            assert esme.request(smpp.pdu("enquire_link", sequence=4)).command_status == 0


def test_an_upstream_that_does_not_greet(ca, start_gate, smsc):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        gate = start_gate([upstream(port, f"ca: {ca.file}"), smsc.port], SENDERS + "limits: {connect_timeout: 1s}\n")
        gate.bound().close()
    assert logged(gate, "upstream not reachable", "no answer in time")


def test_an_end_without_close_notify(ca, identity, smsc, start_gate):
    gate = start_gate([smsc.port], listen=tls_of(identity))
    esme = bound(gate, client_context(ca))
    with socket.socket(fileno=os.dup(esme.socket.fileno())) as below:
        below.shutdown(socket.SHUT_RDWR)
    wait_until(lambda: not smsc.sessions)
    wait_until(lambda: logged(gate, "session ended", "closed by the ESME"))


def test_answers_reach_a_sender_that_has_said_all(ca, identity, smsc, start_gate):
    gate = start_gate([smsc.port], listen=tls_of(identity))
    with connect(gate, client_context(ca)) as esme:
        esme.send(smpp.bind("transceiver", "bank1"), *[smpp.submit_sm("36222", ALICE, sequence=n) for n in range(2, 12)])
        with socket.socket(fileno=os.dup(esme.socket.fileno())) as below:
            below.shutdown(socket.SHUT_WR)
        assert esme.closed_by_peer()
        assert [p.sequence_number for p in esme.received] == list(range(1, 12))


def test_sigterm_delivers_and_unbinds_through_tls(ca, identity, start_smsc, start_gate):
    smsc = start_smsc(tls=server_context(ca.issue("smsc", "IP:127.0.0.1")))
    gate = start_gate([upstream(smsc.port, f"ca: {ca.file}")], listen=tls_of(identity))
    esme = bound(gate, client_context(ca))
    gate.process.send_signal(signal.SIGTERM)
    unbind = esme.receive()
    assert unbind.name == "unbind"
    esme.send(smpp.answer(unbind))
    smsc.wait_for(lambda _, p: p.name == "unbind")
    assert esme.closed_by_peer()
    assert gate.process.wait(10) == 0


def serial(connection):
    return ssl.DER_cert_to_PEM_cert(connection.socket.getpeercert(binary_form=True))


def test_sighup_takes_new_certificates_for_new_sessions(ca, identity, start_smsc, start_gate, tmp_path):
    smsc = start_smsc(tls=server_context(ca.issue("smsc", "IP:127.0.0.1")))
    other = Authority(tmp_path, "other")
    trusted = tmp_path / "trusted.pem"
    shutil.copy(other.file, trusted)
    gate = start_gate([upstream(smsc.port, f"ca: {trusted}")], listen=tls_of(identity))
    days = lambda: gate.metric("consentgate_certificate_days", file=str(identity.file))  # noqa: E731
    assert 364 < days() <= 365
    assert bound_status(gate, ca) == 0x0D

    ca.issue("gate", HERE, days=20)
    shutil.copy(ca.file, trusted)
    gate.reload()
    assert 19 < days() <= 20
    with bound(gate, client_context(ca)) as before:
        first = serial(before)
        ca.issue("gate", HERE, days=90)
        gate.reload()
        with bound(gate, client_context(ca)) as after:
            assert serial(after) != first
        assert before.request(smpp.pdu("enquire_link", sequence=3)).command_status == 0

        good = identity.file.read_text()
        broken = [("", "holds no certificate"), (good.replace("M", "!"), "broken"), (other.issue("foreign", HERE).file.read_text(), "is not the key")]
        for n, (text, words) in enumerate(broken, 1):
            identity.file.write_text(text)
            gate.reload()
            assert gate.metric("consentgate_config_reloads_total", result="failed") == n
            wait_until(lambda: logged(gate, "configuration not reloaded", words))
            bound(gate, client_context(ca)).close()
        identity.file.unlink()
        gate.reload()
        assert logged(gate, "configuration not reloaded", "No such file")
        bound(gate, client_context(ca)).close()
        assert 89 < days() <= 90
        assert before.request(smpp.pdu("enquire_link", sequence=4)).command_status == 0


def bound_status(gate, ca):
    with connect(gate, client_context(ca)) as esme:
        return esme.bind("transceiver", "shop1").command_status


def test_reload_keeps_what_is_sealed(ca, identity, smsc, start_gate):
    gate = start_gate([smsc.port], listen=tls_of(identity))
    moved = ca.issue("gate", HERE, file="moved")
    gate.listen = tls_of(moved)
    gate.configure(SENDERS)
    gate.reload()
    assert gate.metric("consentgate_certificate_days", file=str(moved.file)) > 0
    assert str(identity.file) not in gate.metrics()
    gate.listen = ""
    gate.configure(SENDERS)
    gate.reload()
    assert logged(gate, "a restart is needed", "listen")
    bound(gate, client_context(ca)).close()


def check(gate):
    return gate.cli("check-config")


def test_check_config_looks_into_the_files(ca, identity, start_gate, tmp_path):
    smsc_ca = tmp_path / "smsc-ca.pem"
    gate = start_gate([upstream(free_port(), f"ca: {smsc_ca}")], listen=tls_of(identity), start=False)
    done = check(gate)
    assert done.returncode == 1
    assert f"{gate.config}:3:42: the CA file `{smsc_ca}` cannot be read: No such file or directory\n" == done.stderr
    shutil.copy(ca.file, smsc_ca)
    assert check(gate).returncode == 0 and check(gate).stderr == ""

    stranger = ca.issue("stranger", HERE)
    gate.listen = f", tls: {{certificate: {identity.file}, private_key: {stranger.key}}}"
    gate.configure(SENDERS)
    done = check(gate)
    assert done.returncode == 1 and f"the private key `{stranger.key}` is not the key of the first certificate in `{identity.file}`" in done.stderr
    assert done.stderr.startswith(f"{gate.config}:1:")

    gate.listen = tls_of(identity)
    gate.configure(SENDERS)
    ca.issue("gate", HERE, days=10)
    assert check(gate).returncode == 0 and "warning: the certificate" in check(gate).stderr and "expires in 9 days" in check(gate).stderr
    ca.issue("gate", HERE, days=-1)
    assert check(gate).returncode == 0 and "has expired" in check(gate).stderr
    identity.key.chmod(0o644)
    assert "can be read by everybody" in check(gate).stderr
    subprocess.run(["openssl", "ec", "-in", identity.key, "-aes128", "-passout", "pass:x", "-out", identity.key], check=True, capture_output=True)
    assert check(gate).returncode == 1 and "needs a passphrase" in check(gate).stderr
    identity.key.unlink()
    assert json.loads(gate.cli("check-config", "--json").stdout)["errors"][0]["line"] == 1
    assert "number" in gate.cli("show", ALICE, "--offline", "--json", check=0).stdout  # who looks up needs no key


# --- real peers ---

@pytest.fixture
def start_stunnel(tmp_path):
    if not shutil.which("stunnel4"):
        pytest.skip("stunnel4 is not installed")
    started = []

    def start(accept, to, *more):
        config = tmp_path / f"stunnel-{accept}.conf"
        config.write_text("\n".join(["foreground = yes", "pid =", "debug = 4", "[smpp]", f"accept = 127.0.0.1:{accept}", f"connect = 127.0.0.1:{to}", *more]))
        started.append(subprocess.Popen(["stunnel4", config], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_until(lambda: listens(accept), what="stunnel")

    yield start
    for process in started:
        process.kill()
        process.wait()


def listens(port):
    """Without connecting: that would reach the gate."""
    wanted = f"0100007F:{port:04X}"
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1] == wanted and row[3] == "0A" for row in rows)


def test_stunnel_on_either_side(ca, identity, smsc, start_gate, start_stunnel):
    smsc_identity, sender, front, back = ca.issue("smsc", "DNS:smsc.test"), ca.issue("sender"), free_port(), free_port()
    start_stunnel(back, smsc.port, f"cert = {smsc_identity.file}", f"key = {smsc_identity.key}")
    gate = start_gate([upstream(back, f"ca: {ca.file}, server_name: smsc.test")], listen=tls_of(identity, ca))
    start_stunnel(front, gate.port, "client = yes", f"CAfile = {ca.file}", "verifyChain = yes", "checkHost = gate.test", f"cert = {sender.file}",
                  f"key = {sender.key}")
    gate.opt_in(ALICE)
    with smpp.connect("127.0.0.1", front) as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0
        assert esme.request(smpp.submit_sm("36111", ALICE)).command_status == 0
        assert esme.request(smpp.submit_sm("36111", BOB)).command_status == 0x45
        assert esme.request(smpp.pdu("unbind", sequence=9)).command_status == 0
        assert esme.closed_by_peer()
    wait_until(lambda: not smsc.sessions)


def test_npm_smpp_over_tls(ca, identity, smsc, start_gate):
    gate = start_gate([smsc.port], listen=tls_of(identity))
    gate.opt_in(ALICE)
    peer = npm_peer("npm_client.js", gate.port, "shop1", ca.file)
    try:
        an_esme_meets_consent(peer, gate, smsc)
    finally:
        peer.stop()


def test_a_listener_of_the_gates_own(ca, start_smsc, start_gate, tmp_path):
    smsc = start_smsc(tls=server_context(ca.issue("smsc", "IP:127.0.0.1")))
    trusted = tmp_path / "trusted.pem"
    shutil.copy(Authority(tmp_path, "other").file, trusted)
    gate = start_gate([upstream(smsc.port, f"ca: {trusted}")], SENDERS + "listeners: [{system_id: shop1, password: heard}]\n")
    up = lambda: gate.metric("consentgate_listener_up", system_id="shop1")  # noqa: E731
    wait_until(lambda: gate.metric("consentgate_tls_failures_total", leg="smsc") >= 1)
    assert up() == 0
    shutil.copy(ca.file, trusted)
    gate.reload()
    wait_until(up, 20)
    assert smsc.deliver(ALICE, "36111", "STOP").command_status == 0
    assert gate.events(ALICE)[0]["event"] == "opt_out"
