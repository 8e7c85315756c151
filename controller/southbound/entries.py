"""Flows read from entries of statistics by their layout: they differ in values, hardly ever in which fields they match.

Rules of this file: pure. An entry is one large number, of which a layout says by one comparison whether it fits: the same
length, the same fields in their places, the same masks. What is left are values, all taken by one struct. A layout is made
of an entry that was walked field by field, with every check; an entry that fits differs in nothing that was checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct

from controller.southbound import actions, oxm
from controller.southbound.framework import ofproto
from controller.southbound.memo import Memo
from intents.rules import Field, Flow, SetField

_HEAD = 48
"""Bytes of an entry before its match (ofp_flow_stats, OpenFlow 1.3.5 section 7.3.5.2)."""

_MOST = 8
"""Layouts of one length that are kept. Our rules have up to three; a switch that sends another one with each entry must
not have each compared to all."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """`fixed` is what an entry holds at the bits `is_fixed`. `values` are table, priority, timeouts, cookie, the value of
    each field as it stands in the match, instructions; `fields` are by name: the place of its value, and the field by it."""

    fixed: int
    is_fixed: int
    values: Struct
    fields: Sequence[tuple[int, Memo[bytes, Field]]]


class Reader:
    """Reads the entries of one reply. What many of them share is made once: a layout, a field, a list of instructions."""

    def __init__(self, dpid: int) -> None:
        self._dpid = dpid
        self._layouts: Memo[int, list[_Layout]] = Memo(lambda _: [])
        self._instructions = Memo(actions.instructions)

    def flow(self, body: bytes, start: int, end: int, entry: int) -> Flow | None:
        """The flow of the entry between two places, which is given as a number as well; `None` where its match is not made
        of OpenFlow's fields. Raises MalformedError."""
        known = self._layouts[end - start]
        for layout in known:
            if entry & layout.is_fixed == layout.fixed:
                return self._read(layout, body, start)
        if int.from_bytes(body[start + _HEAD:start + _HEAD + 2], "big") != ofproto.OFPMT_OXM:
            return None
        layout = _layout(body[start:end])
        if len(known) < _MOST:
            known.append(layout)
        return self._read(layout, body, start)

    def _read(self, layout: _Layout, body: bytes, start: int) -> Flow:
        values = layout.values.unpack_from(body, start)
        table, priority, idle_s, hard_s, cookie = values[:5]
        match = tuple([fields[values[place]] for place, fields in layout.fields])
        applied, goto, meter = self._instructions[values[-1]]
        if idle_s or hard_s:
            applied += (SetField("timeouts", idle_s << 16 | hard_s),)
        return Flow(self._dpid, table, priority, match, applied, goto, meter, cookie)


def uncounted(length: int) -> int:
    """The bits of an entry of this many bytes that its switch does not change by itself: all but age and counters."""
    return int.from_bytes(b"\xFF" * 4 + bytes(8) + b"\xFF" * 20 + bytes(16) + b"\xFF" * (length - _HEAD), "big")


def _layout(entry: bytes) -> _Layout:
    parts, after = oxm.parts_at(entry, _HEAD, len(entry))
    in_order = sorted(parts, key=lambda part: part.at)
    places = {part.at: place for place, part in enumerate(in_order)}
    is_fixed = bytearray(b"\xFF" * 2 + bytes(_HEAD - 2) + b"\xFF" * (after - _HEAD) + bytes(len(entry) - after))
    values, at = "!2xB9xHHH6xQ16x", _HEAD
    for part in in_order:
        values += f"{part.at - at}x{part.size}s"
        at = part.at + part.size
        is_fixed[part.at:at] = bytes(part.size)
    bits = int.from_bytes(is_fixed, "big")
    return _Layout(int.from_bytes(entry, "big") & bits, bits, Struct(f"{values}{after - at}x{len(entry) - after}s"),
                   [(5 + places[part.at], Memo(part.read)) for part in parts])
