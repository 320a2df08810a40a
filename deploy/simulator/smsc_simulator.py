#!/usr/bin/python3
"""An SMSC for demonstrations and tests: takes every bind, answers every request, and keeps each PDU as it came.

    smsc_simulator.py [--address HOST:PORT] [--control HOST:PORT] [--quiet]

Prints `listening on HOST:PORT`, then a line for each PDU it receives. The control port takes one command a line and answers with one line:

    deliver FROM TO TEXT...   a message from the person FROM to the address TO, over a bind that can receive
    count                     how many PDUs of each command it has received
    quit                      ends the simulator
"""

import argparse
import collections
import socket
import threading
import time

import smpp


class Session:
    """One connection from an ESME. `bound` is transceiver, transmitter, receiver or None."""

    def __init__(self, simulator, connection):
        self.simulator, self.connection = simulator, connection
        self.bound = self.system_id = None
        self._lock = threading.Lock()
        self._sequence = 0

    @property
    def receives(self):
        return self.bound in ("transceiver", "receiver")

    def send(self, *pdus):
        with self._lock:
            self.connection.send(*pdus)

    def next_sequence(self):
        with self._lock:
            self._sequence += 1
            return self._sequence

    def request(self, pdu, timeout=10):
        """Sends `pdu` with the next sequence_number and waits for its answer."""
        pdu = pdu.with_sequence(self.next_sequence())
        self.send(pdu)
        return self.simulator.wait_for(lambda s, p: s is self and p.is_answer and p.sequence_number == pdu.sequence_number, timeout)[1]


class Simulator:
    """Listens at once; `start` takes connections. With `one_receiver` a bind that receives is refused with ESME_RALYBND while another of
    that system_id is bound. `answer(session, pdu)` may return PDUs to send instead of the usual answer (a list;
    empty: none), or None for the usual one. `tls`: an ssl.SSLContext to speak TLS with."""

    def __init__(self, host="127.0.0.1", port=0, answer=None, on_pdu=None, one_receiver=False, tls=None):
        self.listener = socket.create_server((host, port), backlog=512)
        self.host, self.port = self.listener.getsockname()[:2]
        self.answer, self.on_pdu, self.one_receiver, self.tls = answer, on_pdu, one_receiver, tls
        self.sessions = []
        self.received = []  # (Session, Pdu), in the order they came
        self.message_ids = 0
        self._changed = threading.Condition()

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for s in list(self.sessions):
            try:
                s.connection.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def pdus(self, name=None):
        """What was received, or only the PDUs of that command."""
        with self._changed:
            return [p for _, p in self.received if name in (None, p.name)]

    def wait_for(self, wanted, timeout=10):
        """The first (session, pdu) received, ever, for which `wanted(session, pdu)` is true."""
        deadline = time.monotonic() + smpp.patience * timeout
        seen = 0
        with self._changed:
            while True:
                for entry in self.received[seen:]:
                    if wanted(*entry):
                        return entry
                seen = len(self.received)
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise TimeoutError("the SMSC received no such PDU in time")

    def receiver(self, system_id=None, timeout=10):
        """A session that can take a deliver_sm, of that system_id if given."""
        deadline = time.monotonic() + smpp.patience * timeout
        with self._changed:
            while True:
                for s in self.sessions:
                    if s.receives and system_id in (None, s.system_id):
                        return s
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise TimeoutError("nobody is bound who can receive")

    def deliver(self, source, destination, text, system_id=None, **more):
        """Sends a person's message, and returns the deliver_sm_resp."""
        return self.receiver(system_id).request(smpp.deliver_sm(source, destination, text, **more))

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            sock = self.tls.wrap_socket(sock, server_side=True) if self.tls else sock
        except OSError:
            return sock.close()
        session = Session(self, smpp.Connection(sock))
        with self._changed:
            self.sessions.append(session)
        try:
            while self._take(session, session.connection.receive(timeout=86400)):
                pass
        except (smpp.Closed, OSError, ValueError):
            pass
        finally:
            with self._changed:
                session.bound = None
                if session in self.sessions:
                    self.sessions.remove(session)
                self._changed.notify_all()
            session.connection.close()

    def _take(self, session, pdu):
        """Records a PDU and answers it; False when the session is over."""
        answers = self.answer(session, pdu) if self.answer else None
        if answers is None:
            answers = self._usual_answer(session, pdu)
        with self._changed:
            for a in answers:  # bound before its answer is seen, so that who has read the answer finds the receiver
                if pdu.name.startswith("bind_") and a.command_id == pdu.command_id | smpp.ANSWER and a.command_status == 0:
                    session.bound, session.system_id = pdu.name.removeprefix("bind_"), pdu.message_id
            self.received.append((session, pdu))
            self._changed.notify_all()
        if self.on_pdu:
            self.on_pdu(session, pdu)
        unbound = pdu.name == "unbind" and bool(answers)
        if unbound:
            session.bound = None
        if answers:
            session.send(*answers)
        return not unbound

    def _usual_answer(self, session, pdu):
        if pdu.is_answer or pdu.name == "alert_notification":
            return []
        if pdu.name.startswith("bind_"):
            if self.one_receiver and pdu.name != "bind_transmitter" and any(s.receives and s.system_id == pdu.message_id for s in self.sessions):
                return [smpp.answer(pdu, status=smpp.ESME["RALYBND"])]
            return [smpp.answer(pdu, smpp.c_string("SMSC") + smpp.tlv(smpp.SC_INTERFACE_VERSION, b"\x34"))]
        if pdu.name in ("submit_sm", "data_sm", "submit_multi"):
            self.message_ids += 1
            return [smpp.answer(pdu, smpp.c_string(f"m{self.message_ids}") + (b"\0" if pdu.name == "submit_multi" else b""))]
        if pdu.name == "query_sm":
            return [smpp.answer(pdu, smpp.c_string(pdu.message_id) + b"\0\2\0")]
        if pdu.name in ("enquire_link", "unbind", "cancel_sm", "replace_sm"):
            return [smpp.answer(pdu)]
        return [smpp.pdu("generic_nack", status=smpp.ESME["RINVCMDID"], sequence=pdu.sequence_number)]


def describe(pdu):
    """One line for people."""
    if pdu.name in ("submit_sm", "deliver_sm", "data_sm"):
        f = pdu.fields
        return f"{pdu.name} from {f['source_addr']} to {f['destination_addr']}: {pdu.text}"
    return f"{pdu.name} {pdu.status_name}" if pdu.is_answer else pdu.name


def obey(simulator, line):
    """One command of the control port; returns its answer, or None for quit."""
    word, _, rest = line.strip().partition(" ")
    if word == "quit":
        return None
    if word == "count":
        counts = collections.Counter(p.name for p in simulator.pdus())
        return " ".join(f"{name}={n}" for name, n in sorted(counts.items())) or "nothing yet"
    if word == "deliver":
        try:
            source, destination, text = rest.split(" ", 2)
            answer = simulator.deliver(source, destination, text)
            return f"{answer.name} {answer.status_name}"
        except ValueError:
            return "usage: deliver FROM TO TEXT"
        except TimeoutError as e:
            return f"not delivered: {e}"
    return f"unknown command {word!r}; there are: deliver FROM TO TEXT, count, quit"


def serve_control(simulator, listener, done):
    while not done.is_set():
        connection, _ = listener.accept()
        with connection, connection.makefile("rw", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                answer = obey(simulator, line)
                if answer is None:
                    done.set()
                    break
                lines.write(answer + "\n")
                lines.flush()


def endpoint(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", type=endpoint, default=("127.0.0.1", 2776), metavar="HOST:PORT")
    parser.add_argument("--control", type=endpoint, metavar="HOST:PORT")
    parser.add_argument("--quiet", action="store_true", help="no line for each PDU")
    options = parser.parse_args()

    show = None if options.quiet else lambda session, pdu: print(f"{session.system_id or '-'}  {describe(pdu)}", flush=True)
    simulator = Simulator(*options.address, on_pdu=show).start()
    done = threading.Event()
    if options.control:
        listener = socket.create_server(options.control)
        threading.Thread(target=serve_control, args=(simulator, listener, done), daemon=True).start()
    print(f"listening on {simulator.host}:{simulator.port}", flush=True)
    try:
        done.wait()
    except KeyboardInterrupt:
        pass
    simulator.stop()


if __name__ == "__main__":
    main()
