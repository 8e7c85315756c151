"""One switch's channel: the library's datapath, mended so that its end is seen at once and costs nothing.

Rules of this file: whoever sees the end first (the peer, the clock, a failed send, the guard, the app) calls `end` with
the reason; the receive thread alone reports it. Nothing here blocks for longer than `Liveness.silent_s`.
"""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

from controller.southbound import guard
from controller.southbound.framework import DEAD, HANDSHAKE, MAIN, Datapath, Ended, ofproto, parser

MOST_CHANGES = 2 * guard.MOST_PORTS
CHANGES_S = 10.0
"""So many port changes may come on one connection within so many seconds: all its ports down and up again. Each wakes the
loop, and 20,000 could be said in a second."""


@dataclass(frozen=True, slots=True)
class Liveness:
    """How a dead peer is found, in seconds: asked every `echo_s` while it is quiet, given up after `silent_s` without a
    message (seen up to `echo_s` later), or when it does not take a buffer of ours within `silent_s`. A peer that talks but
    has not joined after `handshake_s` is given up too: Open vSwitch needs milliseconds, a slow channel three round trips,
    and nobody may hold a place for longer by saying HELLO."""

    echo_s: float = 1.0
    silent_s: float = 4.0
    handshake_s: float = 10.0


class Connection(Datapath):  # type: ignore[misc]
    """A switch's connection, from HELLO to the end. `why` says how it ended, `None` while it lasts.

    The library never reported a lost switch and kept two threads of it waiting for ever: here the end of the receive
    loop calls `lost` on the brick and wakes both. Its echo loop slept through the end: here it waits for it.
    """

    ports: Any = None  # by number, a dictionary: Ryu's warns whenever it is looked at

    def __init__(self, sock: socket.socket, address: Any, liveness: Liveness) -> None:
        self.why: str | None = None
        self._liveness = liveness
        self._over = threading.Event()
        self._heard_at = self._began_at = time.monotonic()
        self._early: dict[int, Any] = {}
        self._changes, self._changes_since = 0, self._began_at
        super().__init__(sock, address)
        self.socket.settimeout(liveness.silent_s)
        self.ports = {}
        self.xid = 0  # the library's own messages count up from here and never reach the xids of sender.py

    @property
    def has_joined(self) -> bool:
        """Whether the handshake is over, and the connection not."""
        return bool(self.state == MAIN)

    def admits(self, message: bytes) -> bool:
        """Note that the peer said something; whether it may be parsed. If not, the connection has ended."""
        self._heard_at = time.monotonic()
        if self.why is None and (wrong := guard.fault(message, self._stage) or self._fault_of_ports(message)):
            self.end(f"sent {wrong}")
        return self.why is None

    def keep(self, port_status: Any) -> None:
        """A port changed during the handshake: it counts after the port descriptions, in part of which it may not be."""
        self._early[port_status.desc.port_no] = port_status

    def refuse_version(self) -> None:
        """Tell a peer that speaks other versions of OpenFlow so, and hang up on it."""
        self.why = "speaks no OpenFlow 1.3"
        words = parser.OFPErrorMsg(self, ofproto.OFPET_HELLO_FAILED, ofproto.OFPHFC_INCOMPATIBLE, "OpenFlow 1.3 only")
        self.send_msg(words, close_socket=True)

    def end(self, why: str) -> None:
        """End the connection from any thread; the first reason stands. Doing it again is harmless."""
        self.why = self.why or why
        self._over.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that blocks in recv or send; a close would not

    def set_state(self, state: str) -> None:
        """The library's state machine moved on; reaching MAIN is the end of the handshake."""
        if state == MAIN:
            self._catch_up()
        super().set_state(state)
        if state == MAIN:
            self.ofp_brick.joined(self)

    def send(self, buf: bytes, close_socket: bool = False) -> bool:
        """Queue bytes, many messages if need be; blocks while 16 buffers wait. False: disconnected, nothing was queued.

        The library looked at its queue twice, and the send thread may take it away in between.
        """
        self._send_q_sem.acquire()
        queue = self.send_q
        if queue is None:
            self._send_q_sem.release()
            return False
        queue.put((buf, close_socket))
        return True

    @property
    def _stage(self) -> guard.Stage:
        if self.state == MAIN:
            return guard.Stage.JOINED
        if self.state == HANDSHAKE:
            return guard.Stage.HELLO
        return guard.Stage.FEATURES if self.id is None else guard.Stage.PORTS

    def _fault_of_ports(self, message: bytes) -> str | None:
        if len(self._early.keys() | self.ports.keys() if self._early else self.ports) > guard.MOST_PORTS:
            return f"more than {guard.MOST_PORTS:,} ports"
        return self._fault_of_changes() if message[1] == guard.PORT_STATUS else None

    def _fault_of_changes(self) -> str | None:
        if self._heard_at - self._changes_since > CHANGES_S:
            self._changes, self._changes_since = 0, self._heard_at
        self._changes += 1
        return f"more than {MOST_CHANGES:,} port changes in {CHANGES_S:g} s" if self._changes > MOST_CHANGES else None

    def _catch_up(self) -> None:
        for early in self._early.values():
            if early.reason == ofproto.OFPPR_DELETE:
                self.ports.pop(early.desc.port_no, None)
            else:
                self.ports[early.desc.port_no] = early.desc
        self._early.clear()

    def _recv_loop(self) -> None:
        try:
            super()._recv_loop()
        except Ended:
            pass  # `end` has told why
        except Exception as error:
            self.end(f"sent what the library cannot take: {error}")
            raise
        finally:
            self.end("closed by the switch")
            self.ofp_brick.lost(self)
            self.set_state(DEAD)
            self.send(b"", close_socket=True)

    def _send_loop(self) -> None:
        super()._send_loop()
        self.end(f"took nothing for {self._liveness.silent_s:g} s")

    def _echo_request_loop(self) -> None:
        while not self._over.wait(self._liveness.echo_s):
            now = time.monotonic()
            silence = now - self._heard_at
            if not self.has_joined and now - self._began_at > self._liveness.handshake_s:
                self.end(f"was no switch after {self._liveness.handshake_s:g} s")
            elif silence > self._liveness.silent_s:
                self.end(f"silent for {silence:.1f} s")
            elif silence > self._liveness.echo_s / 2 and self.state == MAIN and not self._send_blocks():
                self.send_msg(parser.OFPEchoRequest(self))

    def _send_blocks(self) -> bool:
        queue = self.send_q  # full: the peer does not read, and its silence is what decides
        return queue is None or bool(queue.full())
