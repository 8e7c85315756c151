"""What goes out to one switch: a thread of its own encodes and sends, in the order asked.

Rules of this file: a switch that does not read blocks this thread alone; every batch, read and poll has its own xid, so
that the switch's answers find their token; tokens live and die with the connection.
"""

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue

import structlog

from controller.facts import Confirmed, Counters, Fact, Rejected, TablesRead
from controller.southbound import decode, encode, guard
from controller.southbound.connection import Connection
from controller.southbound.errors import MalformedError
from controller.southbound.polls import Polls
from intents.rules import Change, Item, rule_set

log = structlog.get_logger(__name__)

FIRST_XID = 0x8000_0000
"""Ours have the high bit; the library counts its own messages up from 1."""

MOST_ITEMS = 50_000
"""Of one switch's tables: five for each of 10,000 intents that all pass it, and some 80 MB here. A switch that tells of more
is hung up on, as one that never comes to an end."""

MOST_BYTES = 16 << 20
"""Of one switch's tables, as it tells them: an entry of ours has 90 to 300. What is made of them takes six times as much."""

MOST_READS = 2
"""That are waited for at a time: the loop has one on its way, or has given one up and asked again."""

NOT_SENT = -1
"""Type and code of a rejection that came from here, not from the switch: the change cannot be said in OpenFlow 1.3."""


_UNKNOWN = {(1, 1), (1, 2)}
"""OFPET_BAD_REQUEST with OFPBRC_BAD_TYPE or OFPBRC_BAD_MULTIPART: the switch does not know such a request (1.3.5, 7.4.4)."""

_DISPENSABLE = frozenset({guard.GROUPS, guard.METERS})
"""Parts of the tables that OpenFlow 1.3 leaves to the switch to have or not."""


@dataclass(slots=True)
class _Reading:
    """The parts of one read that have arrived."""

    token: int
    flows: decode.FlowReport
    missing: set[int] = field(default_factory=lambda: set(guard.TABLE_PARTS))
    items: list[Item] = field(default_factory=list)
    unreadable: int = 0
    told_bytes: int = 0


class Sender:
    """The outgoing side of one connection, and the tokens that wait for an answer on it."""

    def __init__(self, connection: Connection, inbox: Callable[[Fact], None]) -> None:
        self._connection = connection
        self._dpid: int = connection.id
        self._inbox = inbox
        self._xids = itertools.count(FIRST_XID)
        self._jobs: SimpleQueue[Callable[[int], None] | None] = SimpleQueue()
        self._batches: dict[int, int] = {}
        self._readings: dict[int, _Reading] = {}
        self._polls = Polls(self._dpid)
        self._seen: decode.Seen = {}
        self._thread = threading.Thread(target=self._run, name=f"southbound-sender-{self._dpid:x}", daemon=True)
        self._thread.start()

    def send(self, changes: Sequence[Change], token: int) -> None:
        """Queue a batch: the changes in their order, then a barrier."""
        self._jobs.put(partial(self._send_batch, token, changes))

    def read(self, token: int) -> None:
        """Queue a read of all tables."""
        self._jobs.put(partial(self._send_read, token))

    def poll(self, kind: int, token: int) -> None:
        """Queue a poll of the counters of this multipart type."""
        self._jobs.put(partial(self._send_poll, kind, token))

    def probe(self, made: Callable[[int], bytes]) -> None:
        """Queue a probe, made with its xid: nothing of this switch answers it."""
        self._jobs.put(partial(self._send_probe, made))

    def stop(self) -> None:
        """Send nothing more; what is queued is dropped."""
        self._jobs.put(None)

    def confirmed(self, xid: int) -> Confirmed | None:
        """What a barrier's answer says."""
        token = self._batches.pop(xid, None)
        return None if token is None else Confirmed(self._dpid, token)

    def rejected(self, xid: int, kind: int, code: int, words: str,
                 request: bytes = b"") -> Rejected | TablesRead | None:
        """What an error says: the first one ends the token, whatever of the batch was taken. A switch that does not know
        what groups or meters are when asked for its own (`request` is what it quotes) has none."""
        self._polls.forget(xid)
        reading = self._readings.get(xid)
        if reading is not None and (kind, code) in _UNKNOWN and (part := _part_asked(request)) in _DISPENSABLE:
            return self._part_ended(xid, reading, part)
        self._readings.pop(xid, None)
        token = self._batches.pop(xid, None) if reading is None else reading.token
        return None if token is None else Rejected(self._dpid, token, kind, code, words)

    def counted(self, xid: int, kind: int, body: bytes, more: bool, at_ns: int) -> Counters | None:
        """Take in a part of a poll's answer: the whole, once every part is here. Raises `errors.MalformedError`."""
        return self._polls.take(xid, kind, body, more, at_ns)

    def read_part(self, xid: int, kind: int, body: bytes, more: bool) -> TablesRead | None:
        """Take in a part of the tables; the whole, once every part is here. Raises `errors.MalformedError`."""
        reading = self._readings.get(xid)
        if reading is None or kind not in reading.missing:
            return None
        items, unreadable = reading.flows.part(body) if kind == guard.FLOWS else decode.READERS[kind](self._dpid, body)
        reading.items += items
        reading.unreadable += unreadable
        reading.told_bytes += len(body)
        if len(reading.items) + reading.unreadable > MOST_ITEMS or reading.told_bytes > MOST_BYTES:
            raise MalformedError(f"tables of more than {MOST_ITEMS:,} entries or {MOST_BYTES >> 20} MiB")
        return None if more else self._part_ended(xid, reading, kind)

    def _part_ended(self, xid: int, reading: _Reading, kind: int) -> TablesRead | None:
        reading.missing.discard(kind)
        if reading.missing or self._readings.pop(xid, None) is None:  # given up in the meantime
            return None
        self._seen = reading.flows.seen
        return TablesRead(self._dpid, reading.token, rule_set(reading.items), reading.unreadable)

    def _run(self) -> None:
        try:
            while (job := self._jobs.get()) is not None and self._connection.why is None:
                job(next(self._xids))
        finally:
            self._connection.end("its sender failed")  # a connection that cannot be sent on must not look alive

    def _send_batch(self, token: int, changes: Sequence[Change], xid: int) -> None:
        self._batches[xid] = token
        try:
            for chunk in encode.batch(changes, xid):
                if not self._connection.send(chunk):
                    return
        except encode.UnencodableError as error:
            log.error("batch cannot be encoded", dpid=self._dpid, error=str(error))
            self._batches.pop(xid, None)
            self._inbox(Rejected(self._dpid, token, NOT_SENT, NOT_SENT, str(error)))

    def _send_read(self, token: int, xid: int) -> None:
        self._readings[xid] = _Reading(token, decode.FlowReport(self._dpid, self._seen))
        for oldest in list(self._readings)[:-MOST_READS]:
            self._readings.pop(oldest, None)
        self._connection.send(encode.read_requests(xid))

    def _send_probe(self, made: Callable[[int], bytes], xid: int) -> None:
        self._connection.send(made(xid))

    def _send_poll(self, kind: int, token: int, xid: int) -> None:
        self._polls.ask(xid, kind, token)
        self._connection.send(encode.poll_request(kind, xid))


def _part_asked(request: bytes) -> int:
    """The multipart type of a request that an error quotes (64 bytes of it at least), -1 where it quotes less or another."""
    is_whole = len(request) >= 10 and request[1] == guard.MULTIPART_REQUEST
    return int.from_bytes(request[8:10], "big") if is_whole else -1
