"""The network as a value: what every other storey knows about switches, links and hosts.

Rules of this file: everything is frozen; `None` is unknown (an unknown delay is never 0); names of switches and hosts
share one name space; collections are tuples in the order of their names, so that equal networks are equal values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Interface
from typing import NewType

Dpid = NewType("Dpid", int)
"""OpenFlow datapath id, 64 bits, never 0."""

HOST_MTU = 1_500
"""MTU of a host that declares none: plain Ethernet's (IEEE 802.3)."""

D_13_LINK_MTU = 1_600
"""MTU between switches where a link declares none, shown as an assumption (default D-13): a full packet of 1,500 bytes and a
label pass, as they do in every network that we build."""

D_14_CAPACITY_BPS = 10_000_000_000
"""Capacity of the links of a graph that says none, shown as an assumption (default D-14): a wavelength of a backbone."""

FIBRE_NS_PER_KM = 4_900
"""Propagation in fibre, 4.9 us/km: the delay of a link of which a graph says the length alone (default D-15)."""

Labels = tuple[tuple[str, str], ...]

D_03_SWITCH_DELAY_NS = 20_000
"""Time through a switch that declares none, shown as an assumption (default D-03)."""

D_04_QUEUES_NS: tuple[tuple[str, int], ...] = (
    ("delay-critical", 41_000), ("guaranteed", 2_000_000), ("assured", 10_000_000), ("best-effort", 50_000_000),
)
"""Queue allowance of each class on a link where the topology declares none (default D-04): the longest its queue may
get, as time at the link's rate."""


@dataclass(frozen=True, slots=True, order=True)
class PortId:
    """A port of a switch, written `s1:2`. Numbers are OpenFlow's, 1 to 0xffffff00."""

    switch: str
    number: int

    def __str__(self) -> str:
        return f"{self.switch}:{self.number}"


@dataclass(frozen=True, slots=True)
class Switch:
    """An OpenFlow switch. `delay_ns` is the time through it without queues."""

    name: str
    dpid: Dpid
    delay_ns: int = D_03_SWITCH_DELAY_NS
    site: str | None = None
    region: str | None = None
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A full-duplex cable between two switch ports: bit/s and ns one way, each direction for itself."""

    name: str
    a: PortId
    b: PortId
    capacity_bps: int
    delay_ns: int | None
    mtu: int = D_13_LINK_MTU
    srlg: tuple[str, ...] = ()
    cost: int = 1
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Host:
    """An end system bound to a port: only this (port, MAC, address) is admitted. Its cable is an access link, named
    `host-switch`, that counts in capacity and delay."""

    name: str
    at: PortId
    mac: str
    addresses: tuple[IPv4Interface, ...]
    capacity_bps: int
    delay_ns: int | None = 0
    mtu: int = HOST_MTU
    labels: Labels = ()

    @property
    def access_link(self) -> str:
        """Name of the cable between this host and its switch."""
        return f"{self.name}-{self.at.switch}"


@dataclass(frozen=True, slots=True)
class Arc:
    """One direction of a link (or access link): what paths are made of. A port is None at a host's end."""

    link: str
    source: str
    target: str
    out_port: int | None
    in_port: int | None
    capacity_bps: int
    delay_ns: int | None
    mtu: int
    srlg: tuple[str, ...] = ()
    cost: int = 1


@dataclass(frozen=True)
class Topology:
    """A whole network. Readers and builders promise: names unique, ports exist once, every end is a known switch.

    `queues_ns` holds each class's queue allowance on every link; `assumed` names what was not declared but filled in
    from a default (`switch-delay`, `queues`, `mtu`, `capacity`, and `length` for delays that follow from one), for
    `explain` to show.
    """

    name: str
    switches: tuple[Switch, ...]
    links: tuple[Link, ...]
    hosts: tuple[Host, ...]
    gateways: tuple[IPv4Interface, ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    queues_ns: tuple[tuple[str, int], ...] = D_04_QUEUES_NS
    assumed: tuple[str, ...] = ()

    @cached_property
    def switch_by_name(self) -> Mapping[str, Switch]:
        """Switches by name."""
        return {switch.name: switch for switch in self.switches}

    @cached_property
    def switch_by_dpid(self) -> Mapping[int, Switch]:
        """Switches by datapath id."""
        return {switch.dpid: switch for switch in self.switches}

    @cached_property
    def host_by_name(self) -> Mapping[str, Host]:
        """Hosts by name."""
        return {host.name: host for host in self.hosts}

    @cached_property
    def link_by_name(self) -> Mapping[str, Link]:
        """Links between switches by name (access links are found through their host)."""
        return {link.name: link for link in self.links}

    @cached_property
    def arcs(self) -> tuple[Arc, ...]:
        """Every direction of every link and access link, by (source, target, link)."""
        both = [arc for link in self.links for arc in _link_arcs(link)]
        both += [arc for host in self.hosts for arc in _access_arcs(host)]
        return tuple(sorted(both, key=lambda arc: (arc.source, arc.target, arc.link)))

    @cached_property
    def arcs_from(self) -> Mapping[str, tuple[Arc, ...]]:
        """Arcs that leave a node (switch or host), in the order of `arcs`."""
        found: dict[str, list[Arc]] = {}
        for arc in self.arcs:
            found.setdefault(arc.source, []).append(arc)
        return {name: tuple(arcs) for name, arcs in found.items()}

    @cached_property
    def arc_by_ends(self) -> Mapping[tuple[str, str], Arc]:
        """The arc of a link that leaves a node: key (link name, source node)."""
        return {(arc.link, arc.source): arc for arc in self.arcs}

    @cached_property
    def peer_of(self) -> Mapping[PortId, PortId]:
        """The switch port at the other end of the cable, for ports between switches."""
        peers = {link.a: link.b for link in self.links}
        return peers | {link.b: link.a for link in self.links}

    @cached_property
    def host_at(self) -> Mapping[PortId, Host]:
        """The host on a port, for host ports."""
        return {host.at: host for host in self.hosts}

    @cached_property
    def largest_packet_bytes(self) -> int:
        """The largest IP packet that a host can send here, and that of plain Ethernet at least, in bytes."""
        return max((HOST_MTU, *(host.mtu for host in self.hosts)))

    def queue_ns(self, service_class: str) -> int:
        """Queue allowance of a class on any link of this network, in ns."""
        return dict(self.queues_ns)[service_class]


def _link_arcs(link: Link) -> tuple[Arc, Arc]:
    rest = (link.capacity_bps, link.delay_ns, link.mtu, link.srlg, link.cost)
    return (Arc(link.name, link.a.switch, link.b.switch, link.a.number, link.b.number, *rest),
            Arc(link.name, link.b.switch, link.a.switch, link.b.number, link.a.number, *rest))


def _access_arcs(host: Host) -> tuple[Arc, Arc]:
    rest = (host.capacity_bps, host.delay_ns, host.mtu)
    return (Arc(host.access_link, host.name, host.at.switch, None, host.at.number, *rest),
            Arc(host.access_link, host.at.switch, host.name, host.at.number, None, *rest))
