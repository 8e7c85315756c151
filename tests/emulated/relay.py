"""A relay on the control channel: every OpenFlow message passes a door, which may hold it back.

A switch that calls while there is no controller is kept waiting until there is one.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

Door = Callable[[bool, bytes], bool]
"""(whether it comes from a switch, the message) -> whether it may pass. It is asked about one at a time."""


def let_pass(from_switch: bool, message: bytes) -> bool:
    """The door that stands open."""
    return True


class Relay:
    """Listens on an address for switches, and calls the controller at a port of the same address for each."""

    def __init__(self, address: str, controller_port: int) -> None:
        self.door: Door = let_pass
        self._controller = (address, controller_port)
        self._switches: set[socket.socket] = set()
        self._lock = threading.RLock()
        self._listener = self._listening()

    @property
    def address(self) -> tuple[str, int]:
        """Where switches are to call."""
        host, port = self._listener.getsockname()
        return host, port

    def moved(self) -> tuple[str, int]:
        """Another address from now on. Whoever is told to call there does so at once, however long it would have waited
        before it calls the old one again."""
        self._listener.close()
        self._listener = self._listening()
        return self.address

    def end(self) -> None:
        """End all connections as if the controller had: what has passed arrives."""
        with self._lock:
            while self._switches:
                _end(self._switches.pop())

    def _listening(self) -> socket.socket:
        listener = socket.create_server((self._controller[0], 0))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                switch, _ = listener.accept()
                threading.Thread(target=self._serve, args=(switch,), daemon=True).start()

    def _serve(self, switch: socket.socket) -> None:
        controller = self._called()
        self._switches.add(switch)
        threading.Thread(target=self._pass, args=(controller, switch, False), daemon=True).start()
        self._pass(switch, controller, True)

    def _called(self) -> socket.socket:
        while True:
            with contextlib.suppress(OSError):
                return socket.create_connection(self._controller)
            time.sleep(0.02)

    def _pass(self, source: socket.socket, sink: socket.socket, from_switch: bool) -> None:
        sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError), source.makefile("rb") as stream:
            while len(header := stream.read(8)) == 8:
                message = header + stream.read(int.from_bytes(header[2:4], "big") - 8)
                with self._lock:  # what passes has gone when the next one asks
                    if not {source, sink} & self._switches:
                        break
                    if self.door(from_switch, message):
                        sink.sendall(message)
        _end(sink)
        if from_switch:
            source.close()
            sink.close()


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_WR)
