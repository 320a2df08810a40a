#!/usr/bin/env python3
"""Does load_generator notice? An SMSC that makes one mistake in each run; every mistake must end it with exit code 1."""

import argparse
import concurrent.futures
import pathlib
import socket
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RIGHT = "no mistake"
BIND_TRANSCEIVER, SUBMIT_SM, UNBIND, RESPONSE = 0x09, 0x04, 0x06, 0x80000000
OK, REFUSED, THROTTLED = 0, 0x45, 0x58


def pdu(command_id, status, sequence, body=b""):
    return struct.pack(">IIII", 16 + len(body), command_id, status, sequence) + body


def answer(status, sequence, message_id):
    return pdu(RESPONSE | SUBMIT_SM, status, sequence, message_id + b"\0" if message_id else b"")


# Each gets the right answer's status, sequence_number and message_id and gives the octets to send instead. The 7th message of a
# run has consent, the 10th has none.
MISTAKES_ON_7 = {
    "answered twice": lambda st, sq, mid: answer(st, sq, mid) * 2,
    "never answered": lambda st, sq, mid: b"",
    "another sequence_number": lambda st, sq, mid: answer(st, sq + 1000, mid),
    "consent refused": lambda st, sq, mid: answer(REFUSED, sq, b""),
    "no message_id": lambda st, sq, mid: answer(st, sq, b""),
    "another message's message_id": lambda st, sq, mid: answer(st, sq, b"33600000001-1"),
    "generic_nack": lambda st, sq, mid: pdu(RESPONSE, 3, sq),
    "closed": lambda st, sq, mid: None,
}
MISTAKES_ON_10 = {
    "another refusal": lambda st, sq, mid: answer(THROTTLED, sq, b""),
    "no consent accepted": lambda st, sq, mid: answer(OK, sq, b"33601000000-1"),
}


def serve(connection, mistake):
    """Answers until the other side closes; makes its one mistake."""
    received, submits = b"", 0
    while some := connection.recv(65536):
        received += some
        while len(received) >= 16 and len(received) >= (length := struct.unpack(">I", received[:4])[0]):
            one, received = received[:length], received[length:]
            command_id, sequence = struct.unpack(">I4xI", one[4:16])
            if command_id in (BIND_TRANSCEIVER, UNBIND):
                out = pdu(RESPONSE | command_id, OK, sequence, b"smsc\0" if command_id == BIND_TRANSCEIVER else b"")
            else:
                submits += 1
                destination = one[27:38]
                consented = destination.startswith(b"33600")
                right = (OK, sequence, destination + b"-1") if consented else (REFUSED, sequence, b"")
                on = {7: MISTAKES_ON_7, 10: MISTAKES_ON_10}.get(submits, {})
                out = on.get(mistake, answer)(*right)
            if out is None:
                return
            connection.sendall(out)


def exit_code(binary, mistake):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        generator = subprocess.Popen(
            [binary, "--port", str(listener.getsockname()[1]), "--binds", "1", "--window", "5", "--messages", "20", "--echo"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            connection, _ = listener.accept()
            connection.settimeout(40)
            with connection:
                serve(connection, mistake)
            return generator.wait(40)
        finally:
            generator.kill()
            generator.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin", help="folder of the binaries")
    binary = str(parser.parse_args().bin / "load_generator")
    mistakes = [RIGHT, *MISTAKES_ON_7, *MISTAKES_ON_10]
    with concurrent.futures.ThreadPoolExecutor(len(mistakes)) as pool:
        codes = list(pool.map(lambda mistake: exit_code(binary, mistake), mistakes))
    failed = False
    for mistake, code in zip(mistakes, codes):
        right = code == (0 if mistake == RIGHT else 1)
        failed |= not right
        print(f"{'ok  ' if right else 'FAIL'} {mistake}: exit code {code}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
