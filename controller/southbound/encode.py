"""From changes to OpenFlow 1.3 messages, through the library's classes.

Rules of this file: pure; all messages of a batch carry one xid, so that any error that comes back, and the answer to
the barrier, name the batch; what is sent reads back as the same values (decode.py).
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Any

from controller.southbound import guard
from controller.southbound.counters import CLASSIFY, CLASSIFY_MASK
from controller.southbound.errors import SouthboundError
from controller.southbound.framework import ofproto, parser, protocol
from intents.rules import (
    CONTROLLER,
    Action,
    Change,
    CopyField,
    DecMplsTtl,
    Flow,
    Group,
    Match,
    Meter,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    Table,
    ToGroup,
    is_ours,
)

CHUNK_BYTES = 60_000
"""Messages leave in buffers of about this size: one write to the socket for hundreds of them."""

_FLOW_COMMANDS = {
    "add": ofproto.OFPFC_ADD, "modify": ofproto.OFPFC_MODIFY_STRICT, "delete": ofproto.OFPFC_DELETE_STRICT,
}
_GROUP_COMMANDS = {"add": ofproto.OFPGC_ADD, "modify": ofproto.OFPGC_MODIFY, "delete": ofproto.OFPGC_DELETE}
_METER_COMMANDS = {"add": ofproto.OFPMC_ADD, "modify": ofproto.OFPMC_MODIFY, "delete": ofproto.OFPMC_DELETE}
_GROUP_TYPES = {"indirect": ofproto.OFPGT_INDIRECT, "fast-failover": ofproto.OFPGT_FF}


class UnencodableError(SouthboundError):
    """A change names a field or holds a value that OpenFlow 1.3 has no place for."""


def batch(changes: Iterable[Change], xid: int) -> Iterator[bytes]:
    """The changes in their order, then a barrier, in buffers of about `CHUNK_BYTES`."""
    chunk = bytearray()
    for change in changes:
        chunk += message(change, xid)
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk) + _bytes(parser.OFPBarrierRequest(protocol), xid)


def message(change: Change, xid: int) -> bytes:
    """One flow-mod, group-mod or meter-mod. A modify keeps the entry's counters and its cookie (OpenFlow 1.3.5 section
    6.4): what changes a cookie is an add. A delete of a flow of ours spares an alien flow that took its place."""
    try:
        match change.item:
            case Flow() as flow:
                return _bytes(_flow_mod(change.verb, flow), xid)
            case Group() as group:
                return _bytes(_group_mod(change.verb, group), xid)
            case Meter() as meter:
                return _bytes(_meter_mod(change.verb, meter), xid)
    except (KeyError, OverflowError, ValueError, struct.error) as error:
        raise UnencodableError(f"{change.verb} {change.item}: {error.args[0]}") from error


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


def _flow_mod(verb: str, flow: Flow) -> Any:
    spared = verb == "delete" and is_ours(flow)
    return parser.OFPFlowMod(
        protocol, cookie=flow.cookie, cookie_mask=0xFF << 56 if spared else 0, table_id=flow.table,
        command=_FLOW_COMMANDS[verb], priority=flow.priority, out_port=ofproto.OFPP_ANY, out_group=ofproto.OFPG_ANY,
        match=_match(flow.match), instructions=[] if verb == "delete" else _instructions(flow))


def _group_mod(verb: str, group: Group) -> Any:
    buckets = [
        parser.OFPBucket(watch_port=ofproto.OFPP_ANY if bucket.watch_port is None else bucket.watch_port,
                         actions=_actions(bucket.actions))
        for bucket in (() if verb == "delete" else group.buckets)
    ]
    return parser.OFPGroupMod(protocol, _GROUP_COMMANDS[verb], _GROUP_TYPES[group.kind], group.id, buckets)


def _meter_mod(verb: str, meter: Meter) -> Any:
    flags = ofproto.OFPMF_KBPS | ofproto.OFPMF_BURST
    bands = [] if verb == "delete" else [parser.OFPMeterBandDrop(meter.rate_kbps, meter.burst_kb)]
    return parser.OFPMeterMod(protocol, _METER_COMMANDS[verb], flags, meter.id, bands)


def _match(fields: Match) -> Any:
    made = {}
    for field in fields:
        value = _library_value(field.name, field.value)
        exact = field.mask is None
        made[field.name] = value if exact else (value, _library_value(field.name, field.mask or 0))
    return parser.OFPMatch(**made)


def _instructions(flow: Flow) -> list[Any]:
    made = []
    if flow.meter is not None:
        made.append(parser.OFPInstructionMeter(flow.meter))
    if flow.actions:
        made.append(parser.OFPInstructionActions(ofproto.OFPIT_APPLY_ACTIONS, _actions(flow.actions)))
    if flow.goto is not None:
        made.append(parser.OFPInstructionGotoTable(flow.goto))
    return made


def _actions(actions: tuple[Action, ...]) -> list[Any]:
    return [_action(action) for action in actions]


def _action(action: Action) -> Any:
    match action:
        case Output(port):
            return parser.OFPActionOutput(port, ofproto.OFPCML_NO_BUFFER if port == CONTROLLER else 0)
        case ToGroup(group):
            return parser.OFPActionGroup(group)
        case PushMpls():
            return parser.OFPActionPushMpls(0x8847)
        case PopMpls(ethertype):
            return parser.OFPActionPopMpls(ethertype)
        case SetField(name, value):
            return parser.OFPActionSetField(**{name: _library_value(name, value)})
        case SetMplsTtl(ttl):
            return parser.OFPActionSetMplsTtl(ttl)
        case DecMplsTtl():
            return parser.OFPActionDecMplsTtl()
        case CopyField(source, target, bits):
            return parser.NXActionRegMove(src_field=source, dst_field=target, n_bits=bits)


def _library_value(name: str, value: int) -> Any:
    """The library wants addresses as text and the rest as integers."""
    _, kind = ofproto.oxm_get_field_info_by_name(name)
    return kind.to_user(value.to_bytes(kind.size, "big"))
