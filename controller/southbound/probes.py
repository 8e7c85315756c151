"""Probes as bytes: what goes out by a PACKET_OUT, and which of the packets that come in are ours.

Rules of this file: no library; a length is checked before it is followed; what is not ours is passed over at the price of a
look at a few bytes. A probe is ours by a nonce, random for each process, that no host ever sees; and it comes back once, so
that a switch which repeats one tells the loop nothing.
"""

from struct import Struct

from controller.facts import Probed
from controller.southbound.guard import VERSION
from intents.probes import GAL, RECEIVER, SENDER, Probe
from intents.rules import CONTROLLER, MPLS
from intents.trunks import TTL

NONCE_BYTES = 16

MOST_AWAITED = 4096
"""Probes that may still come back: the longest wait of all is a path that is tried for an hour, once a second."""

LARGEST = 65_000
"""Bytes beneath the label: a message of OpenFlow ends at 65,535."""

_PACKET_OUT = Struct("!BBHIIIH6xHHIH6x")
"""Header; no buffer, the port of entry, length of the actions; one output (OpenFlow 1.3.5, section 7.3.7)."""

_PACKET_OUT_TYPE, _NO_BUFFER, _OUTPUT, _OUTPUT_BYTES = 13, 0xFFFF_FFFF, 0, 16

_FRAME = Struct(f"!6s6sHIII{NONCE_BYTES}sQ")
"""Ethernet; the path's label, the GAL, the associated channel's header (RFC 5586, section 2.1); then what is ours: the nonce
and the token."""

_LABELS_BYTES, _BENEATH = 18, 4
"""Ethernet with the path's label; an entry of the label stack."""

_CHANNEL = 0x1000_7FF8
"""Version 0, channel type "experimental use" (RFC 5586, section 10)."""

_BOTTOM = 1 << 8

_PACKET_IN = Struct("!8xIHBBQHH")
"""Buffer, size of the frame, reason, table, cookie; type and length of the match (section 7.4.1)."""

_IN_PORT = Struct("!II")
_IN_PORT_HEADER = 0x8000_0004


class Probes:
    """The probes of one process."""

    def __init__(self, nonce: bytes) -> None:
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce is {NONCE_BYTES} bytes long, not {len(nonce)}")
        self._nonce = nonce
        self._awaited: dict[int, bool] = {}  # each step on it is one of the interpreter's: threads need no lock

    def packet_out(self, probe: Probe, token: int, xid: int) -> bytes:
        """The message that has a switch send a probe, which is awaited from now on."""
        self._awaited[token] = True
        if len(self._awaited) > MOST_AWAITED:
            self._awaited.pop(min(self._awaited.copy()), None)
        sent = self.frame(probe, token)
        return _PACKET_OUT.pack(VERSION, _PACKET_OUT_TYPE, _PACKET_OUT.size + len(sent), xid, _NO_BUFFER, CONTROLLER,
                                _OUTPUT_BYTES, _OUTPUT, _OUTPUT_BYTES, probe.port, 0) + sent

    def frame(self, probe: Probe, token: int) -> bytes:
        """A probe on the wire, without FCS."""
        stack = probe.label << 12 | probe.traffic_class << 9 | TTL, GAL << 12 | probe.traffic_class << 9 | _BOTTOM | 1
        ends = RECEIVER.to_bytes(6, "big"), SENDER.to_bytes(6, "big")
        head = _FRAME.pack(*ends, MPLS, *stack, _CHANNEL, self._nonce, token)
        return head.ljust(_LABELS_BYTES + min(probe.packet_bytes, LARGEST), b"\0")

    def came(self, dpid: int, message: bytes) -> Probed | None:
        """What a PACKET_IN, whose length is that of its header, says of a probe of ours; None where it is none, or one that
        came before."""
        if len(message) < _PACKET_IN.size + _FRAME.size:
            return None
        *_, match_bytes = _PACKET_IN.unpack_from(message)
        data_at = _PACKET_IN.size - 4 + (match_bytes + 7) // 8 * 8 + 2
        if len(message) < data_at + _FRAME.size:
            return None
        _, _, ethertype, entry, below, channel, nonce, token = _FRAME.unpack_from(message, data_at)
        if (nonce, ethertype, channel, below >> 12) != (self._nonce, MPLS, _CHANNEL, GAL):
            return None
        port = _port_in(message, _PACKET_IN.size, _PACKET_IN.size - 4 + match_bytes)
        if port is None or not self._awaited.pop(token, False):
            return None
        return Probed(dpid, token, port, entry >> 12)


def _port_in(message: bytes, at: int, end: int) -> int | None:
    """The port of entry among the fields of a match, None where it is not there."""
    while at + _IN_PORT.size <= end:
        header, port = _IN_PORT.unpack_from(message, at)
        if header == _IN_PORT_HEADER:
            return int(port)
        at += 4 + (header & 0xFF)
    return None
