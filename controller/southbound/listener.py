"""Where switches connect: one address, checked before anything runs, and stoppable.

The library's own listener binds inside a thread (a port in use is one log line and a process without switches), also on
6633, on every address, and can never be stopped.
"""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

import structlog

from controller.southbound.connection import Connection, Liveness
from controller.southbound.errors import SouthboundError
from controller.southbound.seldom import Seldom

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """How many connections there may be at a time: `most` in all, half of the 1,024 descriptors that a process usually may
    have, at four threads each (the largest network that is planned for has 500 switches); of them `joining` of one address
    that are no switch's yet. All switches of a network on one machine have one address, and join within milliseconds: who
    is refused comes again. What there is stays; who comes last is refused."""

    most: int = 512
    joining: int = 128


class ListenError(SouthboundError):
    """The address is not one of this machine's, or the port is taken."""


class Listener:
    """Accepts switches on exactly one IPv4 address and TCP port, one thread a switch."""

    def __init__(self, address: str, port: int, liveness: Liveness, room: Room) -> None:
        self._liveness = liveness
        self._room = room
        self._socket = _bound(address, port)
        self._stopping = threading.Event()
        self._threads: dict[Connection, threading.Thread] = {}
        self._refused = Seldom(log.warning, "connection refused")
        self._failed = Seldom(log.warning, "cannot accept a switch")
        self._accepting = threading.Thread(target=self._accept, name="southbound-listener", daemon=True)
        self.port: int = self._socket.getsockname()[1]

    def start(self) -> None:
        """Begin to accept."""
        self._accepting.start()

    def stop(self) -> None:
        """Accept nothing more, end every connection and wait for its threads."""
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept; a close alone would not
        self._socket.close()
        self._accepting.join()
        for connection, thread in list(self._threads.items()):
            connection.end("the controller stops")
            thread.join()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take(*self._socket.accept())
            except (OSError, RuntimeError) as error:  # stopped, or out of descriptors or threads: it tries again later
                if not self._stopping.wait(0.1):
                    self._failed.say(time.monotonic(), error=str(error))

    def _take(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        if why := self._too_many(peer[0]):
            self._refused.say(time.monotonic(), peer=peer, why=why)
            sock.close()
            return
        connection = Connection(sock, peer, self._liveness)
        thread = threading.Thread(target=self._serve, args=(connection,), daemon=True,
                                  name=f"southbound-{peer[0]}:{peer[1]}")
        self._threads[connection] = thread
        try:
            thread.start()
        except RuntimeError:
            del self._threads[connection]
            raise

    def _too_many(self, address: str) -> str | None:
        """Why nobody more is let in from this address."""
        connections = list(self._threads)
        if len(connections) >= self._room.most:
            return f"there are {len(connections)} connections"
        joining = sum(not each.has_joined for each in connections if each.address[0] == address)
        return f"{joining} connections from there are no switch's yet" if joining >= self._room.joining else None

    def _serve(self, connection: Any) -> None:
        try:
            connection.serve()
        except Exception:
            log.exception("connection failed", peer=connection.address, dpid=connection.id)
            connection.end("failed")
            connection.send(b"", close_socket=True)  # wakes its send thread, where the next could not be started
        finally:
            del self._threads[connection]


def _bound(address: str, port: int) -> socket.socket:
    if not address:  # Python would take it for every address
        raise ListenError("no address to listen on; 127.0.0.1 is this machine alone, 0.0.0.0 every address of it")
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address, port))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        raise ListenError(f"cannot listen for switches on {address}:{port}: {error}; name an IPv4 address of this "
                          "machine and a free port") from error
    return sock
