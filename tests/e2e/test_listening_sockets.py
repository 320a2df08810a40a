"""Listening sockets that outlive the process: what systemd's socket activation hands over (LISTEN_FDS), and what is said to it."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
import smpp
from harness.gate import BINARY, Gate, free_port, wait_until

HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""


class ActivatedGate(Gate):
    """A gate to which `listener` is handed over at each start."""

    def __init__(self, folder, upstreams, listener, **options):
        self.listener = listener
        super().__init__(folder, upstreams, start=False, **options)
        own, self.port = self.port, listener.getsockname()[1]
        self.config.write_text(self.config.read_text().replace(f":{own}", f":{self.port}", 1))

    def start(self, ready=True):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([sys.executable, "-c", HAND_OVER, str(self.listener.fileno()), BINARY, "serve", "--config", self.config],
                                            stderr=log, stdin=subprocess.DEVNULL, pass_fds=(self.listener.fileno(),),
                                            env={**os.environ, **(self.environment or {})})
        if ready:
            wait_until(self.ready, 20, "readiness")
        return self


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0), backlog=512) as made:
        yield made


@pytest.fixture
def activated(tmp_path, smsc, listener):
    gate = ActivatedGate(tmp_path, [smsc.port], listener)
    yield gate
    if gate.process is not None and gate.process.poll() is None:
        gate.kill9()


def test_connections_made_while_no_gate_runs_wait_for_it(activated):
    activated.start()
    before = activated.bound()
    activated.process.send_signal(signal.SIGTERM)
    assert before.receive().name == "unbind"
    before.close()
    assert activated.process.wait(20) == 0
    waiting = [activated.connect() for _ in range(50)]
    for connection in waiting:
        connection.send(smpp.bind("transceiver", "shop1"))
    activated.start()
    for connection in waiting:
        assert (answer := connection.receive()).name == "bind_transceiver_resp" and answer.command_status == 0
        connection.close()


def test_an_upgrade_refuses_no_connection(activated, figure):
    activated.start()
    bound, failures, done = [], [], threading.Event()

    def keep_binding():
        while not done.is_set():
            try:
                # A session that the old gate had begun to take may be cut by its end: the sender binds once more.
                with smpp.connect("127.0.0.1", activated.port, timeout=20) as c:
                    bound.append(c.bind("transmitter", "shop1").command_status)
            except smpp.Closed:
                pass
            except OSError as e:
                failures.append(e)

    thread = threading.Thread(target=keep_binding)
    thread.start()
    try:
        for _ in range(3):
            count = len(bound)
            wait_until(lambda: len(bound) > count + 20, what="binds")
            assert activated.stop() == 0
            activated.start()
        count = len(bound)
        wait_until(lambda: len(bound) > count + 20, what="binds")
    finally:
        done.set()
        thread.join()
    # One at most for each restart: who binds while the old gate drains is told so, and binds once more.
    assert failures == [] and set(bound) <= {0, smpp.ESME["RBINDFAIL"]} and sum(bound) <= 3 * smpp.ESME["RBINDFAIL"]
    figure("upgrade", f"3 restarts under {len(bound)} binds one after another: 0 connections refused, {sum(map(bool, bound))} binds told to come again")


def test_a_socket_that_the_configuration_does_not_name_is_told(activated):
    activated.config.write_text(activated.config.read_text().replace(f":{activated.port}", f":{free_port()}", 1))
    activated.start(ready=False)
    assert activated.process.wait(20) == 1
    assert f"the socket unit listens on 127.0.0.1:{activated.port}, which `listen` does not name" in activated.log_path.read_text()


def test_sockets_meant_for_another_process_are_left_alone(start_gate, smsc):
    gate = start_gate([smsc.port], environment={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
    gate.bound().close()


def test_the_service_manager_is_told_of_the_start_and_the_end(tmp_path, start_gate, smsc):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        gate = start_gate([smsc.port], environment={"NOTIFY_SOCKET": str(tmp_path / "notify")}, start=False)
        gate.start(ready=False)
        assert manager.recv(100) == b"READY=1"
        assert gate.http("GET", "/readyz")[0] == 200
        assert gate.stop() == 0
        assert manager.recv(100) == b"STOPPING=1"
