import pathlib
import shutil
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "deploy" / "simulator")]

import smpp  # noqa: E402
from harness.figures import FAULTS, summarize  # noqa: E402
from harness.gate import SENDERS, Gate  # noqa: E402
from harness.load import Sink  # noqa: E402
from harness.patience import PATIENCE  # noqa: E402
from smsc_simulator import Simulator  # noqa: E402

smpp.patience = PATIENCE


@pytest.fixture
def start_smsc():
    started = []

    def start(**options):
        started.append(Simulator(**options).start())
        return started[-1]

    yield start
    for s in started:
        s.stop()


@pytest.fixture
def smsc(start_smsc):
    return start_smsc()


@pytest.fixture
def start_gate(tmp_path):
    started = []

    def start(upstreams, config=SENDERS, **options):
        started.append(Gate(tmp_path, upstreams, config, **options))
        return started[-1]

    yield start
    for g in started:
        if g.process is not None and g.process.poll() is None:
            g.end()
        shutil.rmtree(g.store, ignore_errors=True)  # its files are preallocated: some ten megabytes a test


@pytest.fixture
def gate(start_gate, smsc):
    return start_gate([smsc.port])


@pytest.fixture
def sink():
    made = Sink()
    yield made
    made.kill()


@pytest.fixture
def figure(record_property):
    """figure(fault, text): what a fault showed."""

    def record(fault, text):
        assert fault in FAULTS
        record_property("figure", (fault, text))

    return record


def pytest_terminal_summary(terminalreporter):
    summarize(terminalreporter)
