"""From what a switch reports of its tables to values: flows, groups and meters, ours and alien.

Rules of this file: pure; every length is checked before it is followed, a wrong one is a `MalformedError`; what
intents/rules.py has no value for is kept as a field or an action named after its wire form (`oxm-1-106`, `action-17`),
which no rule of ours has: an alien rule keeps its identity, and a changed rule of ours never looks unchanged.
Matches come out as `intents.rules.match` makes them: sorted, values within their masks, a mask of all ones exact.
"""

import struct
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Literal

from controller.southbound import guard
from controller.southbound.errors import SouthboundError
from controller.southbound.framework import ofproto
from intents.rules import (
    Action,
    Bucket,
    CopyField,
    DecMplsTtl,
    Field,
    Flow,
    Group,
    Item,
    Match,
    Meter,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    ToGroup,
)

_NAMES = {kind.num: kind.name.removesuffix("_nxm") for kind in ofproto.oxm_types}
_EXPERIMENTER_CLASS = 0xFFFF
_REG_MOVE = struct.pack("!IH", 0x2320, 6)  # NX_VENDOR_ID, NXAST_REG_MOVE of Open vSwitch's nicira-ext.h


class MalformedError(SouthboundError):
    """A report whose lengths do not fit together."""


Seen = dict[bytes, Flow | None]
"""Flows by their entry in a reply, without age and counters; None for one whose match is not made of OpenFlow's fields."""


def flows(dpid: int, body: bytes, before: Seen | None = None, now: Seen | None = None) -> tuple[list[Item], int]:
    """The entries of a flow statistics reply, and how many had a match that is not made of OpenFlow's fields. Those that
    were `before` are not read again, and all of them are put into `now`: tables are read every few seconds, and hardly ever
    differ (3,000 flows in 5 ms instead of 65)."""
    known, seen = before or {}, {} if now is None else now
    found: list[Item] = []
    unreadable = 0
    for start, end in spans(body, 0, len(body), least=56):
        entry = body[start:start + 4] + body[start + 12:start + 32] + body[start + 48:end]
        flow = seen[entry] = known[entry] if entry in known else _flow(dpid, entry)
        if flow is None:
            unreadable += 1
        else:
            found.append(flow)
    return found, unreadable


def _flow(dpid: int, entry: bytes) -> Flow | None:
    table, priority, *timeouts, cookie, kind = struct.unpack_from("!2xBxHHH6xQH", entry)
    if kind != ofproto.OFPMT_OXM:
        return None
    fields, at = match_at(entry, 24, len(entry))
    actions, goto, meter = instructions_at(entry, at, len(entry))
    if any(timeouts):
        actions += (SetField("timeouts", timeouts[0] << 16 | timeouts[1]),)
    return Flow(dpid, table, priority, fields, actions, goto, meter, cookie)


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


def match_at(data: bytes, start: int, limit: int) -> tuple[Match, int]:
    """The match that starts here, and where what follows it (aligned to 8) starts."""
    _, length = struct.unpack_from("!HH", data, start)
    end, after = start + length, start + (length + 7) // 8 * 8
    if length < 4 or after > limit:
        raise MalformedError(f"a match of {length} bytes")
    fields = []
    at = start + 4
    while at < end:
        name, size, masked, at = _oxm_header(data, at, end)
        value = int.from_bytes(data[at:at + size], "big")
        mask = int.from_bytes(data[at + size:at + 2 * size], "big") if masked else None
        at += 2 * size if masked else size
        if mask is None or mask == (1 << 8 * size) - 1:
            fields.append(Field(name, value))
        elif mask:
            fields.append(Field(name, value & mask, mask))
    if len({field.name for field in fields}) != len(fields):
        raise MalformedError("a match that names a field twice")
    return tuple(sorted(fields, key=attrgetter("name"))), after


def instructions_at(data: bytes, start: int, end: int) -> tuple[tuple[Action, ...], int | None, int | None]:
    """The instructions between two places: actions applied, table gone to, meter."""
    actions: tuple[Action, ...] = ()
    goto = meter_id = None
    for at, after in spans(data, start, end, least=8, length_at=2):
        kind, = struct.unpack_from("!H", data, at)
        if kind == ofproto.OFPIT_APPLY_ACTIONS:
            actions += actions_at(data, at + 8, after)
        elif kind == ofproto.OFPIT_GOTO_TABLE:
            goto = data[at + 4]
        elif kind == ofproto.OFPIT_METER:
            meter_id, = struct.unpack_from("!I", data, at + 4)
        else:
            actions += (SetField(f"instruction-{kind}", int.from_bytes(data[at + 4:after], "big")),)
    return actions, goto, meter_id


def actions_at(data: bytes, start: int, end: int) -> tuple[Action, ...]:
    """The actions between two places."""
    return tuple(_action(data, at, after) for at, after in spans(data, start, end, least=8, length_at=2))


def group(dpid: int, number: int, kind: int, data: bytes, start: int, end: int) -> Group:
    """The group whose buckets stand between two places."""
    name: Literal["indirect", "fast-failover"] = "fast-failover" if kind == ofproto.OFPGT_FF else "indirect"
    if kind not in (ofproto.OFPGT_FF, ofproto.OFPGT_INDIRECT):
        return Group(dpid, number, name, ())
    buckets = []
    for at, after in spans(data, start, end, least=16):
        port, of_group = struct.unpack_from("!II", data, at + 4)
        actions = actions_at(data, at + 16, after)
        if of_group != ofproto.OFPG_ANY:
            actions += (SetField("watch-group", of_group),)
        buckets.append(Bucket(actions, None if port == ofproto.OFPP_ANY else port))
    return Group(dpid, number, name, tuple(buckets))


def meter(dpid: int, number: int, flags: int, data: bytes, start: int, end: int) -> Meter:
    """The meter whose bands stand between two places."""
    bands = [struct.unpack_from("!H2xII", data, at) for at, _ in spans(data, start, end, least=12, length_at=2)]
    ours = flags & ~ofproto.OFPMF_STATS == ofproto.OFPMF_KBPS | ofproto.OFPMF_BURST
    if ours and len(bands) == 1 and bands[0][0] == ofproto.OFPMBT_DROP:
        return Meter(dpid, number, rate_kbps=bands[0][1], burst_kb=bands[0][2])
    return Meter(dpid, number, rate_kbps=0, burst_kb=0)


def _action(data: bytes, at: int, end: int) -> Action:
    kind, long, short = struct.unpack_from("!H2xI", data, at) + struct.unpack_from("!H", data, at + 4)
    match kind:
        case ofproto.OFPAT_OUTPUT:
            return Output(long)
        case ofproto.OFPAT_GROUP:
            return ToGroup(long)
        case ofproto.OFPAT_PUSH_MPLS if short == 0x8847:
            return PushMpls()
        case ofproto.OFPAT_POP_MPLS:
            return PopMpls(short)
        case ofproto.OFPAT_SET_MPLS_TTL:
            return SetMplsTtl(data[at + 4])
        case ofproto.OFPAT_DEC_MPLS_TTL:
            return DecMplsTtl()
        case ofproto.OFPAT_SET_FIELD:
            name, size, masked, value_at = _oxm_header(data, at + 4, end)
            if not masked:
                return SetField(name, int.from_bytes(data[value_at:value_at + size], "big"))
        case ofproto.OFPAT_EXPERIMENTER if data[at + 4:at + 10] == _REG_MOVE and end - at >= 24:
            bits, from_bit, to_bit = struct.unpack_from("!HHH", data, at + 10)
            source, target = (_name(*struct.unpack_from("!I", data, place)) for place in (at + 16, at + 20))
            if from_bit == to_bit == 0:
                return CopyField(source, target, bits)
    return SetField(f"action-{kind}", int.from_bytes(data[at + 4:end], "big"))


def _oxm_header(data: bytes, at: int, end: int) -> tuple[str, int, bool, int]:
    """A field's name, the size of its value in bytes, whether a mask follows the value, and where the value starts."""
    if end - at < 4:
        raise MalformedError("a field without its header")
    header, = struct.unpack_from("!I", data, at)
    length, masked = header & 0xFF, bool(header & 0x100)
    start, experimenter = at + 4, None
    if header >> 16 == _EXPERIMENTER_CLASS:
        experimenter = int.from_bytes(data[start:start + 4], "big")
        start, length = start + 4, length - 4
    if length < 1 or start + length > end or (masked and length % 2):
        raise MalformedError(f"a field of {length} bytes")
    return _name(header, experimenter), length // 2 if masked else length, masked, start


def _name(header: int, experimenter: int | None = None) -> str:
    kind = header >> 9
    known = _NAMES.get(kind if experimenter is None else (experimenter, kind))
    return known or f"oxm-{header >> 16}-{kind & 0x7F}" + ("" if experimenter is None else f"-{experimenter}")


def spans(data: bytes, start: int, end: int, least: int, length_at: int = 0) -> Iterator[tuple[int, int]]:
    """Begin and end of each of the entries that fill the place from `start` to `end` and tell their own length."""
    while start < end:
        if end - start < least:
            raise MalformedError(f"{end - start} bytes left over")
        length, = struct.unpack_from("!H", data, start + length_at)
        if length < least or start + length > end:
            raise MalformedError(f"an entry of {length} bytes")
        yield start, start + length
        start += length
