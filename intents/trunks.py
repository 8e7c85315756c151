"""Trunks: the connections that share a path, a class and detours ride under one label, pushed by one group at the ingress.

Rules of this file: a trunk is its path, cable by cable, with its class, address family and detours, so it is named by
everything that its rules depend on: a path over re-plugged cables is another trunk and takes a fresh label. A label is
recognised wherever it arrives, not only on its own cable. TC follows the class, TTL starts at 64. What has another label
beneath its own is a probe of the path and no data: the last switch hands it to the controller.

A detour (RFC 4090, one-to-one backup) has a label of its own from the switch before the dead cable to the egress, and
no group ever: what meets a second failure is dropped and cannot loop. Detours over the same cables merge (section 8).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from intents.marks import mark_of
from intents.model import Direction, Path, Placement, ServiceClass
from intents.rules import (
    CONTROLLER,
    IN_PORT,
    IPV4,
    MPLS,
    Action,
    Bucket,
    DecMplsTtl,
    Flow,
    Group,
    Kind,
    Match,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    Table,
    ToGroup,
    cookie,
    match,
)
from topologies.model import Topology

PRIORITY = 100
PROBE_PRIORITY = PRIORITY + 1
TTL = 64

TRAFFIC_CLASSES: dict[ServiceClass, int] = {"delay-critical": 5, "guaranteed": 4, "assured": 2, "best-effort": 0}
"""The label's TC of each class: the leading bits of the DSCPs that the classes go by elsewhere (EF, AF4x, AF2x, BE)."""


class Cable(NamedTuple):
    """One link of a path in the direction of travel, by datapath ids and port numbers."""

    dpid: int
    out_port: int
    far_dpid: int
    in_port: int

    def __str__(self) -> str:
        return f"{self.dpid:x}:{self.out_port}>{self.far_dpid:x}:{self.in_port}"


Cables = tuple[Cable, ...]


@dataclass(frozen=True, slots=True, order=True)
class Detour:
    """The cables from the switch before a dead one to the egress, with the class and the ethertype of what rides there."""

    cables: Cables
    service_class: ServiceClass
    ethertype: int

    @property
    def mark(self) -> int:
        """48 bits that name the detour."""
        return mark_of("detour", self.service_class, f"{self.ethertype:#x}", *map(str, self.cables))


@dataclass(frozen=True, slots=True, order=True)
class Trunk:
    """A path of at least one cable, with the class and the ethertype of what rides on it. `detours` pairs the place of a
    protected cable with the cables that stand in for it and all behind it."""

    cables: Cables
    service_class: ServiceClass
    ethertype: int = IPV4
    detours: tuple[tuple[int, Cables], ...] = ()

    @property
    def ingress(self) -> int:
        """Datapath id of the switch that pushes the label."""
        return self.cables[0].dpid

    @property
    def mark(self) -> int:
        """48 bits that name the trunk; its label rules carry them in their cookies."""
        detours = (str(part) for hop, cables in self.detours for part in (hop, *cables))
        return mark_of("trunk", self.service_class, f"{self.ethertype:#x}", *map(str, self.cables), *detours)

    def branches(self) -> Mapping[int, Detour]:
        """The detours by the place of the cable that they stand in for."""
        return {hop: Detour(cables, self.service_class, self.ethertype) for hop, cables in self.detours}


class Post(NamedTuple):
    """A switch where a trunk has a group: its ingress (hop 0), or where a detour branches off before cable `hop`."""

    trunk: Trunk
    hop: int

    @property
    def dpid(self) -> int:
        """Datapath id of the switch."""
        return self.trunk.cables[self.hop].dpid


def trunk_of(network: Topology, placement: Placement, direction: Direction) -> Trunk | None:
    """The trunk that a direction of a placement rides on; `None` where both hosts are on one switch, or for a direction
    that is not there."""
    path = placement.working(direction)
    cables = _cables(network, path, 1) if path is not None else ()
    if path is None or not cables:
        return None
    hops = {link: hop for hop, link in enumerate(path.links[1:-1])}
    detours = ((hops[way.protects], way) for way in placement.detours(direction) if way.protects in hops)
    return Trunk(cables, placement.connection.service_class,
                 detours=tuple(sorted((hop, _cables(network, way, 1 + hop)) for hop, way in detours)))


def idle_trunk_of(network: Topology, placement: Placement, direction: Direction) -> Trunk | None:
    """The trunk that a direction will ride on when it goes over to its standby: its rules stand, nothing is put on it."""
    path = placement.standby(direction)
    return Trunk(_cables(network, path, 1), placement.connection.service_class) if path is not None else None


def posts_of(trunk: Trunk) -> Iterator[Post]:
    """Where a trunk has groups."""
    return (Post(trunk, hop) for hop in sorted({0, *(hop for hop, _ in trunk.detours)}))


@lru_cache(maxsize=1 << 16)
def labelled(label: int) -> Match:
    """What a switch on the way recognises a label by."""
    return match(eth_type=MPLS, mpls_label=label)


@lru_cache(maxsize=1 << 16)
def _at_the_bottom(label: int) -> Match:
    """What the last switch recognises a label by that has data behind it."""
    return match(eth_type=MPLS, mpls_label=label, mpls_bos=1)


@lru_cache(maxsize=1 << 16)
def _above_another(label: int) -> Match:
    """What the last switch recognises a probe by."""
    return match(eth_type=MPLS, mpls_label=label, mpls_bos=0)


def label_rules(path: Trunk | Detour, label: int, groups: Mapping[int, int]) -> Iterator[Flow]:
    """What carries a label from the second switch on: swap nothing, count the TTL down, and pop at the egress, where
    only a label at the bottom of the stack is popped for the family (what lies above another is no data: a probe, which
    nobody sends by a detour). `groups` are those of the cables, by their places, that a detour stands in for."""
    mark = cookie(Kind.LABEL, path.mark)
    for hop, cable in enumerate(path.cables[1:], 1):
        onward = ToGroup(groups[hop]) if hop in groups else Output(cable.out_port)
        yield Flow(cable.dpid, Table.LABEL, PRIORITY, labelled(label), (DecMplsTtl(), onward), cookie=mark)
    egress = path.cables[-1].far_dpid
    yield Flow(egress, Table.LABEL, PRIORITY, _at_the_bottom(label), (PopMpls(path.ethertype),),
               goto=Table.DELIVER, cookie=mark)
    if isinstance(path, Trunk):
        yield Flow(egress, Table.LABEL, PROBE_PRIORITY, _above_another(label), (Output(CONTROLLER),), cookie=mark)


def trunk_group(post: Post, number: int, label: int, detour_label: int | None) -> Group:
    """The group at a post: at the ingress a bucket puts the packet under the label, on its way. Where a detour branches
    off, a second one takes over as soon as the port of the first is down, with the detour's label in its place."""
    trunk, hop = post
    cable, detour = trunk.cables[hop], trunk.branches().get(hop)
    straight = (*_under(trunk, hop, label), Output(cable.out_port))
    if detour is None or detour_label is None:
        return Group(post.dpid, number, "indirect", (Bucket(straight),))
    turn = detour.cables[0].out_port
    # Open vSwitch drops an output to the port of entry, and means IN_PORT where the way back is the way on
    is_back = hop > 0 and turn == trunk.cables[hop - 1].in_port
    around = (*_under(trunk, hop, detour_label, swap=True), Output(IN_PORT if is_back else turn))
    return Group(post.dpid, number, "fast-failover", (Bucket(straight, cable.out_port), Bucket(around, turn)))


def _under(trunk: Trunk, hop: int, label: int, swap: bool = False) -> tuple[Action, ...]:
    """What puts a packet under a label: pushed at the ingress, where it has none yet; swapped behind it."""
    if hop == 0:
        return (PushMpls(), SetField("mpls_label", label), SetField("mpls_tc", TRAFFIC_CLASSES[trunk.service_class]),
                SetMplsTtl(TTL))
    return (SetField("mpls_label", label),) if swap else ()


def _cables(network: Topology, path: Path, begin: int) -> Cables:
    """The cables between switches of a path from its link number `begin` on."""
    arcs = [network.arc_by_ends[link, node] for link, node in zip(path.links, path.nodes[:-1], strict=True)][begin:-1]
    return tuple(Cable(network.switch_by_name[arc.source].dpid, arc.out_port or 0,
                       network.switch_by_name[arc.target].dpid, arc.in_port or 0) for arc in arcs)
