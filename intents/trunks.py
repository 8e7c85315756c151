"""Trunks: the connections that share a path and a class ride under one label, pushed by one group at the ingress.

Rules of this file: a trunk is its path, cable by cable, with its class and address family, so it is named by
everything that its rules depend on: a path over re-plugged cables is another trunk and takes a fresh label. A label is
recognised wherever it arrives, not only on its own cable. TC follows the class, TTL starts at 64.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from intents.marks import mark_of
from intents.model import Path, ServiceClass
from intents.rules import (
    IPV4,
    MPLS,
    Bucket,
    DecMplsTtl,
    Flow,
    Group,
    Kind,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    Table,
    cookie,
    match,
)
from topologies.model import Topology

PRIORITY = 100
TTL = 64

TRAFFIC_CLASSES: dict[ServiceClass, int] = {"delay-critical": 5, "guaranteed": 4, "assured": 2, "best-effort": 0}
"""The label's TC of each class: the leading bits of the DSCPs that the classes go by elsewhere (EF, AF4x, AF2x, BE)."""


class Cable(NamedTuple):
    """One link of a path in the direction of travel, by datapath ids and port numbers."""

    dpid: int
    out_port: int
    far_dpid: int
    in_port: int


@dataclass(frozen=True, slots=True, order=True)
class Trunk:
    """A path of at least one cable, with the class and the ethertype of what rides on it."""

    cables: tuple[Cable, ...]
    service_class: ServiceClass
    ethertype: int = IPV4

    @property
    def ingress(self) -> int:
        """Datapath id of the switch that pushes the label."""
        return self.cables[0].dpid

    @property
    def mark(self) -> int:
        """48 bits that name the trunk; its label rules carry them in their cookies."""
        cables = (f"{cable.dpid:x}:{cable.out_port}>{cable.far_dpid:x}:{cable.in_port}" for cable in self.cables)
        return mark_of("trunk", self.service_class, f"{self.ethertype:#x}", *cables)


def trunk_of(network: Topology, path: Path, service_class: ServiceClass) -> Trunk | None:
    """The trunk that a path between hosts rides on; `None` where both are on one switch."""
    arcs = [network.arc_by_ends[link, node] for link, node in zip(path.links, path.nodes[:-1], strict=True)][1:-1]
    cables = tuple(Cable(network.switch_by_name[arc.source].dpid, arc.out_port or 0,
                         network.switch_by_name[arc.target].dpid, arc.in_port or 0) for arc in arcs)
    return Trunk(cables, service_class) if cables else None


def label_rules(trunk: Trunk, label: int) -> Iterator[Flow]:
    """What carries a label from the second switch on: swap nothing, count the TTL down, and pop at the egress, where
    only a label at the bottom of the stack is popped for the family (what lies above another is no data)."""
    mark, labelled = cookie(Kind.LABEL, trunk.mark), match(eth_type=MPLS, mpls_label=label)
    for cable in trunk.cables[1:]:
        yield Flow(cable.dpid, Table.LABEL, PRIORITY, labelled, (DecMplsTtl(), Output(cable.out_port)), cookie=mark)
    yield Flow(trunk.cables[-1].far_dpid, Table.LABEL, PRIORITY, match(eth_type=MPLS, mpls_label=label, mpls_bos=1),
               (PopMpls(trunk.ethertype),), goto=Table.DELIVER, cookie=mark)


def trunk_group(trunk: Trunk, label: int, number: int) -> Group:
    """The ingress group: its one bucket puts the packet under the label, on its way."""
    actions = (PushMpls(), SetField("mpls_label", label), SetField("mpls_tc", TRAFFIC_CLASSES[trunk.service_class]),
               SetMplsTtl(TTL), Output(trunk.cables[0].out_port))
    return Group(trunk.ingress, number, "indirect", (Bucket(actions),))
