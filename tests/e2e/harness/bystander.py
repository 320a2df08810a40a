"""A sender who does nothing wrong while another does: submits one message after another, and knows how long each answer took."""

import threading
import time

import smpp


class Bystander:
    """Exempt: every answer must be ESME_ROK. Use it in a `with` block: afterwards the figures are there."""

    def __init__(self, gate, system_id="bank1", pause=0.002):
        self.connection, self.pause = gate.bound(system_id), pause
        self.took, self.failures = [], []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._submit, daemon=True)

    def _submit(self):
        message = smpp.submit_sm("36222", "33612345678")
        sequence = 10
        try:
            while not self._done.wait(self.pause):
                sequence += 1
                begun = time.monotonic()
                status = self.connection.request(message.with_sequence(sequence), 20).command_status
                self.took.append(time.monotonic() - begun)
                if status != 0:
                    self.failures.append(status)
        except Exception as e:  # whatever it is, the test must hear of it
            self.failures.append(e)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join(30)
        self.connection.close()

    @property
    def said(self):
        took = sorted(self.took)
        return f"{len(took):,} answers to another sender, median {took[len(took) // 2] * 1e3:.1f} ms, longest {took[-1] * 1e3:.0f} ms"
