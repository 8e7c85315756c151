"""A switch that speaks OpenFlow 1.3 on loopback and holds real tables, so that the southbound is tried without Open vSwitch.

It applies flow-mods, group-mods and meter-mods as the model of the tables does, answers what the model would leave undone
with an error, and can be told to misbehave: stay silent, leave message types unanswered, refuse, know no meters or groups,
answer late, send raw bytes, hang up by halves. Its counters stand where they are set. What it is to send out of
its ports is given to `carry`.
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from controller.facts import FlowCount, PortCount
from controller.southbound import actions, decode, encode, oxm
from intents.rules import Change, Flow, Group, Item, Meter, RuleSet
from intents.tables import Tables

HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, FEATURES_REQUEST, FEATURES_REPLY = 0, 1, 2, 3, 5, 6
PACKET_IN, PORT_STATUS, PACKET_OUT, FLOW_MOD, GROUP_MOD, MULTIPART_REQUEST, MULTIPART_REPLY = 10, 12, 13, 14, 15, 18, 19
BARRIER_REQUEST, BARRIER_REPLY, METER_MOD = 20, 21, 29
FLOWS, PORT_COUNTS, GROUPS, METERS, PORTS = 1, 4, 7, 10, 13

UNCOUNTED = (1 << 64) - 1
"""A counter that a switch does not keep."""

STILL = FlowCount(0, packets=0, bytes=0, duration_ns=1_000_000_000)
"""A flow that nothing has matched, a second old."""

_REPORTED = {FLOWS: Flow, GROUPS: Group, METERS: Meter}
_UNKNOWN_TYPE, _UNKNOWN_MULTIPART = (1, 1), (1, 2)
"""OFPBRC_BAD_TYPE, OFPBRC_BAD_MULTIPART: from a switch that does not know what it is sent (OpenFlow 1.3.5, 7.4.4)."""

_FLOW_VERBS = {0: "add", 2: "modify", 4: "delete"}
_VERBS = {0: "add", 1: "modify", 2: "delete"}
_REFUSALS = {Flow: (2, 9), Group: (6, 8), Meter: (12, 3)}
"""OFPBAC_BAD_OUT_GROUP, OFPGMFC_UNKNOWN_GROUP, OFPMMFC_UNKNOWN_METER: near enough to what Open vSwitch says."""


def message(kind: int, xid: int = 0, body: bytes = b"") -> bytes:
    """An OpenFlow 1.3 message."""
    return struct.pack("!BBHI", 4, kind, 8 + len(body), xid) + body


class FakeSwitch:
    """One switch. Use it as a context manager, after `connect`."""

    def __init__(self, dpid: int, ports: Iterable[int] = (1, 2, 3), tables: RuleSet | None = None) -> None:
        self.dpid = dpid
        self.ports = dict.fromkeys(ports, True)
        self.hello = message(HELLO, 1)
        self.silent = False
        self.unanswered: set[int] = set()
        self.refusals: list[tuple[int, int]] = []
        self.without: frozenset[type[Item]] = frozenset()
        self.answers_after_s = 0.0
        self.entries_a_reply = 100
        self.port_counts: dict[int, PortCount] = {}
        self.flow_counts: dict[int, FlowCount] = {}
        self.heard: list[tuple[int, int]] = []
        self.carry: Callable[[int, bytes], None] = lambda port, frame: None
        self.is_closed = False
        self._tables = Tables(tables or RuleSet())
        self._changed = threading.Condition()
        self._reading = threading.Event()
        self._reading.set()
        self._late: SimpleQueue[tuple[float, int, int, bytes] | None] = SimpleQueue()
        self._laggard: threading.Thread | None = None

    def connect(self, port: int, address: str = "127.0.0.1") -> "FakeSwitch":
        """Connect to a controller and say hello; the rest of the handshake runs by itself."""
        self._socket = socket.create_connection((address, port), timeout=5)
        self._socket.settimeout(None)
        self.is_closed = False
        self._thread = threading.Thread(target=self._run, name=f"fake-switch-{self.dpid}", daemon=True)
        self.send(self.hello)
        self._thread.start()
        return self

    def __enter__(self) -> "FakeSwitch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._reading.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._late.put(None)
        self._socket.close()

    def half_close(self) -> None:
        """Say nothing more, but go on listening."""
        self._socket.shutdown(socket.SHUT_WR)

    def stop_reading(self) -> None:
        """Leave what comes in the socket's buffers from the next message on."""
        self._reading.clear()

    def send(self, data: bytes) -> None:
        """Send raw bytes."""
        with contextlib.suppress(OSError):
            self._socket.sendall(data)

    def hand_up(self, port: int, frame: bytes) -> None:
        """A frame that came in by a port is given to the controller."""
        self.send(packet_in(port, frame))

    def set_port(self, number: int, is_up: bool) -> None:
        """A port changes (or appears), and the switch says so."""
        reason = 2 if number in self.ports else 0
        self.ports[number] = is_up
        self.send(port_status(number, is_up, reason))

    def remove_port(self, number: int) -> None:
        """A port is taken away."""
        is_up = self.ports.pop(number)
        self.send(port_status(number, is_up, reason=1))

    @property
    def tables(self) -> RuleSet:
        """What the switch holds now."""
        return self._tables.rules()

    def count(self, *kinds: int) -> int:
        """How many messages of these types it heard."""
        return sum(kind in kinds for kind, _ in self.heard)

    def wait(self, claim: Callable[["FakeSwitch"], bool], seconds: float = 5) -> None:
        """Wait until a claim about the switch holds; it is looked at after every message and at the end."""
        with self._changed:
            assert self._changed.wait_for(lambda: claim(self), seconds), f"not within {seconds} s; heard {self.heard[-9:]}"

    def _run(self) -> None:
        stream = self._socket.makefile("rb")
        with contextlib.suppress(OSError):
            while len(header := stream.read(8)) == 8:
                _, kind, length, xid = struct.unpack("!BBHI", header)
                body = stream.read(length - 8)
                if self.answers_after_s:
                    self._answer_late(kind, xid, body)
                elif not self.silent:
                    self._answer(kind, xid, body)
                with self._changed:
                    self.heard.append((kind, xid))
                    self._changed.notify_all()
                self._reading.wait()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes whoever is sending: nobody will read that
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()

    def _answer_late(self, kind: int, xid: int, body: bytes) -> None:
        """Answer each message as long after it came as is said, in their order."""
        if self._laggard is None:
            self._laggard = threading.Thread(target=self._lag, name=f"fake-switch-{self.dpid}-late", daemon=True)
            self._laggard.start()
        self._late.put((time.monotonic() + self.answers_after_s, kind, xid, body))

    def _lag(self) -> None:
        while (job := self._late.get()) is not None:
            threading.Event().wait(max(0.0, job[0] - time.monotonic()))
            self._answer(*job[1:])

    def _answer(self, kind: int, xid: int, body: bytes) -> None:
        if kind in self.unanswered:
            return
        if kind == ECHO_REQUEST:
            self.send(message(ECHO_REPLY, xid, body))
        elif kind == FEATURES_REQUEST:
            self.send(features(self.dpid, xid))
        elif kind == BARRIER_REQUEST:
            self.send(message(BARRIER_REPLY, xid))
        elif kind == MULTIPART_REQUEST:
            part = int.from_bytes(body[:2], "big")
            if _REPORTED.get(part) in self.without:
                self._complain(xid, _UNKNOWN_MULTIPART, message(kind, xid, body))
            else:
                self._report(xid, part, body[8:])
        elif kind == PACKET_OUT:
            self.carry(*sent_out(body))
        elif kind in READERS:
            self._change(xid, READERS[kind](self.dpid, body), message(kind, xid, body))

    def _change(self, xid: int, change: Change, request: bytes) -> None:
        refusal = self.refusals.pop(0) if self.refusals else self._refusal(change)
        if refusal:
            self._complain(xid, refusal, request)
        else:
            self._tables.apply(change)

    def _complain(self, xid: int, what: tuple[int, int], request: bytes) -> None:
        self.send(message(ERROR, xid, struct.pack("!HH", *what) + request[:64]))

    def _refusal(self, change: Change) -> tuple[int, int] | None:
        item = change.item
        if type(item) in self.without:
            return _UNKNOWN_TYPE
        if change.verb == "delete":
            return None
        before = self._tables.rules()
        if isinstance(item, Flow):
            tried = Tables(before)
            tried.apply(Change("add", item))
            return None if tried.flows.get(item.key) == item else _REFUSALS[Flow]
        held = before.groups if isinstance(item, Group) else before.meters
        return None if (item.key in held) == (change.verb == "modify") else _REFUSALS[type(item)]

    def _report(self, xid: int, kind: int, asked: bytes) -> None:
        entries = self._entries(kind, asked)
        for start in range(0, max(len(entries), 1), self.entries_a_reply):
            more = start + self.entries_a_reply < len(entries)
            body = b"".join(entries[start:start + self.entries_a_reply])
            self.send(reply(kind, body, xid, more))

    def _entries(self, kind: int, asked: bytes) -> list[bytes]:
        if kind == PORTS:
            return [port(number, is_up) for number, is_up in self.ports.items()]
        if kind == PORT_COUNTS:
            return [port_entry(number, self.port_counts.get(number, PortCount())) for number in self.ports]
        tables = self._tables
        if kind == FLOWS:
            table, cookie, mask = struct.unpack_from("!B15xQQ", asked)
            return [_entry(flow, self.flow_counts.get(flow.cookie, STILL)) for flow in tables.flows.values()
                    if table in (0xFF, flow.table) and flow.cookie & mask == cookie & mask]
        return [_entry(item) for item in (*tables.groups.values(), *tables.meters.values())
                if isinstance(item, _REPORTED[kind])]


def packet_in(port: int, frame: bytes, table: int = 2) -> bytes:
    """What a switch says of a frame that a rule sends to the controller, laid out as Open vSwitch does it."""
    matched = struct.pack("!HHII4x", 1, 12, 0x80000004, port)
    return message(PACKET_IN, 0, struct.pack("!IHBBQ", 0xFFFFFFFF, len(frame), 1, table, 7) + matched + bytes(2) + frame)


def sent_out(body: bytes) -> tuple[int, bytes]:
    """The port and the frame of a packet-out that outputs once."""
    length, kind, port = struct.unpack_from("!8xH6xH2xI", body)
    assert (length, kind) == (16, 0)
    return port, body[16 + length:]


def report(kind: int, items: Iterable[Item]) -> bytes:
    """The body of a multipart reply of this kind about those of the items that it is about."""
    return b"".join(_entry(item) for item in items if isinstance(item, _REPORTED[kind]))


def features(dpid: int, xid: int = 0, tables: int = 254, auxiliary: int = 0) -> bytes:
    """The answer to a features request."""
    return message(FEATURES_REPLY, xid, struct.pack("!QIBB2xII", dpid, 0, tables, auxiliary, 0x4F, 0))


def port_status(number: int, is_up: bool, reason: int = 2) -> bytes:
    """A port was added (0), taken away (1) or changed (2)."""
    return message(PORT_STATUS, 0, struct.pack("!B7x", reason) + port(number, is_up))


def reply(kind: int, entries: bytes, xid: int = 0, more: bool = False) -> bytes:
    """A part of an answer to a multipart request of this kind."""
    return message(MULTIPART_REPLY, xid, struct.pack("!HH4x", kind, more) + entries)


def port(number: int, is_up: bool = True, name: bytes | None = None) -> bytes:
    """A port as a switch describes it, named after its number."""
    return struct.pack("!I4x6s2x16sII24x", number, bytes(6), name or f"p{number}".encode(), 0, 0 if is_up else 1)


def port_entry(number: int, count: PortCount) -> bytes:
    """What port statistics say of a port; what is not counted is all ones."""
    counts = [UNCOUNTED if value is None else value for value in count[:-1]]
    return struct.pack("!I4x8Q4Q", number, *counts, 0, 0, 0, 0) + _duration(count.duration_ns)


def _duration(duration_ns: int | None) -> bytes:
    seconds, ns = (0xFFFF_FFFF, 0) if duration_ns is None else divmod(duration_ns, 1_000_000_000)
    return struct.pack("!II", seconds, ns)


def _entry(item: Item, count: FlowCount = STILL) -> bytes:
    """What a report says of an item. A flow's statistics are laid out from byte 48 on as its flow-mod is (match, then
    instructions); the description of a group or meter is its mod with a length in the place of the command."""
    mod = encode.message(Change("add", item), 0)
    if not isinstance(item, Flow):
        return struct.pack("!H", len(mod) - 8) + mod[10:]
    packets, size = (UNCOUNTED if value is None else value for value in (count.packets, count.bytes))
    return (struct.pack("!HBx", len(mod), item.table) + _duration(count.duration_ns) +
            struct.pack("!HHHH4xQQQ", item.priority, 0, 0, 0, item.cookie, packets, size) + mod[48:])


def _flow_mod(dpid: int, body: bytes) -> Change:
    cookie, table, command, priority = struct.unpack_from("!Q8xBB4xH", body)
    fields, at = oxm.match_at(body, 40, len(body))
    applied, goto, meter = actions.instructions(body[at:])
    return Change(_FLOW_VERBS[command], Flow(dpid, table, priority, fields, applied, goto, meter, cookie))


def _group_mod(dpid: int, body: bytes) -> Change:
    command, kind, number = struct.unpack_from("!HBxI", body)
    return Change(_VERBS[command], decode.group(dpid, number, kind, body, 8, len(body)))


def _meter_mod(dpid: int, body: bytes) -> Change:
    command, flags, number = struct.unpack_from("!HHI", body)
    return Change(_VERBS[command], decode.meter(dpid, number, flags, body, 8, len(body)))


READERS: dict[int, Callable[[int, bytes], Change]] = {FLOW_MOD: _flow_mod, GROUP_MOD: _group_mod, METER_MOD: _meter_mod}
"""By message type: (dpid, body) -> the change that a controller asks for."""
