"""A sender that takes whatever it gets."""

import threading

import smpp


def acknowledge_all(esme):
    """Every deliver_sm, on a thread of its own, until the connection ends."""
    def run():
        try:
            while True:
                p = esme.receive(60)
                if p.name == "deliver_sm":
                    esme.send(smpp.answer(p, b"\0"))
        except (smpp.Closed, OSError, TimeoutError):
            pass

    threading.Thread(target=run, daemon=True).start()
