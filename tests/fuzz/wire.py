"""Messages on the way that a switch's take, without a network: the library's receive loop, the guard, the parsers, the app.

Rules of this file: everything but the socket and the send queue is what runs in earnest; a message is judged by what it
costs the receive thread, by the processor's time of that thread alone.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from typing import Any

import structlog

from controller.southbound import framework, guard
from controller.southbound.app import SwitchApp
from controller.southbound.connection import Connection, Liveness
from controller.southbound.guard import Stage
from controller.southbound.probes import NONCE_BYTES, Probes
from controller.southbound.sender import FIRST_XID
from tests.fake_switch import PORTS, features, message, port, reply

DPID = 1
TO_STAGE = {Stage.HELLO: 0, Stage.FEATURES: 1, Stage.PORTS: 2, Stage.JOINED: 3}
HANDSHAKE = (message(guard.HELLO), features(DPID), reply(PORTS, port(1) + port(2)))

Chosen = Callable[[list[int]], bytes]
"""What is said next, given the xids of a read, a poll of ports and a poll of flows that wait for their answers."""


class Wire:
    """A socket that says messages, and what the dearest of them cost."""

    def __init__(self, messages: Iterator[bytes]) -> None:
        self._messages = messages
        self._rest = b""
        self._began: float | None = None
        self.dearest: tuple[float, bytes] = (0.0, b"")
        self._last = b""

    def recv(self, size: int) -> bytes:
        """The next bytes; empty at the end."""
        if not self._rest:
            if self._began is not None:
                self.dearest = max(self.dearest, (time.thread_time() - self._began, self._last))
            self._rest = self._last = next(self._messages, b"")
            self._began = time.thread_time()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def close(self, *_: Any) -> None:
        """Nothing is held."""

    setsockopt = settimeout = shutdown = close


class Tried(Connection):
    """A connection whose requests go nowhere."""

    def __init__(self, wire: Wire) -> None:
        self.asked: Queue[bytes] = Queue()
        super().__init__(wire, ("nowhere", 0), Liveness())  # type: ignore[arg-type]

    def send(self, buf: bytes, close_socket: bool = False) -> bool:
        """Keep it, and whoever asked waits for an answer."""
        self.asked.put(buf)
        return True


class Way:
    """The app that hears it all. `complaints` is what was logged as an error: nothing, where all is well."""

    def __init__(self, app: SwitchApp, complaints: list[Any]) -> None:
        self._app = app
        self.complaints = complaints

    def say(self, stage: Stage, next_words: Iterator[Chosen]) -> tuple[float, bytes, str | None]:
        """Say one thing after the other to a connection at this stage, until it ends or there is no more: what the dearest
        cost in seconds, that itself, and why the connection ended. Raises what should have ended nothing but it."""
        wire = Wire(self._words(stage, next_words))
        self._connection = Tried(wire)
        self._connection._recv_loop()
        return *wire.dearest, self._connection.why

    def _words(self, stage: Stage, next_words: Iterator[Chosen]) -> Iterator[bytes]:
        yield from HANDSHAKE[:TO_STAGE[stage]]
        jobs = 0
        while self._connection.why is None and (chosen := next(next_words, None)):
            if sender := self._app.sender(DPID):
                sender.read(1)
                sender.poll(guard.PORT_COUNTS, 2)
                sender.poll(guard.FLOWS, 3)
                self._drain(3)
                jobs += 3
            yield chosen([FIRST_XID + jobs - back for back in (3, 2, 1)])

    def _drain(self, requests: int) -> None:
        """Wait until the sender has asked so often, and so waits for answers."""
        while requests:
            heard = self._connection.asked.get(timeout=5)
            requests -= int.from_bytes(heard[4:8], "big") >= FIRST_XID


@contextmanager
def way() -> Iterator[Way]:
    """An app of its own. One at a time in a process; no southbound beside it."""
    framework.mend()
    apps = framework.manager.get_instance()
    complaints: list[Any] = []
    with _heard(complaints):
        yield Way(apps.instantiate(SwitchApp, lambda _: None, lambda _: None, Probes(bytes(NONCE_BYTES))), complaints)
    apps.close()


@contextmanager
def _heard(complaints: list[Any]) -> Iterator[None]:
    """What is logged as an error, of ours or of the library's; all else is lost."""
    def ours(_: Any, level: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        if level in ("error", "critical", "exception"):
            complaints.append(dict(fields))
        raise structlog.DropEvent

    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: complaints.append(record.getMessage())  # type: ignore[method-assign]
    processors = structlog.get_config()["processors"]
    kept = processors.copy()
    processors[:] = [ours]
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        processors[:] = kept
        logging.getLogger().removeHandler(handler)
