"""The Debian package: made, installed on a copy of this machine, its service run by hand, and purged."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import urllib.request

import pytest
import smpp
from harness.gate import BINARY, ROOT, free_port, wait_until
from harness.machine import Machine

BUILD = BINARY.resolve().parents[1]
UNIT = "/usr/lib/systemd/system/consentgate.service"
# What the unit takes away, as far as it can be had without systemd.
AS_THE_SERVICE = ["setpriv", "--reuid", "consentgate", "--regid", "consentgate", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    if not shutil.which("dpkg-shlibdeps"):
        pytest.skip("dpkg-shlibdeps is not installed: Debian's package dpkg-dev")
    folder = tmp_path_factory.mktemp("package")
    done = subprocess.run(["cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = folder.glob("*.deb")
    return made


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def installed(machine, package):
    shutil.copy(package, machine.path("/root/consentgate.deb"))
    machine.run("dpkg", "--purge", "consentgate", check=None)  # should this machine have it
    machine.run("dpkg", "-i", "/root/consentgate.deb")
    return machine


def owner_and_mode(machine, path):
    names = {}
    for kind, field in (("passwd", "user"), ("group", "group")):
        names[field] = {int(line.split(":")[2]): line.split(":")[0] for line in machine.path(f"/etc/{kind}").read_text().splitlines()}
    found = machine.path(path).stat()
    return names["user"][found.st_uid], names["group"][found.st_gid], oct(stat.S_IMODE(found.st_mode))


def test_what_the_package_says_of_itself(package):
    fields = subprocess.run(["dpkg-deb", "--info", package], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^ Package: consentgate$", fields, re.M) and re.search(r"^ Depends: passwd, .*libyaml-cpp", fields, re.M)
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    files = {line.split()[5]: line.split()[:2] for line in listed.splitlines()}
    assert {"./usr/bin/consentgate", "." + UNIT, "./usr/share/consentgate/prometheus/alerts.yaml", "./usr/share/doc/consentgate/operations.md"} <= set(files)
    assert {owner for _, owner in files.values()} == {"root/root"}
    assert not any("test" in name.split("/")[-1] and "alerts" not in name for name in files) and not any(name.startswith("./etc") for name in files)


@contextlib.contextmanager
def service(machine, smsc, before_start=lambda: None):
    """The unit's command, as its user; (port, process)."""
    port, admin = free_port(), free_port()
    machine.path("/etc/consentgate/consentgate.yaml").write_text(
        f"listen: [{{address: 127.0.0.1:{port}}}]\nupstreams: [{{address: 127.0.0.1:{smsc.port}}}]\nadmin: {{address: 127.0.0.1:{admin}}}\n")
    before_start()
    [start] = re.findall(r"^ExecStart=(.*)$", machine.path(UNIT).read_text(), re.M)
    with subprocess.Popen(machine.command(*AS_THE_SERVICE, *shlex.split(start)), stderr=subprocess.PIPE, text=True) as gate:
        def ready():
            assert gate.poll() is None, gate.stderr.read()
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=2).status == 200
            except OSError:
                return False
        try:
            wait_until(ready, 30, "readiness")
            yield port
            gate.send_signal(signal.SIGTERM)
            assert gate.wait(40) == 0
        finally:
            if gate.poll() is None:
                gate.kill()


def test_installed_run_and_purged(installed, smsc):
    assert owner_and_mode(installed, "/etc/consentgate") == ("root", "consentgate", "0o750")
    assert owner_and_mode(installed, "/var/lib/consentgate") == ("consentgate", "consentgate", "0o700")
    with service(installed, smsc) as port, smpp.connect("127.0.0.1", port) as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0
        assert esme.request(smpp.submit_sm("36111", "33612345678")).command_status == 0x45
        recorded = installed.run("consentgate", "opt-out", "33612345678", "--scope", "all", "--json").stdout
        assert json.loads(recorded)["sequence"] == 1
        installed.run("consentgate", "backup", "/var/backups/consentgate/today")
    assert owner_and_mode(installed, "/var/backups/consentgate/today")[0] == "consentgate"
    assert "\nReadWritePaths=-/var/backups/consentgate\n" in installed.path(UNIT).read_text()
    assert owner_and_mode(installed, "/var/lib/consentgate/admin.token") == ("consentgate", "consentgate", "0o600")

    # The same package over it: configuration and ledger stay.
    installed.run("dpkg", "-i", "/root/consentgate.deb")
    assert json.loads(installed.run("consentgate", "verify", "--offline", "--json").stdout)["events"] == 1

    said = installed.run("dpkg", "--purge", "consentgate").stderr
    assert "the ledger stays in /var/lib/consentgate /var/backups/consentgate" in said and installed.path("/var/lib/consentgate/ledger.key").exists()
    assert not installed.path("/etc/consentgate").exists() and not installed.path("/usr/bin/consentgate").exists()
    assert not installed.path("/usr/share/consentgate").exists() and not installed.path(UNIT).exists()
    assert "consentgate:" in installed.path("/etc/passwd").read_text()
    assert "consentgate" not in installed.run("dpkg-query", "-W", "-f", "${Package}\n").stdout


def test_its_root_file_system_may_be_read_only(installed, smsc):
    """As in a container: nothing but the store is written."""
    with service(installed, smsc, lambda: installed.make_read_only("/var/lib/consentgate", "consentgate")) as port, smpp.connect("127.0.0.1", port) as esme:
        assert esme.bind("transceiver", "shop1").command_status == 0
        assert installed.run("touch", "/etc/consentgate/x", check=None).returncode == 1
        assert json.loads(installed.run("consentgate", "opt-out", "33612345678", "--scope", "all", "--json").stdout)["sequence"] == 1


def test_purged_before_anything_was_recorded_leaves_nothing(installed):
    installed.run("dpkg", "--purge", "consentgate")
    assert not installed.path("/var/lib/consentgate").exists() and not installed.path("/var/backups/consentgate").exists() and not installed.path("/etc/consentgate").exists()
    assert "consentgate:" not in installed.path("/etc/passwd").read_text() + installed.path("/etc/group").read_text()


def test_the_unit_is_valid_and_takes_away_what_the_gate_does_not_need(installed):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed: Debian's package systemd")
    for unit in (UNIT, UNIT.replace(".service", ".socket")):
        done = installed.run("systemd-analyze", "verify", "--man=no", unit)
        assert done.stderr == "", done.stderr
    # Exit code 1 when the exposure is above the threshold, in tenths.
    done = installed.run("systemd-analyze", "security", "--offline=true", "--threshold=19", UNIT, env={**os.environ, "SYSTEMD_COLORS": "0"})
    exposure = float(re.search(r"Overall exposure level for consentgate.service: (\S+)", done.stdout)[1])
    assert 0 < exposure < 2.0


def test_the_shipped_configuration_listens_where_the_socket_unit_does():
    unit = (ROOT / "deploy" / "debian" / "consentgate.socket").read_text()
    shipped = (ROOT / "deploy" / "consentgate.yaml").read_text()
    [listened] = re.findall(r"^ListenStream=(\S+)$", unit, re.M)
    assert re.search(rf"^listen:\n  - address: {re.escape(listened)}$", shipped, re.M)
