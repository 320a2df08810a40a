"""What the measurements stand on: configurations, the store, the gate and HAProxy started on free ports, and one run of the load generator."""

import datetime
import json
import pathlib
import shlex
import subprocess
import time
import urllib.error
import urllib.request

from processes import Process, accepts, free_port, wait_for

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIRST = 33_600_000_000
REFUSE_EVERY = 10

HAPROXY = """global
  nbthread {threads}
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen smpp
  bind 127.0.0.1:{port}{bind_tls}
  server sink 127.0.0.1:{sink}{server_tls}
"""

GATE = """listen:
  - address: 127.0.0.1:{port}{listen_tls}
upstreams:
  - address: 127.0.0.1:{sink}{upstream_tls}
store:
  path: {store}
admin:
  address: 127.0.0.1:{admin}
workers: {workers}
senders:
  - name: bench
    system_ids: [{system_ids}]
"""


def gate_config(port, sink, store, admin, workers=1, tls=None, binds=4, extra=""):
    """`tls`: the folder with both.pem, certificate.pem and key.pem, for both legs. `binds`: those of the sender that has the consents."""
    listen = upstream = ""
    if tls:
        listen = f"\n    tls: {{certificate: {tls}/certificate.pem, private_key: {tls}/key.pem}}"
        upstream = f"\n    tls: {{ca: {tls}/certificate.pem, server_name: localhost}}"
    system_ids = ", ".join(f"bench{i + 1}" for i in range(binds))
    return GATE.format(port=port, sink=sink, store=store, admin=admin, workers=workers, system_ids=system_ids, listen_tls=listen,
                       upstream_tls=upstream) + extra


def make_certificate(folder):
    """Self-signed, for localhost: both.pem holds certificate.pem and key.pem."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(folder / "key.pem"), "-out",
                    str(folder / "certificate.pem")], check=True, capture_output=True, timeout=60)
    (folder / "key.pem").chmod(0o600)
    (folder / "both.pem").write_text((folder / "certificate.pem").read_text() + (folder / "key.pem").read_text())


def write_consents(file, numbers, step=1, first=FIRST):
    """One opt-in for each number, in order; with a `step` that has no divisor in common with `numbers`, in a scattered order."""
    occurred_at = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rest = f",opt_in,sender:bench,{occurred_at},web_form,bench,bench,https://example.org/proof\n"
    with open(file, "w") as csv:
        csv.write("number,event,scope,occurred_at,method,source,collector,evidence\n")
        csv.writelines(f"+{first + i * step % numbers}{rest}" for i in range(numbers))


def import_consents(folder, options, store="store", step=1):
    """Into folder/store. Returns the seconds of the import alone."""
    config, csv = folder / f"{store}-import.yaml", folder / f"{store}.csv"
    config.write_text(gate_config(1, 1, folder / store, 1))
    write_consents(csv, options.numbers, step)
    command = [str(options.bin / "consentgate"), "import", "--config", str(config), "--offline", str(csv)]
    started = time.monotonic()
    loaded = subprocess.run(command, capture_output=True, text=True, timeout=900)
    seconds = time.monotonic() - started
    if loaded.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)}\nended with {loaded.returncode}:\n{loaded.stdout[-2000:]}{loaded.stderr[-2000:]}")
    csv.unlink()
    return seconds


def start_haproxy(stack, folder, sink, threads=1, tls=None, name="haproxy"):
    port = free_port()
    config = folder / f"{name}.cfg"
    config.write_text(HAPROXY.format(port=port, sink=sink.port, threads=threads, bind_tls=f" ssl crt {tls}/both.pem" if tls else "",
                                     server_tls=f" ssl verify required ca-file {tls}/certificate.pem" if tls else ""))
    process = stack.enter_context(Process(name, ["haproxy", "-db", "-f", str(config)], folder))
    wait_for("accepting", lambda: accepts(port), process, 10)
    return process, port


def metrics(admin):
    """The lines of /metrics: name with labels → value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{admin}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}


def start_gate(stack, folder, sink, options, name="gate", store="store", binary="consentgate", **config):
    """Ready when this returns; `process.ready_seconds` and `process.admin` tell how soon and where."""
    port, admin = free_port(), free_port()
    file = folder / f"{name}.yaml"
    file.write_text(gate_config(port, sink.port, folder / store, admin, **config))

    def ready():
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{admin}/readyz", timeout=2).status == 200
        except (urllib.error.URLError, OSError):
            return False

    begun = time.monotonic()
    process = stack.enter_context(Process(name, [str(options.bin / binary), "serve", "--config", str(file)], folder))
    wait_for("ready", ready, process, 300)
    process.ready_seconds, process.admin = time.monotonic() - begun, admin
    return process, port


def load_command(options, path, window, binds, seconds, *more):
    """The load generator's. Options that a path needs are in path["flags"]."""
    command = [str(options.bin / "load_generator"), "--port", str(path["port"]), "--first", str(path.get("first", FIRST)), "--numbers",
               str(path.get("numbers", options.numbers)), "--refuse-every", str(REFUSE_EVERY), "--window", str(window), "--binds",
               str(binds), "--seconds", str(seconds), *path.get("flags", ["--echo"]), *map(str, more)]
    return command if path["refuses"] else [*command, "--expect-all-ok"]


def proxies_of(path):
    """The processes a path goes through."""
    proxy = path["proxy"]
    return proxy if isinstance(proxy, list) else [proxy] if proxy else []


def run_load(command, path, during=None):
    """One run of the load generator: its own figures, and the processor time of everybody. `during(process)` is called while it runs."""
    proxies, sink = proxies_of(path), path["sink"]
    proxy_before, sink_before = sum(p.cpu_seconds() for p in proxies), sink.cpu_seconds()
    seconds = float(command[command.index("--seconds") + 1])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            if during:
                during(running)
            out, errors = running.communicate(timeout=seconds + 60)
        except BaseException:
            running.kill()
            raise
    if running.returncode != 0:
        raise RuntimeError(f"{shlex.join(command)}\nended with {running.returncode}:\n{out}{errors}")
    result = json.loads(out)
    result["proxy_cpu_seconds"] = sum(p.cpu_seconds() for p in proxies) - proxy_before
    result["sink_cpu_seconds"] = sink.cpu_seconds() - sink_before
    return result


def far_end_errors(name, accepted, far_end, decides):
    """What is wrong with what the SMSC saw behind a path, when the generators were told that so many were accepted."""
    wrong = []
    if far_end["submits"] != accepted:
        wrong.append(f"{name}: {accepted} messages were accepted and {far_end['submits']} reached the SMSC")
    if far_end["errors"] != 0:
        wrong.append(f"{name}: the SMSC did not understand {far_end['errors']} PDUs")
    if decides and far_end["unconsented"] != 0:
        wrong.append(f"{name}: {far_end['unconsented']} messages without consent reached the SMSC")
    if not decides and accepted and far_end["unconsented"] == 0:
        wrong.append(f"{name}: no message without consent was sent: this run proves nothing")
    return wrong


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=20).stdout.partition("\n")[0]
