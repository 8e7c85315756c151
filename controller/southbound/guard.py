"""What a switch may say: every message is judged by its lengths before a parser sees it.

Rules of this file: pure, no library; what nobody here asked for or has a use for is a fault; a length is checked before
it is followed. The library's parsers loop for ever on a zero length inside a message (CVE-2024-34483 to 34489), so only
messages of fixed size and a walked HELLO reach them; statistics are read by decode.py and counters.py alone, packets
by probes.py.
"""

import struct
from enum import Enum

from intents.rules import Table

VERSION = 4
"""OpenFlow 1.3 on the wire."""

HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, FEATURES_REPLY = 0, 1, 2, 3, 6
PACKET_IN, FLOW_REMOVED, PORT_STATUS, MULTIPART_REPLY, BARRIER_REPLY = 10, 11, 12, 19, 21
MULTIPART_REQUEST = 18

FLOWS, PORT_COUNTS, GROUPS, METERS, PORTS = 1, 4, 7, 10, 13
"""Multipart types that are asked for: flow and port statistics, group descriptions, meter configurations, port
descriptions."""

TABLE_PARTS = frozenset({FLOWS, GROUPS, METERS})
"""What makes up a switch's tables."""

STATISTICS = TABLE_PARTS | {PORT_COUNTS}
"""What decode.py and counters.py read, and no parser of the library's."""

UNREAD = frozenset({FLOW_REMOVED})
"""What a switch may send unasked and nothing here listens to: passed over unparsed."""

MOST_PORTS = 4_096
"""Of one switch: more than any chassis has, and 6 MB of what the library keeps of them."""


class Stage(Enum):
    """How far a connection is, by the one message that takes it further."""

    HELLO = "HELLO"
    FEATURES = "features"
    PORTS = "port descriptions"
    JOINED = "end"


_ALWAYS = {ERROR: (12, 65535), ECHO_REQUEST: (8, 65535), ECHO_REPLY: (8, 65535)}
_UNASKED = {PACKET_IN: (8, 65535), FLOW_REMOVED: (8, 65535), PORT_STATUS: (80, 80)}
_SIZES = {
    Stage.HELLO: _ALWAYS | {HELLO: (8, 512)},
    Stage.FEATURES: _ALWAYS | _UNASKED | {FEATURES_REPLY: (32, 32)},
    Stage.PORTS: _ALWAYS | _UNASKED | {MULTIPART_REPLY: (16, 65535)},
    Stage.JOINED: _ALWAYS | _UNASKED | {MULTIPART_REPLY: (16, 65535), BARRIER_REPLY: (8, 8)},
}
"""What may come at each stage, with its least and greatest length (OpenFlow 1.3.5 section 7). A HELLO of 512 bytes can
already name 4,000 versions. A switch that still holds rules sends packets and port changes as soon as HELLOs were said
(Open vSwitch does), before it is asked for anything."""

_MULTIPARTS = {Stage.PORTS: frozenset({PORTS}), Stage.JOINED: STATISTICS}
_EXPERIMENTER_ERROR = 0xFFFF
_LAST_REASON = 2  # OFPPR_MODIFY


def fault(message: bytes, stage: Stage) -> str | None:
    """Why this message (whole, with its header) must not be parsed at this stage; `None`: it may."""
    version, kind, length = struct.unpack_from("!BBH", message)
    sizes = _SIZES[stage].get(kind)
    if sizes is None:
        return f"a message of type {kind}, which nobody asked for" + _instead_of(stage)
    if version != VERSION and stage is not Stage.HELLO:
        return f"a message of type {kind} in version {version:#04x}, not OpenFlow 1.3"
    if length != len(message) or not sizes[0] <= length <= sizes[1]:
        return f"a message of type {kind} that is {length} bytes long"
    judge = _JUDGES.get(kind)
    return None if judge is None else judge(message, stage)


def is_statistics(message: bytes) -> bool:
    """Whether a message without fault is a part of statistics, which are read here and not by the library."""
    return message[1] == MULTIPART_REPLY and _u16(message, 8) in STATISTICS


def _instead_of(stage: Stage) -> str:
    return "" if stage is Stage.JOINED else f" while its {stage.value} was due"


def _fault_of_hello(message: bytes, _: Stage) -> str | None:
    at = 8
    while at < len(message):
        length = _u16(message, at + 2)
        if length < 4 or at + length > len(message):
            return f"a HELLO whose element is {length} bytes long"
        at += length  # the library follows the bare length, without the padding to 8 of section 7.5.1: so does this
    return None


def _fault_of_error(message: bytes, _: Stage) -> str | None:
    if _u16(message, 8) == _EXPERIMENTER_ERROR and len(message) < 16:
        return "an experimenter's error without its experimenter"
    return None


def _fault_of_features(message: bytes, _: Stage) -> str | None:
    dpid, tables, auxiliary = struct.unpack_from("!Q4xBB", message, 8)
    if dpid == 0:
        return "features without a datapath id"
    if tables < len(Table):
        return f"features of {tables} tables, where {len(Table)} are needed"
    return f"features of an auxiliary connection ({auxiliary}), which nobody asked for" if auxiliary else None


def _fault_of_port_status(message: bytes, _: Stage) -> str | None:
    return f"a port status of reason {message[8]}" if message[8] > _LAST_REASON else None


def _fault_of_multipart(message: bytes, stage: Stage) -> str | None:
    kind = _u16(message, 8)
    if kind not in _MULTIPARTS[stage]:
        return f"a multipart reply of type {kind}, which nobody asked for" + _instead_of(stage)
    if kind == PORTS and len(message) % 64 != 16:
        return "port descriptions that are not 64 bytes each"
    if kind == PORT_COUNTS and len(message) % 112 != 16:
        return "port statistics that are not 112 bytes each"
    return None


_JUDGES = {
    HELLO: _fault_of_hello,
    ERROR: _fault_of_error,
    FEATURES_REPLY: _fault_of_features,
    PORT_STATUS: _fault_of_port_status,
    MULTIPART_REPLY: _fault_of_multipart,
}


def _u16(message: bytes, at: int) -> int:
    return int.from_bytes(message[at:at + 2], "big")
