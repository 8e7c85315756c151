"""A probe of a path: one frame under the path's own label and class, which ends at the controller and not at a host.

Rules of this file: what it is to the tables, not on the wire. Beneath the path's label lies the GAL (RFC 5586): so the label
is not at the bottom of the stack, every switch on the way treats the frame as it treats data, and the last one tells it
apart. It is as large as the largest packet that will go that way, and no larger: the links take that.
"""

from dataclasses import dataclass

from intents.packets import LabelEntry, Packet
from intents.rules import MPLS
from intents.trunks import TRAFFIC_CLASSES, TTL, Cable, Trunk

GAL = 13
"""The label that says: no packet, but a word about the path (RFC 5586, section 4)."""

SENDER, RECEIVER = 0x0249_0000_0000, 0x0249_FFFF_FFFF
"""Ethernet addresses of a probe: locally administered, our owner byte, and no host's address behind it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A frame to be sent out of a switch's port. `packet_bytes` are those beneath the label."""

    dpid: int
    port: int
    label: int
    traffic_class: int
    packet_bytes: int


@dataclass(frozen=True, slots=True)
class Way:
    """A trunk as it is probed: under its label, by frames as large as the largest packet that waits for it."""

    trunk: Trunk
    label: int
    packet_bytes: int

    @property
    def dpids(self) -> tuple[int, ...]:
        """Datapath ids of the switches from the ingress to the egress."""
        return (self.trunk.ingress, *(cable.far_dpid for cable in self.trunk.cables))

    @property
    def last(self) -> Cable:
        """The cable by which a probe comes to the egress."""
        return self.trunk.cables[-1]

    def probe(self, hop: int) -> Probe:
        """The probe that begins with cable `hop`: with 0 it goes the whole way."""
        cable = self.trunk.cables[hop]
        return Probe(cable.dpid, cable.out_port, self.label, TRAFFIC_CLASSES[self.trunk.service_class], self.packet_bytes)


def packet_of(probe: Probe) -> Packet:
    """A probe as the forwarding model sees it."""
    stack = (LabelEntry(probe.label, probe.traffic_class, TTL), LabelEntry(GAL, probe.traffic_class, 1))
    return Packet({"eth_src": SENDER, "eth_dst": RECEIVER, "eth_type": MPLS, "vlan_vid": 0}, stack)
