"""What must hold of a source of a million numbers: recalled at once, verified to its end."""

import json
import os
import threading
import time

import pytest
import smpp

FIRST, COUNT = 33600000000, 1_000_000


@pytest.mark.skipif(os.environ.get("CONSENTGATE_LONG") != "1", reason="takes half a minute: tests/run.sh --long")
def test_a_million_numbers_are_recalled_while_messages_flow(start_gate, smsc, tmp_path):
    bought = tmp_path / "bought.csv"
    with open(bought, "w") as file:
        file.write("number,event,scope,occurred_at,method,source,collector,evidence\n")
        file.writelines(f"{FIRST + n},opt_in,sender:shop,2026-01-01,web_form,bought,them,file:{n}\n" for n in range(COUNT))
    gate = start_gate([smsc.port], start=False)
    gate.cli("import", bought, "--offline", check=0, timeout=120)
    gate.start()
    seen, recalled = [], threading.Event()

    def submit_on():
        with gate.bound() as esme:
            while not recalled.is_set() or seen[-1][2] == 0:
                begun = time.monotonic()
                status = esme.request(smpp.submit_sm("36111", str(FIRST + len(seen) * 7919 % COUNT), sequence=7)).command_status
                seen.append((begun, time.monotonic(), status))

    thread = threading.Thread(target=submit_on)
    thread.start()
    try:
        while len(seen) < 200:
            time.sleep(0.001)
        begun = time.monotonic()
        done = json.loads(gate.cli("recall", "--source", "bought", "--reason", "no proof", "--json", check=0).stdout)
    finally:
        recalled.set()
        thread.join()
    assert done["voided"] == COUNT
    assert max(end - start for start, end, _ in seen) < 1
    assert next(end for _, end, status in seen if status == 0x45) - begun < 1
    # What began after the first refusal was refused, too.
    first = next(end for _, end, status in seen if status == 0x45)
    assert all(status == 0x45 for start, _, status in seen if start > first)
    assert gate.metric("consentgate_submits_total", reason="source_recalled") >= 1
    assert gate.cli("verify", check=0, timeout=60).stdout.startswith(f"{COUNT + 1} events, each follows")
