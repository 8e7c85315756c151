"""What a connection rests on in the switches: the rules without which a packet of it does not arrive.

Rules of this file: read off the target by the same fields that packets are matched by, so it does not know how the compiler
came to the rules; a door is a classify flow, the one place where a connection's packets come in.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from controller.agent.world import ItemKey, item_key
from intents.marks import mark_in
from intents.model import DIRECTIONS, Placement
from intents.probes import Way
from intents.riders import Rider, riders_of
from intents.rules import Flow, Group, Kind, RuleSet, Table, cookie, labels_behind
from intents.tables import FlowKey, references
from intents.trunks import idle_trunk_of
from topologies.model import Topology

_NAMING = ("in_port", "ipv4_dst", "arp_tpa")
"""Fields by which the rules of a port and of a host's address are found."""


class Needs:
    """The connections of a target, each with what it rests on. Made once for a target; everything lazily."""

    def __init__(self, network: Topology, placements: Mapping[str, Placement], target: RuleSet) -> None:
        self.network = network
        self.placements = placements
        self.target = target
        self._of: dict[str, frozenset[ItemKey]] = {}
        self._ways: dict[str, tuple[Way, ...]] = {}

    def of(self, key: str) -> frozenset[ItemKey]:
        """All that the connection's packets meet on their way, or would on its standby: doors, groups, meters and flows."""
        if key not in self._of:
            self._of[key] = frozenset(self._met(self.placements[key]))
        return self._of[key]

    def ways(self, key: str) -> tuple[Way, ...]:
        """The paths that the connection's packets go by under labels; none where both its hosts are on one switch."""
        if key not in self._ways:
            self._ways[key] = tuple(self._ridden(key))
        return self._ways[key]

    def switches(self, key: str) -> frozenset[int]:
        """Datapath ids of the switches on the connection's paths."""
        by_name = self.network.switch_by_name
        return frozenset(by_name[node].dpid for path in self.placements[key].paths for node in path.nodes[1:-1])

    def moved_by(self, item: Flow | Group) -> frozenset[str]:
        """The connections that a change of this door or group concerns."""
        if isinstance(item, Group):
            return self._riding.get(item.key, frozenset())
        return frozenset((self._by_door[item.key],)) if item.key in self._by_door else frozenset()

    def of_mark(self, mark: int) -> str | None:
        """The connection whose doors carry this mark in their cookies, None if it is not in the target."""
        return self._by_mark.get(mark)

    def heir(self, placement: Placement) -> str | None:
        """The connection that comes in by the doors of a placement which is not in the target, None if none does."""
        doors = (door for rider in riders_of(self.network, placement) for door in doors_of(rider))
        return next((self._by_door[door] for door in doors if door in self._by_door), None)

    def doors(self, key: str) -> tuple[FlowKey, ...]:
        """The classify flows of a connection, both ways."""
        return tuple(door for rider in self._riders[key] for door in doors_of(rider))

    @cached_property
    def _riders(self) -> Mapping[str, tuple[Rider, ...]]:
        return {key: tuple(riders_of(self.network, placement)) for key, placement in self.placements.items()}

    @cached_property
    def _by_door(self) -> Mapping[FlowKey, str]:
        return {door: key for key in self._riders for door in self.doors(key)}

    @cached_property
    def _by_mark(self) -> Mapping[int, str]:
        return {rider.mark: key for key, riders in self._riders.items() for rider in riders}

    @cached_property
    def _riding(self) -> Mapping[tuple[int, int], frozenset[str]]:
        found: dict[tuple[int, int], set[str]] = {}
        for door, key in self._by_door.items():
            for _, dpid, number in references(self.target.flows[door]):
                found.setdefault((dpid, number), set()).add(key)
        return {group: frozenset(keys) for group, keys in found.items()}

    @cached_property
    def _of_path(self) -> Mapping[int, list[ItemKey]]:
        """The rules of each path's label, by the mark that they carry."""
        found: dict[int, list[ItemKey]] = {}
        for flow in self.target.flows.values():
            if flow.table == Table.LABEL:
                found.setdefault(mark_in(flow.cookie), []).append(item_key(flow))
        return found

    @cached_property
    def _by_label(self) -> Mapping[tuple[int, int], list[Flow]]:
        found: dict[tuple[int, int], list[Flow]] = {}
        for flow in self.target.flows.values():
            for field in flow.match if flow.table == Table.LABEL else ():
                if field.name == "mpls_label":
                    found.setdefault((flow.dpid, field.value), []).append(flow)
        return found

    @cached_property
    def _by_field(self) -> Mapping[tuple[int, str, int], list[ItemKey]]:
        found: dict[tuple[int, str, int], list[ItemKey]] = {}
        for flow in self.target.flows.values():
            for field in flow.match if flow.table != Table.CLASSIFY else ():
                if field.name in _NAMING:
                    found.setdefault((flow.dpid, field.name, field.value), []).append(item_key(flow))
        return found

    def _ridden(self, key: str) -> Iterator[Way]:
        size = self.placements[key].connection.bandwidth.max_packet_bytes
        for rider in self._riders[key]:
            labels = self.target.labels_of_ours.get(cookie(Kind.LABEL, rider.trunk.mark), ()) if rider.trunk else ()
            yield from (Way(rider.trunk, label, size) for label in labels if rider.trunk)

    def _met(self, placement: Placement) -> Iterator[ItemKey]:
        for rider in self._riders[placement.connection.key]:
            switches = self.switches(rider.connection)
            for door in doors_of(rider):
                yield from self._behind(self.target.flows[door], switches, set())
        for path in placement.paths:
            yield from self._met_on(path.nodes, path.links)
        for direction in DIRECTIONS:
            if (idle := idle_trunk_of(self.network, placement, direction)) is not None:
                yield from self._of_path.get(idle.mark, ())

    def _behind(self, flow: Flow, switches: frozenset[int], met: set[int]) -> Iterator[ItemKey]:
        """A flow, what it refers to, and the flows of the labels that it sends packets under, to the end; each of the
        labels `met` once."""
        yield item_key(flow)
        yield from (("Group" if what == "group" else "Meter", dpid, number) for what, dpid, number in references(flow))
        for label in labels_behind(flow, self.target) - met:
            met.add(label)
            for dpid in switches:
                for next_flow in self._by_label.get((dpid, label), ()):
                    yield from self._behind(next_flow, switches, met)

    def _met_on(self, nodes: tuple[str, ...], links: tuple[str, ...]) -> Iterator[ItemKey]:
        """The rules of ports and addresses on the way of one path."""
        network = self.network
        for link, source, node in zip(links, nodes[:-1], nodes[1:], strict=True):
            in_port = network.arc_by_ends[link, source].in_port
            if in_port is not None:
                yield from self._by_field.get((network.switch_by_name[node].dpid, "in_port", in_port), ())
        first, last = (network.switch_by_name[node].dpid for node in (nodes[1], nodes[-2]))
        for interface in network.host_by_name[nodes[-1]].addresses:
            yield from self._by_field.get((first, "arp_tpa", int(interface.ip)), ())
            yield from self._by_field.get((last, "ipv4_dst", int(interface.ip)), ())


def doors_of(rider: Rider) -> Iterator[FlowKey]:
    """The classify flows of one direction."""
    return ((rider.ingress, Table.CLASSIFY, rider.priority, each) for each in rider.matches)
