"""From the statistics that a switch is polled for to counts of its ports and flows.

Rules of this file: pure; every length is checked before it is followed, a wrong one is a `MalformedError`; a counter of
all ones is one that the switch does not keep (OpenFlow 1.3.5 section 5.8) and becomes `None`.
"""

import struct

from controller.facts import FlowCount, PortCount
from controller.southbound.errors import MalformedError
from controller.southbound.framework import ofproto
from intents.rules import Kind, cookie

CLASSIFY = cookie(Kind.CLASSIFY, 0)
CLASSIFY_MASK = 0xFFFF << 48
"""The cookies of the flows that are polled: owner and kind."""

_PORT = struct.Struct("!I4x8Q32xII")  # ofp_port_stats in the order of PortCount, without the kinds of receive errors
_FLOW = struct.Struct("!HxxII12xQQQ")  # the head of ofp_flow_stats, before its match
_LEAST = _FLOW.size + 8  # a match, if only an empty one
_UNCOUNTED = (1 << 64) - 1
_UNTIMED = (1 << 32) - 1


def ports(body: bytes) -> dict[int, PortCount]:
    """The entries of a port statistics reply by port number, without the switch's own reserved ports."""
    if len(body) % _PORT.size:
        raise MalformedError(f"port statistics of {len(body)} bytes")
    found = {}
    for number, *counts, seconds, ns in _PORT.iter_unpack(body):
        if 0 < number <= ofproto.OFPP_MAX:
            found[number] = PortCount._make((*map(_counted, counts), _duration_ns(seconds, ns)))
    return found


def flows(body: bytes) -> list[FlowCount]:
    """The classify flows of ours in a flow statistics reply; any other is passed over."""
    found, made, unpacked = [], FlowCount._make, _FLOW.unpack_from
    ours, start, last = CLASSIFY >> 48, 0, len(body) - _LEAST
    while start <= last:
        length, seconds, ns, mark, packets, size = unpacked(body, start)
        if length < _LEAST:
            raise MalformedError(f"an entry of {length} bytes")
        if mark >> 48 == ours:  # all written out: a call for each number would add half
            found.append(made((mark, packets if packets != _UNCOUNTED else None, size if size != _UNCOUNTED else None,
                               seconds * 1_000_000_000 + ns if seconds != _UNTIMED else None)))
        start += length
    if start != len(body):
        raise MalformedError(f"{len(body)} bytes in which entries end at {start}")
    return found


def _counted(value: int) -> int | None:
    return None if value == _UNCOUNTED else value


def _duration_ns(seconds: int, ns: int) -> int | None:
    return None if seconds == _UNTIMED else seconds * 1_000_000_000 + ns
