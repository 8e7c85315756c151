"""Riders: one direction of a placed connection, as its ingress switch has to know it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from intents.marks import mark_of
from intents.model import Bandwidth, Direction, Path, Placement
from intents.rules import IPV4, Flow, Kind, Match, Meter, Table, ToGroup, cookie, match
from intents.selectors import selector_fields
from intents.trunks import Trunk, trunk_of
from topologies.model import Host, Topology

PRIORITY = 100
"""Of a connection that takes every packet of its pair; one more for each field that narrows it."""

UNSAID_BURST_NS = 100_000_000
"""Burst of a maximum that names none: what comes in a tenth of a second, which TCP needs to reach its rate."""


@dataclass(frozen=True, slots=True)
class Rider:
    """What is classified at one ingress. `matches`: one for each pair of the two hosts' addresses. `trunk` is `None`
    where both ends are on one switch."""

    connection: str
    direction: Direction
    ingress: int
    priority: int
    matches: tuple[Match, ...]
    trunk: Trunk | None
    bandwidth: Bandwidth

    @property
    def mark(self) -> int:
        """48 bits that name the connection's direction."""
        return mark_of("connection", self.connection, self.direction)

    def flows(self, group: int | None, meter: int | None) -> Iterator[Flow]:
        """The classify flows, by the trunk's group or, without one, straight to delivery."""
        mark = cookie(Kind.CLASSIFY, self.mark)
        for matched in self.matches:
            if group is None:
                yield Flow(self.ingress, Table.CLASSIFY, self.priority, matched, (), Table.DELIVER, meter, mark)
            else:
                yield Flow(self.ingress, Table.CLASSIFY, self.priority, matched, (ToGroup(group),), None, meter, mark)

    def meter(self, number: int) -> Meter:
        """The meter that holds the direction to its maximum; kbit/s rounded up, so that what conforms passes."""
        most = self.bandwidth.max_bps or 0
        burst_bits = (8 * self.bandwidth.burst_bytes if self.bandwidth.burst_bytes is not None
                      else most * UNSAID_BURST_NS // 1_000_000_000)
        burst_bits = max(burst_bits, 8 * self.bandwidth.max_packet_bytes)
        return Meter(self.ingress, number, -(-most // 1000), -(-burst_bits // 1000))


def riders_of(network: Topology, placement: Placement) -> Iterator[Rider]:
    """The directions of a placement, forward first."""
    directions: tuple[Direction, Direction] = ("forward", "reverse")
    for direction in directions:
        path = placement.working(direction)
        if path is not None:
            yield _rider(network, placement, direction, path)


def _rider(network: Topology, placement: Placement, direction: Direction, path: Path) -> Rider:
    wish = placement.connection
    sender, receiver = network.host_by_name[path.nodes[0]], network.host_by_name[path.nodes[-1]]
    narrowed = selector_fields(wish.selector, direction)
    matches = tuple(match(eth_type=IPV4, ipv4_src=source, ipv4_dst=target, **narrowed)
                    for source, target in product(_addresses(sender), _addresses(receiver)))
    return Rider(wish.key, direction, network.switch_by_name[sender.at.switch].dpid, PRIORITY + len(narrowed), matches,
                 trunk_of(network, placement, direction), wish.bandwidth)


def _addresses(host: Host) -> list[int]:
    return sorted(int(interface) for interface in host.addresses)
