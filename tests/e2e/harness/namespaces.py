"""Network namespaces of a test's own, joined by a cable that can be cut: what was sent is then lost without a word, as on a real network."""

import contextlib
import ctypes
import os
import shutil
import subprocess
import threading

import pytest

NEW_NETWORK = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
GATE, PEERS = "10.99.0.1", "10.99.0.2"


def _call(function, *arguments):
    if function(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


class Network:
    def __init__(self):
        if os.geteuid() != 0 or not shutil.which("ip"):
            pytest.skip("network namespaces need root and iproute2")
        self._files = {}
        for name in (GATE, PEERS):
            thread = threading.Thread(target=self._make, args=(name,))
            thread.start()
            thread.join()
        if len(self._files) < 2:
            pytest.skip("may not make a network namespace here")
        with self.inside(GATE):
            try:
                self._ip(f"link add cable0 type veth peer name cable1 netns /proc/{os.getpid()}/fd/{self._files[PEERS]}")
            except subprocess.CalledProcessError as e:
                pytest.skip(f"may not make a network device here: {e.stderr.strip()}")
        for name, device in ((GATE, "cable0"), (PEERS, "cable1")):
            with self.inside(name):
                self._ip("link set lo up", f"addr add {name}/24 dev {device}", f"link set {device} up")
        addresses = {}
        for name, device in ((GATE, "cable0"), (PEERS, "cable1")):
            with self.inside(name):
                addresses[name] = self._ip(f"-o link show {device}").split("link/ether ")[1].split()[0]
        with self.inside(GATE):
            self._ip(f"neigh replace {PEERS} lladdr {addresses[PEERS]} dev cable0 nud permanent")

    def _make(self, name):
        try:
            _call(_libc.unshare, NEW_NETWORK)
            self._files[name] = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        except OSError:
            pass

    @staticmethod
    def _ip(*commands):
        for command in commands:
            done = subprocess.run(["ip", *command.split()], capture_output=True, text=True, check=True)
        return done.stdout

    @contextlib.contextmanager
    def inside(self, name):
        """For this thread, the processes and threads that it starts, and the sockets that they make."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _call(_libc.setns, self._files[name], NEW_NETWORK)
        try:
            yield
        finally:
            _call(_libc.setns, home, NEW_NETWORK)
            os.close(home)

    def cut(self):
        """The peers' host is gone: nothing answers any more, nothing refuses either."""
        with self.inside(PEERS):
            self._ip(f"addr del {PEERS}/24 dev cable1")

    def close(self):
        for file in self._files.values():
            os.close(file)
