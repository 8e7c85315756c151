"""From changes to OpenFlow 1.3 messages, by formats of our own: the library's classes take twenty times as long.

Rules of this file: pure; all messages of a batch carry one xid, so that any error that comes back, and the answer to
the barrier, name the batch; what is sent reads back as the same values (decode.py) and is, byte for byte, what the library
would send. Requests, of which there are few, are left to the library.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from struct import Struct
from typing import Any

from controller.southbound import actions, guard, oxm
from controller.southbound.counters import CLASSIFY, CLASSIFY_MASK
from controller.southbound.errors import SouthboundError
from controller.southbound.framework import ofproto, parser, protocol
from controller.southbound.memo import Memo
from intents.rules import Action, Bucket, Change, Flow, Group, Match, Meter, Table, is_ours

CHUNK_BYTES = 60_000
"""Messages leave in buffers of about this size: one write to the socket for hundreds of them."""

_FLOW_COMMANDS = {
    "add": ofproto.OFPFC_ADD, "modify": ofproto.OFPFC_MODIFY_STRICT, "delete": ofproto.OFPFC_DELETE_STRICT,
}
_GROUP_COMMANDS = {"add": ofproto.OFPGC_ADD, "modify": ofproto.OFPGC_MODIFY, "delete": ofproto.OFPGC_DELETE}
_METER_COMMANDS = {"add": ofproto.OFPMC_ADD, "modify": ofproto.OFPMC_MODIFY, "delete": ofproto.OFPMC_DELETE}
_GROUP_TYPES = {"indirect": ofproto.OFPGT_INDIRECT, "fast-failover": ofproto.OFPGT_FF}
_METER_FLAGS = ofproto.OFPMF_KBPS | ofproto.OFPMF_BURST
_OWNER_MASK = 0xFF << 56
_FLOW_MOD_TYPE = ofproto.OFPT_FLOW_MOD

_HEADER = Struct("!BBHI")  # version, type, length, xid
# header, cookie, its mask, table, command, no timeouts, priority; no buffer, any port and group; no flags; then its match
_FLOW_MOD = Struct("!BBHIQQBB4xH12s4x")
_ANY = b"\xFF" * 12
_GROUP_MOD = Struct("!HBxI")  # command, type, id
_METER_MOD = Struct("!HHI")  # command, flags, id
_BUCKET = Struct("!HHII4x")  # length, weight, watched port, watched group
# type and length, then what is named
_MATCH = Struct("!HH")
_ACTIONS = Struct("!HH4x")
_GOTO = Struct("!HHB3x")  # table
_METER = Struct("!HHI")  # id
_BAND = Struct("!HHII4x")  # rate, burst


class UnencodableError(SouthboundError):
    """A change names a field or holds a value that OpenFlow 1.3 has no place for."""


def batch(changes: Iterable[Change], xid: int) -> Iterator[bytes]:
    """The changes in their order, then a barrier, in buffers of about `CHUNK_BYTES`."""
    chunk, encoder = bytearray(), Encoder(xid)
    for change in changes:
        chunk += encoder.message(change)
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk) + _HEADER.pack(guard.VERSION, ofproto.OFPT_BARRIER_REQUEST, _HEADER.size, xid)


def message(change: Change, xid: int) -> bytes:
    """One flow-mod, group-mod or meter-mod, as `Encoder.message` makes it."""
    return Encoder(xid).message(change)


class Encoder:
    """Makes the messages of one batch. What many of them share is made once: a field, the order of a match's fields, a list
    of actions."""

    def __init__(self, xid: int) -> None:
        self._xid = xid
        self._fields = Memo(oxm.written)
        self._orders = Memo(oxm.order)
        self._applied = Memo(_applied)
        self._writers: Mapping[type, Callable[[str, Any], bytes]] = {
            Flow: self._flow_mod, Group: self._group_mod, Meter: self._meter_mod}

    def message(self, change: Change) -> bytes:
        """One flow-mod, group-mod or meter-mod. A modify keeps the entry's counters and its cookie (OpenFlow 1.3.5 section
        6.4): what changes a cookie is an add. A delete of a flow of ours spares an alien flow that took its place.
        Raises UnencodableError."""
        try:
            return self._writers[type(change.item)](change.verb, change.item)
        except (KeyError, ValueError, struct.error) as error:
            raise UnencodableError(f"{change.verb} {change.item}: {error.args[0]}") from error

    def _flow_mod(self, verb: str, flow: Flow) -> bytes:
        body = self._match(flow.match)
        if verb != "delete":
            body += self._instructions(flow)
        spared = verb == "delete" and is_ours(flow)
        return _FLOW_MOD.pack(
            guard.VERSION, _FLOW_MOD_TYPE, _FLOW_MOD.size + len(body), self._xid, flow.cookie, _OWNER_MASK if spared else 0,
            flow.table, _FLOW_COMMANDS[verb], flow.priority, _ANY) + body

    def _group_mod(self, verb: str, group: Group) -> bytes:
        head = _GROUP_MOD.pack(_GROUP_COMMANDS[verb], _GROUP_TYPES[group.kind], group.id)
        buckets = () if verb == "delete" else group.buckets
        return self._headed(ofproto.OFPT_GROUP_MOD, head + b"".join(map(_bucket, buckets)))

    def _meter_mod(self, verb: str, meter: Meter) -> bytes:
        band = b"" if verb == "delete" else _BAND.pack(ofproto.OFPMBT_DROP, _BAND.size, meter.rate_kbps, meter.burst_kb)
        return self._headed(ofproto.OFPT_METER_MOD, _METER_MOD.pack(_METER_COMMANDS[verb], _METER_FLAGS, meter.id) + band)

    def _headed(self, kind: int, body: bytes) -> bytes:
        return _HEADER.pack(guard.VERSION, kind, _HEADER.size + len(body), self._xid) + body

    def _match(self, fields: Match) -> bytes:
        order = self._orders[tuple([field.name for field in fields])]
        body = b"".join([self._fields[fields[place]] for place in order])
        length = _MATCH.size + len(body)
        return _MATCH.pack(ofproto.OFPMT_OXM, length) + body + bytes(-length % 8)

    def _instructions(self, flow: Flow) -> bytes:
        made = b"" if flow.meter is None else _METER.pack(ofproto.OFPIT_METER, _METER.size, flow.meter)
        if flow.actions:
            made += self._applied[flow.actions]
        if flow.goto is not None:
            made += _GOTO.pack(ofproto.OFPIT_GOTO_TABLE, _GOTO.size, flow.goto)
        return made


def _applied(asked: tuple[Action, ...]) -> bytes:
    body = actions.written(asked)
    return _ACTIONS.pack(ofproto.OFPIT_APPLY_ACTIONS, _ACTIONS.size + len(body)) + body


def _bucket(bucket: Bucket) -> bytes:
    body = actions.written(bucket.actions)
    watched = ofproto.OFPP_ANY if bucket.watch_port is None else bucket.watch_port
    return _BUCKET.pack(_BUCKET.size + len(body), 0, watched, ofproto.OFPG_ANY) + body


def read_requests(xid: int) -> bytes:
    """Requests for all flows of all tables, all groups and all meters, in one buffer."""
    requests = (
        parser.OFPGroupDescStatsRequest(protocol, 0),
        parser.OFPMeterConfigStatsRequest(protocol, 0, ofproto.OFPM_ALL),
        parser.OFPFlowStatsRequest(protocol, 0, ofproto.OFPTT_ALL, ofproto.OFPP_ANY, ofproto.OFPG_ANY),
    )
    return b"".join(_bytes(request, xid) for request in requests)


def poll_request(kind: int, xid: int) -> bytes:
    """A request for the counters of all ports (`guard.PORT_COUNTS`) or of our classify flows (`guard.FLOWS`).

    Only of these: on the netdev datapath packets wait while Open vSwitch collects what is asked for. All of 20,000 flows
    in other tables kept them for up to 19 ms, 1,000 classify flows for 1 ms (measured)."""
    if kind == guard.PORT_COUNTS:
        return _bytes(parser.OFPPortStatsRequest(protocol, 0, ofproto.OFPP_ANY), xid)
    return _bytes(parser.OFPFlowStatsRequest(
        protocol, 0, Table.CLASSIFY, ofproto.OFPP_ANY, ofproto.OFPG_ANY, CLASSIFY, CLASSIFY_MASK), xid)


def _bytes(made: Any, xid: int) -> bytes:
    made.set_xid(xid)
    made.serialize()
    return bytes(made.buf)
