"""A network indexed for search: arcs by number, what each costs a packet, and how far every switch is from a goal.

Rules of this file: an arc's number is its place in `Topology.arcs`, so numbers sort as (source, target, link) names do;
between two switches only: hosts are never transit, their access arcs are looked up by the host. What is computed once is
kept for the life of the index, which is one plan.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from typing import Any, Literal, NamedTuple

from intents.budget import hop
from intents.model import BudgetLine, Direction
from topologies.model import Host, Topology

UNKNOWN_NS = 1 << 60
"""Weight of an arc of unknown delay: more than any known path can sum up to, so that paths are ordered by how many
unknown delays they hold, then by what is known. No latency bound comes near it."""

COST_UNIT = 1 << 80
"""One unit of link cost, or of what else comes before delay in a weight: more than any sum of delays, so that weights stay
plain integers, which compare as (cost, delay) does."""

HOP_BITS = 16
"""A step is a weight shifted by so much, and one hop: no path has as many, so steps compare as (weight, hops) does."""

_FAR = 1 << 200
"""More than any sum of steps."""

LABEL_BYTES = 4
"""What a path between switches adds to a packet: one MPLS label stack entry (RFC 3032)."""


class Measure(NamedTuple):
    """What makes a path short: the budget in ns of a packet of this class and size; or first the cost of its links, or how
    many others have their fastest way over them (`sparing`), and then the budget."""

    service_class: str
    packet_bytes: int
    first: Literal["time", "cost", "sparing"] = "time"


class Pair(NamedTuple):
    """The switches of two hosts, the first and the last arc of any path between them, and the smaller of their MTUs."""

    start: str
    goal: str
    first: int
    last: int
    mtu: int


class _Tree(NamedTuple):
    """The best ways to a goal: the least sum from every switch that reaches it, by name, and the first arc from there (of
    several that are as good the first), by the switch's number."""

    ahead: Mapping[str, int]
    onward: Sequence[int]


class Along(NamedTuple):
    """The nodes and links of a way, and its propagation in ns, `None` where one is unknown."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    delay_ns: int | None


class Roads:
    """A network without its down links, as a graph of numbered arcs."""

    def __init__(self, network: Topology, down: frozenset[str]):
        self.network = network
        self.down = down
        self.arcs = network.arcs
        self.number = {(arc.link, arc.source): number for number, arc in enumerate(self.arcs)}
        self.mirror = tuple(self.number[arc.link, arc.target] for arc in self.arcs)
        self._of_link = {arc.link: (number, self.mirror[number]) for number, arc in enumerate(self.arcs)}
        self.closed = frozenset(number for number, arc in enumerate(self.arcs) if arc.link in down)
        self.exits: dict[str, tuple[tuple[int, str], ...]] = {
            name: tuple((self.number[arc.link, name], arc.target) for arc in network.arcs_from.get(name, ())
                        if arc.target in network.switch_by_name and arc.link not in down)
            for name in network.switch_by_name}
        self._names = tuple(self.exits)
        self._node = {name: node for node, name in enumerate(self._names)}
        self._ends = tuple(self._node.get(arc.target, -1) for arc in self.arcs)
        self._entries = tuple(tuple((self.mirror[arc], self._node[name]) for arc, name in self.exits[node])
                              for node in self._names)
        self.around: dict[tuple[object, ...], tuple[int, ...] | None] = {}
        """The fastest ways around arcs, room aside, as detours.py finds them."""
        self.ways: dict[tuple[object, ...], Any] = {}
        """The best routes between hosts, room aside, as usual.py finds them."""
        self._lines: dict[tuple[str, int, Direction], Sequence[BudgetLine | None]] = {}
        self._weights: dict[Measure, Sequence[int]] = {}
        self._steps: dict[Measure, Sequence[int]] = {}
        self._trees: dict[tuple[Measure, str], _Tree] = {}
        self._distances: dict[tuple[Measure, str], Mapping[str, int]] = {}
        self._unhindered: dict[tuple[Measure, str, str], tuple[int, ...]] = {}
        self._shrinking: dict[tuple[Measure, Measure], Fraction] = {}
        self._barred: dict[tuple[object, ...], frozenset[int]] = {}
        self._at: dict[str, frozenset[int]] = {}
        self._beside: dict[frozenset[str], frozenset[int]] = {}
        self._pairs: dict[tuple[str, str], Pair] = {}
        self._doors: dict[str, tuple[str, int, int, int]] = {}
        self._along: dict[tuple[int, ...], Along] = {}
        self._trails: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[int, ...] | None] = {}
        self._budgets: dict[tuple[object, ...], tuple[BudgetLine, ...] | None] = {}

    def between(self, source: str, target: str) -> "Pair":
        """What lies at the two ends of any path from a host to another."""
        if (source, target) not in self._pairs:
            (start, first, _, mtu), (goal, _, last, other_mtu) = self._door(source), self._door(target)
            self._pairs[source, target] = Pair(start, goal, first, last, min(mtu, other_mtu))
        return self._pairs[source, target]

    def _door(self, name: str) -> tuple[str, int, int, int]:
        """The switch of a host, the arc to it and the arc from it, and the host's MTU."""
        if name not in self._doors:
            host = self.network.host_by_name[name]
            self._doors[name] = (host.at.switch, *self.access(host, host), host.mtu)
        return self._doors[name]

    def access(self, source: Host, target: Host) -> tuple[int, int]:
        """The first and the last arc of any path from a host to another."""
        return (self.number[source.access_link, source.name], self.number[target.access_link, target.at.switch])

    def lines(self, service_class: str, packet_bytes: int, direction: Direction) -> Sequence[BudgetLine | None]:
        """The budget of each arc for a direction of a connection with this class and largest packet."""
        key = (service_class, packet_bytes, direction)
        if key not in self._lines:
            self._lines[key] = tuple(hop(self.network, arc, direction, service_class, packet_bytes) for arc in self.arcs)
        return self._lines[key]

    def budget(self, service_class: str, packet_bytes: int, direction: Direction, trail: tuple[int, ...],
               ) -> tuple[BudgetLine, ...] | None:
        """The budget of a way, hop by hop; `None` where a delay on it is unknown."""
        key = (service_class, packet_bytes, direction, trail)
        if key not in self._budgets:
            lines = self.lines(service_class, packet_bytes, direction)
            known = tuple([line for arc in trail if (line := lines[arc]) is not None])
            self._budgets[key] = known if len(known) == len(trail) else None
        return self._budgets[key]

    def along(self, trail: tuple[int, ...]) -> "Along":
        """What a way comes by."""
        if trail not in self._along:
            arcs = [self.arcs[arc] for arc in trail]
            delays = [arc.delay_ns for arc in arcs if arc.delay_ns is not None]
            self._along[trail] = Along((arcs[0].source, *[arc.target for arc in arcs]), tuple([arc.link for arc in arcs]),
                                       sum(delays) if len(delays) == len(arcs) else None)
        return self._along[trail]

    def trail(self, links: tuple[str, ...], nodes: tuple[str, ...]) -> tuple[int, ...] | None:
        """The arcs of a way that is told by its links and nodes, `None` where they are gone or join other nodes now."""
        if (links, nodes) not in self._trails:
            found = tuple([self.number.get(hop, -1) for hop in zip(links, nodes, strict=False)])
            stands = all(arc >= 0 and self.arcs[arc].target == node for arc, node in zip(found, nodes[1:], strict=True))
            self._trails[links, nodes] = found if stands else None
        return self._trails[links, nodes]

    def weights(self, measure: Measure) -> Sequence[int]:
        """The weight of each arc; `weight % COST_UNIT` is its budget in ns under either measure."""
        if measure not in self._weights:
            lines = self.lines(measure.service_class, measure.packet_bytes, "forward")
            self._weights[measure] = tuple(
                first * COST_UNIT + (UNKNOWN_NS if line is None else line.total_ns)
                for first, line in zip(self._first(measure), lines, strict=True))
        return self._weights[measure]

    def shrinking(self, measure: Measure, other: Measure) -> Fraction:
        """The least share of its weight that an arc has in another measure: no way shrinks by more."""
        if (measure, other) not in self._shrinking:
            self._shrinking[measure, other] = min(Fraction(less, more) for less, more in zip(
                self.weights(other), self.weights(measure), strict=True))
        return self._shrinking[measure, other]

    def _first(self, measure: Measure) -> Sequence[int]:
        """What comes before time in the weight of each arc."""
        if measure.first == "sparing":
            return self.fastest_ways(measure._replace(first="time"))
        return [arc.cost if measure.first == "cost" else 0 for arc in self.arcs]

    def fastest_ways(self, measure: Measure) -> Sequence[int]:
        """How many pairs of hosts, each way, have their fastest way over each arc between switches."""
        hosts = Counter(host.at.switch for host in self.network.hosts)
        found = [0] * len(self.arcs)
        for goal, targets in hosts.items():
            ahead, onward = self._tree(measure, goal)
            sources = Counter(hosts)
            for node in sorted(ahead.keys() - {goal}, key=lambda node: -ahead[node]):
                arc = onward[self._node[node]]
                found[arc] += sources[node] * targets
                sources[self.arcs[arc].target] += sources[node]
        return found

    def steps(self, measure: Measure) -> Sequence[int]:
        """The weight of each arc, and then its one hop."""
        if measure not in self._steps:
            self._steps[measure] = tuple((weight << HOP_BITS) + 1 for weight in self.weights(measure))
        return self._steps[measure]

    def ahead(self, measure: Measure, goal: str) -> Mapping[str, int]:
        """The least sum of steps from every switch that reaches the switch `goal`."""
        return self._tree(measure, goal).ahead

    def _tree(self, measure: Measure, goal: str) -> "_Tree":
        if (measure, goal) not in self._trees:
            self._trees[measure, goal] = self._grown(self.steps(measure), goal)
        return self._trees[measure, goal]

    def distances(self, measure: Measure, goal: str) -> Mapping[str, int]:
        """The least weight from every switch that reaches the switch `goal`: what is still ahead at best."""
        if (measure, goal) not in self._distances:
            self._distances[measure, goal] = {node: steps >> HOP_BITS for node, steps in self.ahead(measure, goal).items()}
        return self._distances[measure, goal]

    def unhindered(self, measure: Measure, start: str, goal: str) -> tuple[int, ...]:
        """The best path of all from a switch to one that it reaches, whatever room there is: the arcs in order."""
        key = (measure, start, goal)
        if key not in self._unhindered:
            onward, node, end, trail = self._tree(measure, goal).onward, self._node[start], self._node[goal], []
            while node != end:
                trail.append(onward[node])
                node = self._ends[onward[node]]
            self._unhindered[key] = tuple(trail)
        return self._unhindered[key]

    def distances_by(self, weights: Sequence[int], goal: str) -> Mapping[str, int]:
        """The least sum of any such weights, one an arc, from every switch that reaches the switch `goal`."""
        return self._grown(weights, goal).ahead

    def _grown(self, weights: Sequence[int], goal: str) -> "_Tree":
        start, entries = self._node[goal], self._entries
        least, onward, heap = [_FAR] * len(entries), [-1] * len(entries), [(0, start)]
        least[start] = 0
        while heap:
            distance, node = heappop(heap)
            if distance > least[node]:
                continue
            for arc, neighbour in entries[node]:
                further, best = distance + weights[arc], least[neighbour]
                if further < best:
                    least[neighbour], onward[neighbour] = further, arc
                    heappush(heap, (further, neighbour))
                elif further == best and arc < onward[neighbour]:
                    onward[neighbour] = arc
        return _Tree({name: far for name, far in zip(self._names, least, strict=True) if far < _FAR}, onward)

    def barred(self, avoid_links: frozenset[str], avoid_switches: frozenset[str], packet_bytes: int,
               must_know_delay: bool) -> frozenset[int]:
        """The arcs that these constraints forbid whatever else runs in the network, down links included.

        A packet of `packet_bytes` (IP) needs as much MTU on an access link and 4 bytes more between switches.
        """
        key = (packet_bytes, must_know_delay)
        if key not in self._barred:
            self._barred[key] = self.closed | frozenset(
                number for number, arc in enumerate(self.arcs)
                if (must_know_delay and arc.delay_ns is None) or arc.mtu < packet_bytes + self.overhead(number))
        if not avoid_links and not avoid_switches:
            return self._barred[key]
        return self._barred[key].union(*(self._of_link.get(link, ()) for link in avoid_links), *map(self.at, avoid_switches))

    def at(self, switch: str) -> frozenset[int]:
        """The arcs that begin or end at a switch."""
        if switch not in self._at:
            self._at[switch] = frozenset(number for number, arc in enumerate(self.arcs)
                                         if switch in (arc.source, arc.target))
        return self._at[switch]

    def beside(self, links: frozenset[str]) -> frozenset[int]:
        """The arcs between switches of all links but these."""
        if links not in self._beside:
            self._beside[links] = frozenset(number for number, arc in enumerate(self.arcs)
                                            if self.overhead(number) and arc.link not in links)
        return self._beside[links]

    def overhead(self, number: int) -> int:
        """Bytes that an arc must carry beside the IP packet: a label between switches, nothing at a host."""
        arc = self.arcs[number]
        return LABEL_BYTES if arc.out_port is not None and arc.in_port is not None else 0
