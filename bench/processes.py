"""The processes of a measurement: started here, looked at through /proc, and ended by their id."""

import json
import os
import pathlib
import platform
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, condition, process, seconds):
    """Waits until condition() is true; fails when the process ends before, or after so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if process.running.poll() is not None:
            raise RuntimeError(f"{process.name} ended with {process.running.returncode} before {what}:\n{process.errors()}")
        if time.monotonic() > end:
            raise RuntimeError(f"{process.name}: not {what} after {seconds} s")
        time.sleep(0.02)


def accepts(port):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


class Process:
    """A child whose output goes to files in `folder`; leaving the `with` block ends it."""

    def __init__(self, name, command, folder):
        self.name = name
        self.output_file = folder / f"{name}.out"
        self.error_file = folder / f"{name}.err"
        with open(self.output_file, "wb") as out, open(self.error_file, "wb") as err:
            self.running = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self, patience=35):
        """SIGTERM, and SIGKILL when that does not help. Returns the exit code."""
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
            try:
                self.running.wait(patience)
            except subprocess.TimeoutExpired:
                self.running.kill()
                self.running.wait()
        return self.running.returncode

    def cpu_seconds(self):
        """User and system time of all its threads so far: by the scheduler's clock where it is kept, to 10 ms otherwise."""
        try:
            tasks = pathlib.Path(f"/proc/{self.running.pid}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
        except OSError:
            with open(f"/proc/{self.running.pid}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / TICKS

    def resident(self):
        """Octets of memory it has now."""
        with open(f"/proc/{self.running.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) * 1024

    def output(self):
        """The JSON objects it has printed, one a line."""
        return [json.loads(line) for line in self.output_file.read_text().splitlines()]

    def errors(self):
        return self.error_file.read_text()[-2000:]


class Sink(Process):
    """smsc_sink: knows its port, and after end() what it received."""

    def __init__(self, name, binary, first, numbers, folder, *more):
        super().__init__(name, [binary, "--seconds", "1800", "--first", str(first), "--numbers", str(numbers), *map(str, more)], folder)
        try:
            wait_for("listening", self.output, self, 10)
        except BaseException:
            self.end()
            raise
        self.port = self.output()[0]["port"]

    def received(self):
        self.end()
        return self.output()[-1]


def machine():
    """What the figures were taken on."""
    with open("/proc/cpuinfo") as f:
        models = {line.partition(":")[2].strip() for line in f if line.startswith("model name")}
    return {
        "cores": os.cpu_count(),
        "cpu": ", ".join(sorted(models)) or platform.machine(),
        "kernel": platform.release(),
        "load_average": round(os.getloadavg()[0], 2),
    }
