"""What a switch may say: every message is judged by its lengths before a parser sees it.

Rules of this file: pure, no library; what nobody here asked for or has a use for is a fault; a length is checked before
it is followed. The library's parsers loop for ever on a zero length inside a message (CVE-2024-34483 to 34489), so only
messages of fixed size and a walked HELLO reach them; statistics are read by decode.py and counters.py alone.
"""

import struct

VERSION = 4
"""OpenFlow 1.3 on the wire."""

HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, FEATURES_REPLY = 0, 1, 2, 3, 6
PACKET_IN, FLOW_REMOVED, PORT_STATUS, MULTIPART_REPLY, BARRIER_REPLY = 10, 11, 12, 19, 21

FLOWS, PORT_COUNTS, GROUPS, METERS, PORTS = 1, 4, 7, 10, 13
"""Multipart types that are asked for: flow and port statistics, group descriptions, meter configurations, port
descriptions."""

TABLE_PARTS = frozenset({FLOWS, GROUPS, METERS})
"""What makes up a switch's tables."""

STATISTICS = TABLE_PARTS | {PORT_COUNTS}
"""What decode.py and counters.py read, and no parser of the library's."""

UNREAD = frozenset({PACKET_IN, FLOW_REMOVED})
"""What a switch may send unasked and nothing here listens to yet: passed over unparsed."""

_SIZES = {
    HELLO: (8, 512),
    ERROR: (12, 65535),
    ECHO_REQUEST: (8, 65535),
    ECHO_REPLY: (8, 65535),
    FEATURES_REPLY: (32, 32),
    PACKET_IN: (8, 65535),
    FLOW_REMOVED: (8, 65535),
    PORT_STATUS: (80, 80),
    MULTIPART_REPLY: (16, 65535),
    BARRIER_REPLY: (8, 8),
}
"""Least and greatest length (OpenFlow 1.3.5 section 7). A HELLO of 512 bytes can already name 4,000 versions."""


def fault(message: bytes) -> str | None:
    """Why this message (whole, with its header) must not be parsed; `None`: it may."""
    version, kind, length = struct.unpack_from("!BBH", message)
    if kind not in _SIZES:
        return f"a message of type {kind}, which nobody asked for"
    if version != VERSION and kind not in (HELLO, ERROR):
        return f"a message of type {kind} in version {version:#04x}, not OpenFlow 1.3"
    least, greatest = _SIZES[kind]
    if length != len(message) or not least <= length <= greatest:
        return f"a message of type {kind} that is {length} bytes long"
    if kind == HELLO:
        return _fault_of_hello(message)
    return _fault_of_multipart(message) if kind == MULTIPART_REPLY else None


def is_statistics(message: bytes) -> bool:
    """Whether a message without fault is a part of statistics, which are read here and not by the library."""
    return message[1] == MULTIPART_REPLY and _u16(message, 8) in STATISTICS


def _fault_of_hello(message: bytes) -> str | None:
    at = 8
    while at < len(message):
        length = _u16(message, at + 2)
        if length < 4 or at + length > len(message):
            return f"a HELLO whose element is {length} bytes long"
        at += length  # the library follows the bare length, without the padding to 8 of section 7.5.1: so does this
    return None


def _fault_of_multipart(message: bytes) -> str | None:
    kind = _u16(message, 8)
    if kind == PORTS:
        return None if len(message) % 64 == 16 else "port descriptions that are not 64 bytes each"
    if kind == PORT_COUNTS:
        return None if len(message) % 112 == 16 else "port statistics that are not 112 bytes each"
    return None if kind in STATISTICS else f"a multipart reply of type {kind}, which nobody asked for"


def _u16(message: bytes, at: int) -> int:
    return int.from_bytes(message[at:at + 2], "big")
