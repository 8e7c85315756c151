"""Changes as the OpenFlow library's own classes write them: the oracle of what the southbound sends."""

from typing import Any

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
    ToGroup,
    is_ours,
)

_FLOW_COMMANDS = {
    "add": ofproto.OFPFC_ADD, "modify": ofproto.OFPFC_MODIFY_STRICT, "delete": ofproto.OFPFC_DELETE_STRICT,
}
_GROUP_COMMANDS = {"add": ofproto.OFPGC_ADD, "modify": ofproto.OFPGC_MODIFY, "delete": ofproto.OFPGC_DELETE}
_METER_COMMANDS = {"add": ofproto.OFPMC_ADD, "modify": ofproto.OFPMC_MODIFY, "delete": ofproto.OFPMC_DELETE}
_GROUP_TYPES = {"indirect": ofproto.OFPGT_INDIRECT, "fast-failover": ofproto.OFPGT_FF}


def message(change: Change, xid: int) -> bytes:
    """The library's flow-mod, group-mod or meter-mod; what it cannot write raises what it pleases."""
    match change.item:
        case Flow() as flow:
            made = _flow_mod(change.verb, flow)
        case Group() as group:
            made = _group_mod(change.verb, group)
        case Meter() as meter:
            made = _meter_mod(change.verb, meter)
    return written(made, xid)


def written(made: Any, xid: int) -> bytes:
    """The bytes of a message of the library."""
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


def packet_out(port: int, frame: bytes, xid: int) -> bytes:
    """The library's order to send a frame out of a port."""
    made = parser.OFPPacketOut(protocol, ofproto.OFP_NO_BUFFER, ofproto.OFPP_CONTROLLER,
                               [parser.OFPActionOutput(port, 0)], frame)
    return written(made, xid)


def barrier(xid: int) -> bytes:
    """The library's request for a barrier."""
    return written(parser.OFPBarrierRequest(protocol), xid)
