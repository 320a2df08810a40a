"""deploy/demo.sh after its build."""

import pathlib
import re
import shlex
import signal
import subprocess

import pytest
from harness.gate import BINARY, ROOT
from harness.patience import PATIENCE

DEMO = ["/usr/bin/python3", ROOT / "deploy" / "demo" / "demo.py", BINARY]


def test_it_shows_what_happened_and_ends():
    done = subprocess.run(DEMO, capture_output=True, text=True, timeout=PATIENCE * 60)
    assert done.returncode == 0, done.stderr
    fates = re.findall(r"submit_sm to .*?\| (.*?)\s+\| (\w+)", done.stdout)
    assert [why for _, why in fates] == ["no_consent", "consented", "no_consent", "opted_out"]
    assert ["reached the SMSC" in fate for fate, _ in fates] == [False, True, False, False]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_kept_running_it_can_be_tried_and_leaves_nothing(how):
    heard = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # what a shell starts in the background ignores it
    demo = subprocess.Popen([*DEMO, "--keep"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heard)
    lines = []
    while not lines or not lines[-1].startswith("Press Ctrl-C"):
        lines.append(demo.stdout.readline())
        assert lines[-1], demo.stderr.read()
    said = "".join(lines).replace("\\\n", "")
    esme, opt_in, show = (shlex.split(re.search(f"^  (.*{what} .*)$", said, re.M)[1]) for what in ("esme.py", "opt-in", "show"))
    assert subprocess.run(esme, capture_output=True, text=True, timeout=PATIENCE * 30).stdout.startswith("ESME_RSUBMITFAIL")
    assert subprocess.run(opt_in, capture_output=True, timeout=PATIENCE * 30).returncode == 0
    assert subprocess.run(esme, capture_output=True, text=True, timeout=PATIENCE * 30).stdout.startswith("ESME_ROK")
    assert "opted_in" in subprocess.run(show, capture_output=True, text=True, timeout=PATIENCE * 30).stdout
    demo.send_signal(how)
    demo.communicate(timeout=PATIENCE * 40)
    folder = pathlib.Path(show[-1]).parent
    assert not folder.exists()
    assert not subprocess.run(["pgrep", "-f", str(folder)], capture_output=True).stdout
