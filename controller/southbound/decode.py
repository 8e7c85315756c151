"""From what a switch reports of its tables to values: flows, groups and meters, ours and alien.

Rules of this file: pure; every length is checked before it is followed, a wrong one is a `MalformedError`; what
intents/rules.py has no value for is kept as a field or an action named after its wire form (`oxm-1-106`, `action-17`),
which no rule of ours has: an alien rule keeps its identity, and a changed rule of ours never looks unchanged.
Matches come out as `intents.rules.match` makes them: sorted, values within their masks, a mask of all ones exact.
"""

import struct
from collections.abc import Callable
from typing import Literal

from controller.southbound import actions, guard
from controller.southbound.entries import Reader, uncounted
from controller.southbound.framework import ofproto
from controller.southbound.memo import Memo
from controller.southbound.spans import spans
from intents.rules import Bucket, Flow, Group, Item, Meter, SetField

Seen = dict[int, Flow | None]
"""Flows by their entry in a reply, without age and counters; None for one whose match is not made of OpenFlow's fields."""


def flows(dpid: int, body: bytes) -> tuple[list[Item], int]:
    """The entries of a flow statistics reply of one part, and how many had a match that is not made of OpenFlow's fields."""
    return FlowReport(dpid).part(body)


class FlowReport:
    """A flow statistics reply in all its parts. What was `seen` in one before is not read again: tables are read every few
    seconds, and hardly ever differ (3,000 flows in 3 ms instead of 16)."""

    def __init__(self, dpid: int, before: Seen | None = None) -> None:
        self.seen: Seen = {}
        self._before = before or {}
        self._reader = Reader(dpid)
        self._bits = Memo(uncounted)

    def part(self, body: bytes) -> tuple[list[Item], int]:
        """The entries of a part, and how many had a match that is not made of OpenFlow's fields. Raises MalformedError."""
        before, seen, bits, read = self._before, self.seen, self._bits, self._reader.flow
        found: list[Item] = []
        unreadable = 0
        for start, end in spans(body, 0, len(body), least=56):
            entry = int.from_bytes(body[start:end], "big") & bits[end - start]
            flow = seen[entry] = before[entry] if entry in before else read(body, start, end, entry)
            if flow is None:
                unreadable += 1
            else:
                found.append(flow)
        return found, unreadable


def groups(dpid: int, body: bytes) -> tuple[list[Item], int]:
    """The entries of a group description reply. A group of a type that we never use has no buckets here."""
    found: list[Item] = []
    for start, end in spans(body, 0, len(body), least=8):
        kind, number = struct.unpack_from("!2xBxI", body, start)
        found.append(group(dpid, number, kind, body, start + 8, end))
    return found, 0


def meters(dpid: int, body: bytes) -> tuple[list[Item], int]:
    """The entries of a meter configuration reply. A meter of a form that we never use has rate 0 here."""
    found: list[Item] = []
    for start, end in spans(body, 0, len(body), least=8):
        flags, number = struct.unpack_from("!2xHI", body, start)
        found.append(meter(dpid, number, flags, body, start + 8, end))
    return found, 0


READERS: dict[int, Callable[[int, bytes], tuple[list[Item], int]]] = {
    guard.FLOWS: flows, guard.GROUPS: groups, guard.METERS: meters,
}
"""By multipart type: (dpid, body without headers) -> items and the number of unreadable ones."""


def group(dpid: int, number: int, kind: int, data: bytes, start: int, end: int) -> Group:
    """The group whose buckets stand between two places."""
    name: Literal["indirect", "fast-failover"] = "fast-failover" if kind == ofproto.OFPGT_FF else "indirect"
    if kind not in (ofproto.OFPGT_FF, ofproto.OFPGT_INDIRECT):
        return Group(dpid, number, name, ())
    buckets = []
    for at, after in spans(data, start, end, least=16):
        port, of_group = struct.unpack_from("!II", data, at + 4)
        applied = actions.read(data, at + 16, after)
        if of_group != ofproto.OFPG_ANY:
            applied += (SetField("watch-group", of_group),)
        buckets.append(Bucket(applied, None if port == ofproto.OFPP_ANY else port))
    return Group(dpid, number, name, tuple(buckets))


def meter(dpid: int, number: int, flags: int, data: bytes, start: int, end: int) -> Meter:
    """The meter whose bands stand between two places."""
    bands = [struct.unpack_from("!H2xII", data, at) for at, _ in spans(data, start, end, least=12, length_at=2)]
    ours = flags & ~ofproto.OFPMF_STATS == ofproto.OFPMF_KBPS | ofproto.OFPMF_BURST
    if ours and len(bands) == 1 and bands[0][0] == ofproto.OFPMBT_DROP:
        return Meter(dpid, number, rate_kbps=bands[0][1], burst_kb=bands[0][2])
    return Meter(dpid, number, rate_kbps=0, burst_kb=0)
