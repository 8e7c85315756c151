"""A packet as the forwarding model sees it: header fields by name, and the labels on top.

Rules of this file: fields are named as in a match; Ethernet's are always there, `vlan_vid` being 0 for an untagged
frame and 0x1000 | VID for a tagged one, as Open vSwitch has it; beneath a label only Ethernet can be seen; what each
function does is what Open vSwitch 3.1 does, held to it by tests/emulated/test_model_against_trace.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from intents.rules import MPLS

ETHERNET = ("eth_dst", "eth_src", "vlan_vid")


class LabelEntry(NamedTuple):
    """One entry of an MPLS label stack; bottom of stack follows from its place."""

    label: int
    tc: int = 0
    ttl: int = 64


@dataclass(frozen=True, slots=True)
class Packet:
    """Header fields and label stack, outermost label first. `fields["eth_type"]` is that of what lies beneath the
    labels; `fields` is never changed once it stands here."""

    fields: Mapping[str, int]
    stack: tuple[LabelEntry, ...] = ()

    def __hash__(self) -> int:
        return hash((frozenset(self.fields.items()), self.stack))

    def headers(self, in_port: int) -> dict[str, int]:
        """The match fields that a switch can see of the packet when it came in by this port."""
        if not self.stack:
            return {**self.fields, "in_port": in_port}
        top = self.stack[0]
        return {"eth_dst": self.fields["eth_dst"], "eth_src": self.fields["eth_src"], "eth_type": MPLS,
                "vlan_vid": self.fields["vlan_vid"], "mpls_label": top.label, "mpls_tc": top.tc,
                "mpls_bos": int(len(self.stack) == 1), "in_port": in_port}

    def without_ttl(self) -> "Packet":
        """The same packet with every TTL at 0: what no OpenFlow 1.3 match tells apart."""
        return Packet(self.fields, tuple(LabelEntry(entry.label, entry.tc, 0) for entry in self.stack))


def pushed(packet: Packet) -> Packet:
    """The packet under one more label: a copy of the outermost, or label 0 with TC from the DSCP's low bits."""
    top = packet.stack[0] if packet.stack else LabelEntry(0, packet.fields.get("ip_dscp", 0) & 7)
    return Packet(packet.fields, (top, *packet.stack))


def popped(packet: Packet, ethertype: int) -> Packet:
    """The packet without its outermost label, read as `ethertype` from then on. Where that is not what lies beneath,
    no field behind Ethernet can be read any more."""
    beneath = packet.stack[1:]
    truth = MPLS if beneath else packet.fields["eth_type"]
    if not packet.stack or ethertype == truth:
        return Packet(packet.fields, beneath)
    return Packet({**{name: packet.fields[name] for name in ETHERNET}, "eth_type": ethertype})


def with_field(packet: Packet, name: str, value: int) -> Packet:
    """The packet with a header field set; a field that cannot be seen stays."""
    if not packet.stack:
        return packet if name.startswith("mpls_") else Packet({**packet.fields, name: value})
    top, *beneath = packet.stack
    if name in ETHERNET:
        return Packet({**packet.fields, name: value}, packet.stack)
    if name == "mpls_label":
        return Packet(packet.fields, (LabelEntry(value, top.tc, top.ttl), *beneath))
    if name == "mpls_tc":
        return Packet(packet.fields, (LabelEntry(top.label, value, top.ttl), *beneath))
    return packet


def with_ttl(packet: Packet, ttl: int) -> Packet:
    """The packet with the TTL of its outermost label set."""
    if not packet.stack:
        return packet
    top, *beneath = packet.stack
    return Packet(packet.fields, (LabelEntry(top.label, top.tc, ttl), *beneath))

