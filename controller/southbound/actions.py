"""Actions as bytes (OpenFlow 1.3.5 section 7.2.4), both ways; what is read of instructions (section 7.2.3).

Rules of this file: pure; what cannot be written raises ValueError or struct.error. What is read and intents/rules.py has
no value for is kept as the setting of a field named after its wire form (`action-17`), which no rule of ours has.
"""

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any

from controller.southbound import oxm
from controller.southbound.framework import ofproto
from controller.southbound.spans import spans
from intents.rules import (
    CONTROLLER,
    MPLS,
    Action,
    CopyField,
    DecMplsTtl,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    ToGroup,
)

# Each begins with type and length.
_OUTPUT = Struct("!HHIH6x")  # port, bytes for the controller
_PLAIN = Struct("!HH4x")
_NUMBER = Struct("!HHI")
_ETHERTYPE = Struct("!HHHxx")
_TTL = Struct("!HHB3x")
_TYPED = Struct("!HH")
_REG_MOVE = Struct("!IHHHH")  # vendor, subtype, bits, first bit of the source and of the target; then their headers
_HEADERS = Struct("!II")
_NICIRA, _NXAST_REG_MOVE = 0x2320, 6  # NX_VENDOR_ID, NXAST_REG_MOVE of Open vSwitch's nicira-ext.h


def written(actions: tuple[Action, ...]) -> bytes:
    """The actions in their order, each padded to 8 bytes."""
    return b"".join([_WRITERS[type(action)](action) for action in actions])


def _output(action: Output) -> bytes:
    return _OUTPUT.pack(ofproto.OFPAT_OUTPUT, _OUTPUT.size, action.port,
                        ofproto.OFPCML_NO_BUFFER if action.port == CONTROLLER else 0)


def _set_field(action: SetField) -> bytes:
    return _padded(ofproto.OFPAT_SET_FIELD, oxm.written((action.name, action.value, None)))


def _copy_field(action: CopyField) -> bytes:
    head = _REG_MOVE.pack(_NICIRA, _NXAST_REG_MOVE, action.bits, 0, 0)
    return _padded(ofproto.OFPAT_EXPERIMENTER, head + oxm.kind(action.source).header + oxm.kind(action.target).header)


def _padded(kind: int, body: bytes) -> bytes:
    length = (4 + len(body) + 7) // 8 * 8
    return _TYPED.pack(kind, length) + body.ljust(length - 4, b"\0")


_WRITERS: Mapping[type, Callable[[Any], bytes]] = {
    Output: _output,
    ToGroup: lambda action: _NUMBER.pack(ofproto.OFPAT_GROUP, 8, action.group),
    PushMpls: lambda _: _ETHERTYPE.pack(ofproto.OFPAT_PUSH_MPLS, 8, MPLS),
    PopMpls: lambda action: _ETHERTYPE.pack(ofproto.OFPAT_POP_MPLS, 8, action.ethertype),
    SetField: _set_field,
    SetMplsTtl: lambda action: _TTL.pack(ofproto.OFPAT_SET_MPLS_TTL, 8, action.ttl),
    DecMplsTtl: lambda _: _PLAIN.pack(ofproto.OFPAT_DEC_MPLS_TTL, 8),
    CopyField: _copy_field,
}


Instructions = tuple[tuple[Action, ...], int | None, int | None]
"""Actions applied, table gone to, meter."""


def instructions(data: bytes) -> Instructions:
    """What these instructions come to."""
    applied: tuple[Action, ...] = ()
    goto = meter_id = None
    for at, after in spans(data, 0, len(data), least=8, length_at=2):
        kind, _, number = _NUMBER.unpack_from(data, at)
        if kind == ofproto.OFPIT_APPLY_ACTIONS:
            applied += read(data, at + 8, after)
        elif kind == ofproto.OFPIT_GOTO_TABLE:
            goto = data[at + 4]
        elif kind == ofproto.OFPIT_METER:
            meter_id = number
        else:
            applied += (SetField(f"instruction-{kind}", int.from_bytes(data[at + 4:after], "big")),)
    return applied, goto, meter_id


def read(data: bytes, start: int, end: int) -> tuple[Action, ...]:
    """The actions that stand between two places."""
    return tuple(_action(data, at, after) for at, after in spans(data, start, end, least=8, length_at=2))


def _action(data: bytes, at: int, end: int) -> Action:
    kind, _, long = _NUMBER.unpack_from(data, at)
    short = long >> 16
    match kind:
        case ofproto.OFPAT_OUTPUT:
            return Output(long)
        case ofproto.OFPAT_GROUP:
            return ToGroup(long)
        case ofproto.OFPAT_PUSH_MPLS if short == MPLS:
            return PushMpls()
        case ofproto.OFPAT_POP_MPLS:
            return PopMpls(short)
        case ofproto.OFPAT_SET_MPLS_TTL:
            return SetMplsTtl(data[at + 4])
        case ofproto.OFPAT_DEC_MPLS_TTL:
            return DecMplsTtl()
        case ofproto.OFPAT_SET_FIELD:
            name, size, masked, value_at = oxm.header_at(data, at + 4, end)
            if not masked:
                return SetField(name, int.from_bytes(data[value_at:value_at + size], "big"))
        case ofproto.OFPAT_EXPERIMENTER if end - at >= 24:
            vendor, subtype, bits, *first = _REG_MOVE.unpack_from(data, at + 4)
            if (vendor, subtype, first) == (_NICIRA, _NXAST_REG_MOVE, [0, 0]):
                source, target = _HEADERS.unpack_from(data, at + 4 + _REG_MOVE.size)
                return CopyField(oxm.name_of(source), oxm.name_of(target), bits)
    return SetField(f"action-{kind}", int.from_bytes(data[at + 4:end], "big"))
