#!/usr/bin/python3
"""A sender for demonstrations: binds, submits one message, shows the answer.

    esme.py --smsc HOST:PORT --system-id NAME [--password P] FROM TO TEXT
    esme.py --smsc HOST:PORT --system-id NAME --listen [--seconds N]     shows what arrives, and acknowledges it

Exit code: 0 when the message was accepted, 1 when it was refused or the bind failed.
"""

import argparse
import sys
import time

import smpp


def submit(connection, source, destination, text):
    answer = connection.request(smpp.submit_sm(source, destination, text))
    print(f"{answer.status_name} (0x{answer.command_status:02x})" + (f", message_id {answer.message_id}" if answer.message_id else ""))
    return answer.command_status == 0


def listen(connection, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            pdu = connection.receive(max(deadline - time.monotonic(), 0.01))
        except TimeoutError:
            return
        if pdu.name == "deliver_sm":
            print(f"from {pdu.fields['source_addr']} to {pdu.fields['destination_addr']}: {pdu.text}", flush=True)
            connection.send(smpp.answer(pdu, b"\0"))
        elif not pdu.is_answer:
            connection.send(smpp.answer(pdu))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smsc", required=True, metavar="HOST:PORT")
    parser.add_argument("--system-id", required=True)
    parser.add_argument("--password", default="secret")
    parser.add_argument("--listen", action="store_true")
    parser.add_argument("--seconds", type=float, default=86400)
    parser.add_argument("message", nargs="*", metavar="FROM TO TEXT")
    options = parser.parse_args()
    if not options.listen and len(options.message) != 3:
        parser.error("give FROM TO TEXT, or --listen")

    host, _, port = options.smsc.rpartition(":")
    with smpp.connect(host, int(port)) as connection:
        bound = connection.bind("transceiver", options.system_id, options.password)
        if bound.command_status != 0:
            sys.exit(f"the bind was refused: {bound.status_name}")
        accepted = True
        if options.listen:
            listen(connection, options.seconds)
        else:
            accepted = submit(connection, *options.message)
        connection.request(smpp.pdu("unbind", sequence=99))
    sys.exit(0 if accepted else 1)


if __name__ == "__main__":
    main()
