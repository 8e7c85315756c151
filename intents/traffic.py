"""The packets that placements are about: which there are to tell apart, whose they are, which way they should go.

Rules of this file: a packet belongs to the narrowest selector of its host pair that it meets. Two packets of a pair
that the same selectors and rules take are one: a sample has the values that a selector (or the meeting of two) names,
and else values that nobody of the pair names. The selectors of one plan are nested where they overlap, so every packet
of a pair is told by its narrowest selector before and its narrowest after: the meetings of two are all there are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, product

from intents.askers import Askers
from intents.base_rules import mac_number
from intents.model import Connection, Direction, Path, Placement
from intents.packets import Packet, with_field
from intents.reach import Fields, Pair
from intents.rules import IPV4, VLAN_NONE
from intents.selectors import PORT_FIELDS, selector_fields
from topologies.model import Host, PortId, Topology

Trail = tuple[PortId, ...]
"""The ports by which a packet leaves one switch after the other, the receiving host's last."""

_FRESH = {"ip_proto": range(253, -1, -1), "ip_dscp": range(63, -1, -1)}
_FRESH_PORTS = range(65_535, -1, -1)


Failure = frozenset[PortId]
"""The ports that are down: none, or both ends of one link, or of all links of one switch."""

NO_FAILURE: Failure = frozenset()


@dataclass(frozen=True, slots=True)
class Course:
    """One direction of a placed connection: what it selects and the way it was given. `around` holds, for the failure of
    each link of that way and of each switch between the first and the last, the whole way then planned, `None` where
    nothing protects it."""

    connection: str
    direction: Direction
    asks: Fields
    trail: Trail
    around: Mapping[Failure, Trail | None]
    stops: tuple[str, ...] = ()
    shut: frozenset[str | PortId] = frozenset()

    def may_go(self, trail: Trail) -> bool:
        """Whether a way comes by all `stops` in their order, and by no switch and no end of a link that is `shut`."""
        passed = iter([port.switch for port in trail])
        return all(stop in passed for stop in self.stops) and not any(
            port in self.shut or port.switch in self.shut for port in trail)

    def trail_in(self, failure: Failure) -> Trail | None:
        """The way while these ports are down, `None` where packets may be lost."""
        return self.around.get(failure, self.trail)


@dataclass(frozen=True, slots=True)
class Sample:
    """One packet for all of its kind: as sent, whose it was and will be, and all whose ways it may go meanwhile."""

    source: Host
    target: Host
    packet: Packet
    before: Course | None
    after: Course | None
    courses: tuple[Course, ...]

    @property
    def owner(self) -> Course | None:
        """Whose it will be, or else was."""
        return self.after or self.before

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Nothing down first, then each link and switch whose failure it was or is to survive."""
        owners = (course for course in (self.before, self.after) if course is not None)
        survived = {failure for course in owners for failure, trail in course.around.items() if trail is not None}
        return (NO_FAILURE, *sorted(survived, key=sorted))

    def trails(self, failure: Failure) -> frozenset[Trail]:
        """Every way that it may go while these ports are down."""
        return frozenset(trail for course in self.courses
                         if (trail := course.trail_in(failure)) is not None and course.may_go(trail))

    @property
    def arriving(self) -> Packet:
        """The packet as the receiving host should get it."""
        return with_field(self.packet, "eth_dst", mac_number(self.target.mac))


class Traffic:
    """All packets between hosts, as two plans see them."""

    def __init__(self, network: Topology, before: Mapping[str, Placement], after: Mapping[str, Placement]) -> None:
        self._network = network
        self._before, self._after = before, after
        self._keys: dict[Pair, set[str]] = {}
        self._trails: dict[tuple[tuple[str, ...], tuple[str, ...]], Trail] = {}
        self._moved: set[Pair] = set()
        self._known: dict[Pair, tuple[Askers[Course], Askers[Course]]] = {}
        for key, placement in after.items():
            self._learn(key, placement, before.get(key))
        for key, placement in before.items():
            if after.get(key) is not placement:
                self._learn(key, placement, after.get(key))

    @property
    def pairs(self) -> Collection[Pair]:
        """The pairs with a connection, before or after."""
        return self._keys.keys()

    @property
    def moved(self) -> tuple[Pair, ...]:
        """The pairs with a connection that is not placed the same before and after."""
        return tuple(sorted(self._moved))

    def samples(self, pair: Pair, rules: Iterable[Fields] = ()) -> tuple[Sample, ...]:
        """One packet of every kind of a pair's packets that its selectors and these rules (by what they ask beyond the
        addresses) tell apart; nothing of a packet that none of them takes."""
        source, target = (self._network.host_by_name[name] for name in pair)
        before, after = self._askers(pair)
        asked = sorted({course.asks for askers in (before, after) for course in askers.all} | set(rules))
        samples = []
        for sent in _packets(source, target, asked):
            was, will = before.taking(sent.fields), after.taking(sent.fields)
            samples.append(Sample(source, target, sent, _narrowest(was), _narrowest(will), (*was, *will)))
        return tuple(samples)

    def ways_of(self, packet: Packet, source: Host, target: Host) -> frozenset[Trail]:
        """The ways of all connections that take a packet between two hosts, before or after; none of one that bears the
        addresses of others, or a tag or a label."""
        pair = (source.name, target.name)
        bound = [{int(interface) for interface in host.addresses} for host in (source, target)]
        sent = [packet.fields.get(name) for name in ("eth_src", "vlan_vid", "eth_type")]
        if packet.stack or sent != [mac_number(source.mac), VLAN_NONE, IPV4] or not (
                packet.fields["ipv4_src"] in bound[0] and packet.fields["ipv4_dst"] in bound[1]):
            return frozenset()
        return frozenset(course.trail for askers in self._askers(pair) for course in askers.taking(packet.fields)
                         if course.may_go(course.trail))

    def _learn(self, key: str, placement: Placement, other: Placement | None) -> None:
        has_moved = placement is not other and (other is None or (placement.connection, placement.paths) != (
            other.connection, other.paths))
        for path in placement.paths:
            pair = (path.nodes[0], path.nodes[-1])
            if all(name in self._network.host_by_name for name in pair):
                self._keys.setdefault(pair, set()).add(key)
                if has_moved:
                    self._moved.add(pair)

    def _trail(self, path: Path) -> Trail:
        """The ports of a path; nothing where it is none in this network."""
        key = (path.nodes, path.links)
        if key not in self._trails:
            arcs = [self._network.arc_by_ends.get(ends) for ends in zip(path.links, path.nodes[:-1], strict=True)]
            stands = all(arc is not None and arc.target == node for arc, node in zip(arcs, path.nodes[1:], strict=True))
            self._trails[key] = tuple(PortId(arc.source, arc.out_port) for arc in arcs
                                      if arc is not None and arc.out_port is not None) if stands else ()
        return self._trails[key]

    def _around(self, placement: Placement, path: Path) -> dict[Failure, Trail | None]:
        """The way of a path's packets for each of its links between switches that may fail, and each switch between the
        first and the last."""
        detours = {detour.protects: detour for detour in placement.detours(path.direction)}
        ways = {name: self._trail(detour) or None for name, detour in detours.items()}
        found = {self._ends[name]: ways.get(name) for name in path.links[1:-1]}
        for name, switch in zip(path.links[1:-2], path.nodes[2:-2], strict=True):
            past = placement.connection.protection == "node" and name in detours and switch not in detours[name].nodes
            found[self._ports[switch]] = ways.get(name) if past else None
        return found

    @cached_property
    def _ends(self) -> Mapping[str, Failure]:
        """Both ends of each link."""
        return {link.name: frozenset((link.a, link.b)) for link in self._network.links}

    @cached_property
    def _ports(self) -> Mapping[str, Failure]:
        """Both ends of every link of a switch: all that its neighbours lose with it."""
        found: dict[str, set[PortId]] = {switch.name: set() for switch in self._network.switches}
        for port, peer in self._network.peer_of.items():
            found[port.switch] |= {port, peer}
        return {switch: frozenset(ports) for switch, ports in found.items()}

    def _askers(self, pair: Pair) -> tuple[Askers[Course], Askers[Course]]:
        """The courses of a pair, before and after, by what they ask for."""
        if pair not in self._known:
            before, after = (Askers((course.asks, course) for course in self._courses(pair, plan))
                             for plan in (self._before, self._after))
            self._known[pair] = before, after
        return self._known[pair]

    def _courses(self, pair: Pair, plan: Mapping[str, Placement]) -> tuple[Course, ...]:
        """The courses of a pair; a path that is none in this network, as its cable is gone, is left out."""
        found = []
        for key in sorted(self._keys.get(pair, ())):
            for path in plan[key].paths if key in plan else ():
                trail = self._trail(path)
                if path.role == "working" and (path.nodes[0], path.nodes[-1]) == pair and trail:
                    asks = tuple(sorted(selector_fields(plan[key].connection.selector, path.direction).items()))
                    found.append(Course(key, path.direction, asks, trail, self._around(plan[key], path),
                                        *_bounds(self._network, plan[key].connection, path.direction)))
        return tuple(found)


def _bounds(network: Topology, wish: Connection, direction: Direction) -> tuple[tuple[str, ...], frozenset[str | PortId]]:
    """The switches that a direction is to pass, and the switches and ends of links that it is to keep off."""
    stops = wish.via if direction == "forward" else wish.via[::-1]
    links = (network.link_by_name[name] for name in wish.avoid_links if name in network.link_by_name)
    return stops, wish.avoid_switches.union(end for link in links for end in (link.a, link.b))


def _narrowest(courses: Iterable[Course]) -> Course | None:
    return max(courses, key=lambda course: len(course.asks), default=None)


def _packets(source: Host, target: Host, asked: list[Fields]) -> Iterator[Packet]:
    """A packet for each thing asked for and for each two that can be met at once, for each pair of addresses."""
    askers = Askers((fields, fields) for fields in asked)
    met = {tuple(sorted({*one, *other})) for one in asked for other in askers.meeting(dict(one))}
    named: dict[str, set[int]] = {}
    for name, value in chain.from_iterable(asked):
        named.setdefault(name, set()).add(value)
    addresses = product(*(sorted(int(interface) for interface in host.addresses) for host in (source, target)))
    for (sender, receiver), fields in product(addresses, sorted(met)):
        yield Packet({"eth_src": mac_number(source.mac), "eth_dst": mac_number(target.mac), "vlan_vid": VLAN_NONE,
                      "eth_type": IPV4, "ipv4_src": sender, "ipv4_dst": receiver, **_transport(dict(fields), named)})


def _transport(fields: dict[str, int], named: Mapping[str, set[int]]) -> dict[str, int]:
    """The fields asked for, and the rest with values that nobody names."""
    for name in ("ip_proto", "ip_dscp"):
        fields.setdefault(name, _unnamed(_FRESH[name], named.get(name, set())))
    for name in PORT_FIELDS.get(fields["ip_proto"], ()):
        fields.setdefault(name, _unnamed(_FRESH_PORTS, named.get(name, set())))
    return fields


def _unnamed(values: range, named: set[int]) -> int:
    return next((value for value in values if value not in named), values[0])
