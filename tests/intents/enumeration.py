"""What could be had, found by trying everything: the judge of refusals and of offers on small networks.

Rules of this file: nothing here is the planner's. Paths are all simple paths that networkx finds, constraints are the words
of the language, room is what placements leave by sums of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from intents.budget import hop
from intents.model import Connection, Direction, Path, Placement
from tests.intents.wishes import simple_trails
from topologies.model import Arc, Topology

NS = 1_000_000_000
LABEL = 4


@dataclass(frozen=True)
class Way:
    """One direction of a connection on a simple path; `worst_ns` is what it may take at worst, if that is known."""

    direction: Direction
    arcs: tuple[Arc, ...]
    worst_ns: int | None

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(arc.link for arc in self.arcs)

    @property
    def nodes(self) -> tuple[str, ...]:
        return (self.arcs[0].source, *(arc.target for arc in self.arcs))


Pair = tuple[Way, ...]
"""The ways of all directions of a connection."""


@dataclass(frozen=True)
class Turn:
    """A detour: where one direction goes from the switch before a dead link on, and the whole way of its packets."""

    failed: str
    arcs: tuple[Arc, ...]
    whole: Way
    behind: frozenset[Arc]


Queue = tuple[Arc, str]


class Room:
    """What placements leave on arcs and in the queues of each class, the failure of any one link counted in."""

    def __init__(self, network: Topology, placements: Iterable[Placement]) -> None:
        self.network = network
        self.sums = _Sums()
        for placement in placements:
            for path in placement.paths:
                arcs, usual = _arcs(network, path), placement.working(path.direction)
                if path.role == "working":
                    self.sums.take("", placement.connection, path.direction, arcs)
                elif path.protects and usual:
                    place, way = usual.links.index(path.protects), _arcs(network, usual)
                    more = [arc for arc in arcs[place:] if arc not in way[place + 1:]]
                    self.sums.take(path.protects, placement.connection, path.direction, more)

    def has(self, wish: Connection, ways: Pair, turns: Iterable[Turn] = ()) -> bool:
        """Whether these ways and detours fit beside all placements."""
        sums = self.sums.copy()
        for way in ways:
            sums.take("", wish, way.direction, way.arcs)
        for turn in turns:
            sums.take(turn.failed, wish, turn.whole.direction, [arc for arc in turn.arcs if arc not in turn.behind])
        return all(self.left_bps(arc, sums) >= 0 for arc in sums.arcs) and all(
            self.left_bytes(queue, wish.bandwidth.max_packet_bytes, sums) >= 0 for queue in sums.queues)

    def left_bps(self, arc: Arc, sums: "_Sums | None" = None) -> int:
        """The rate that an arc has still room for."""
        return arc.capacity_bps - (sums or self.sums).most(arc)

    def left_bytes(self, queue: Queue, packet: int, sums: "_Sums | None" = None) -> int:
        """The burst that a queue has still room for: one packet of all that are there needs none."""
        found = sums or self.sums
        room = self.network.queue_ns(queue[1]) * queue[0].capacity_bps // (8 * NS)
        return room - found.most(queue) + min(packet, found.packet.get(queue, packet))


class _Sums:
    """Rates by arc and bursts by queue: of working paths under the name "", of detours by the link that is dead."""

    def __init__(self) -> None:
        self.by_failure: dict[str, Counter[Arc | Queue]] = {"": Counter()}
        self.packet: dict[Queue, int] = {}
        self.arcs: set[Arc] = set()
        self.queues: set[Queue] = set()

    def copy(self) -> "_Sums":
        made = _Sums()
        made.by_failure = {failed: Counter(sums) for failed, sums in self.by_failure.items()}
        made.packet = dict(self.packet)
        return made

    def most(self, place: Arc | Queue) -> int:
        brought = (sums[place] for failed, sums in self.by_failure.items() if failed)
        return self.by_failure[""][place] + max(brought, default=0)

    def take(self, failed: str, wish: Connection, direction: Direction, arcs: Iterable[Arc]) -> None:
        rate, burst = asks(wish, direction)
        sums = self.by_failure.setdefault(failed, Counter())
        for arc in arcs if rate else ():
            queue = arc, wish.service_class
            sums[arc] += rate
            sums[queue] += burst
            self.packet[queue] = min(self.packet.get(queue, 1 << 30), wish.bandwidth.max_packet_bytes)
            self.arcs.add(arc)
            self.queues.add(queue)


@dataclass(frozen=True)
class Oracle:
    """One wish in a network with others placed and links down; `askers` are the wishes of all who may keep apart from it."""

    network: Topology
    wish: Connection
    room: Room
    down: frozenset[str] = frozenset()
    placed: tuple[Placement, ...] = ()
    askers: tuple[Connection, ...] = ()

    def about(self, **fields: object) -> "Oracle":
        """The same of the wish with other fields."""
        return replace(self, wish=replace(self.wish, **fields))

    def regardless(self) -> "Oracle":
        """The same if nobody kept apart from anybody."""
        return replace(self.about(diverse_from=frozenset(), is_exclusive=False), askers=())

    def sending(self, **fields: object) -> "Oracle":
        """The same of the wish with another bandwidth."""
        return self.about(bandwidth=replace(self.wish.bandwidth, **fields))

    def can(self, roomy: bool = True) -> bool:
        """Whether it can be had: with room, or whatever room there is. Detours are not its matter."""
        return next(self.pairs(roomy), None) is not None

    def can_be_protected(self) -> bool:
        """Whether it can be had with a detour for each of its links between switches."""
        return any(self._shelters(pair, self._hops(pair), ()) for pair in self.pairs(every=True))

    def least_ns(self) -> int | None:
        """The least bound that it could have beside all others; `None` where no path of known delays is free."""
        known = self.about(latency=self.wish.latency and replace(self.wish.latency, max_ns=1 << 60))
        return min((self.judged(pair) for pair in known.pairs(every=True)), default=None)

    def judged(self, pair: Pair) -> int:
        """What the bound is compared with: the sum of both directions, or the slower of the two."""
        delays = [way.worst_ns or 0 for way in pair]
        return sum(delays) if self.wish.latency and self.wish.latency.kind == "round-trip" else max(delays)

    def pairs(self, roomy: bool = True, every: bool = False) -> Iterator[Pair]:
        """The ways to run it that obey its constraints and have room: some of them, where one does."""
        bound, wish = self.wish.latency, self.wish
        sides = [[way for way in side if (not roomy or self.room.has(wish, (way,)))
                  and (bound is None or (way.worst_ns is not None and bound.admits(way.worst_ns)))]
                 for side in self._sides]
        if not every and not wish.co_routed and (bound is None or bound.kind == "one-way") and not roomy:
            sides = [side[:1] for side in sides]
        for pair in product(*sides):
            if wish.co_routed and len(pair) == 2 and pair[0].links != pair[1].links[::-1]:
                continue
            if (bound is None or bound.admits(self.judged(pair))) and (not roomy or self.room.has(wish, pair)):
                yield pair

    def _hops(self, pair: Pair) -> list[list[Turn]]:
        """For each link between switches of each direction, the detours that obey by themselves, fast ones first."""
        return [sorted(self._turns(way, place), key=lambda turn: turn.whole.worst_ns or 0)
                for way in pair for place in range(1, len(way.arcs) - 1)]

    def _turns(self, way: Way, place: int) -> Iterator[Turn]:
        failed, last = way.arcs[place].link, way.arcs[-1]
        for trail in simple_trails(self.network, way.arcs[place].source, last.source):
            arcs = tuple(self.network.arcs[number] for number in trail)
            whole = (*way.arcs[:place], *arcs, last)
            if all(arc.link != failed for arc in arcs) and self._obeys(way.direction, whole):
                yield Turn(failed, arcs, Way(way.direction, whole, self._worst(way.direction, whole)),
                           frozenset(way.arcs[place + 1:]))

    def _shelters(self, pair: Pair, hops: list[list[Turn]], chosen: tuple[Turn, ...]) -> bool:
        """Whether the hops that are left can have detours beside those chosen."""
        if not self._is_in_time(pair, chosen) or not self.room.has(self.wish, pair, chosen):
            return False
        return not hops or any(self._shelters(pair, hops[1:], (*chosen, turn)) for turn in hops[0])

    def _is_in_time(self, pair: Pair, chosen: tuple[Turn, ...]) -> bool:
        """Whether the bound is kept while any one link is dead; a direction without a detour chosen yet counts as usual."""
        bound = self.wish.latency
        for failed in {turn.failed for turn in chosen} if bound else ():
            around = {turn.whole.direction: turn.whole for turn in chosen if turn.failed == failed}
            ways = tuple(around.get(way.direction, way) for way in pair)
            if any(way.worst_ns is None for way in ways) or not bound.admits(self.judged(ways)):
                return False
        return True

    @cached_property
    def _sides(self) -> tuple[list[Way], ...]:
        directions: tuple[Direction, ...] = ("forward", "reverse") if self.wish.both_ways else ("forward",)
        return tuple([*self._ways(direction)] for direction in directions)

    def _ways(self, direction: Direction) -> Iterator[Way]:
        hosts = [self.network.host_by_name[name] for name in (self.wish.source, self.wish.target)]
        source, target = hosts if direction == "forward" else hosts[::-1]
        ends = [self.network.arc_by_ends[host.access_link, node] for host, node in (
            (source, source.name), (target, target.at.switch))]
        for trail in simple_trails(self.network, source.at.switch, target.at.switch):
            arcs = (ends[0], *(self.network.arcs[number] for number in trail), ends[1])
            if self._obeys(direction, arcs) and self._is_as_pinned(direction, arcs) and self._is_apart(arcs):
                yield Way(direction, arcs, self._worst(direction, arcs))

    def _is_as_pinned(self, direction: Direction, arcs: tuple[Arc, ...]) -> bool:
        hops = self.wish.pinned
        if hops is None:
            return True
        hops = hops if direction == "forward" else hops[::-1]
        return len(hops) == len(arcs) - 2 and all(arc.link in hop for arc, hop in zip(arcs[1:-1], hops, strict=True))

    def _is_apart(self, arcs: tuple[Arc, ...]) -> bool:
        """Whether a way shares nothing with those placed that it may not."""
        bonds = {(other, self.wish.diverse_level) for other in self.wish.diverse_from}
        bonds |= {(one.intent, one.diverse_level) for one in self.askers if self.wish.intent in one.diverse_from}
        bonds |= {(one.intent, "link") for one in self.askers if one.is_exclusive}
        if self.wish.is_exclusive:
            bonds |= {(other.connection.intent, "link") for other in self.placed}
        bonds = {(other, level) for other, level in bonds if other != self.wish.intent}
        return not any(self._shares(arcs, placement, level) for placement in self.placed for other, level in bonds
                       if placement.connection.intent == other)

    def _shares(self, arcs: tuple[Arc, ...], other: Placement, level: str) -> bool:
        theirs = [arc for path in other.paths if path.role == "working" for arc in _arcs(self.network, path)]
        mine_between, theirs_between = ([arc for arc in each if arc.in_port and arc.out_port] for each in (arcs, theirs))
        links = {arc.link for arc in theirs_between}
        groups = {group for arc in theirs_between for group in arc.srlg}
        ends = [{self.network.host_by_name[host].at.switch for host in (wish.source, wish.target)}
                for wish in (self.wish, other.connection)]
        switches = {arc.target for arc in theirs if arc.in_port} - (ends[0] & ends[1])
        return any(arc.link in links or (level == "srlg" and not groups.isdisjoint(arc.srlg)) for arc in mine_between) or (
            level == "node" and any(arc.target in switches for arc in arcs))

    def _obeys(self, direction: Direction, arcs: tuple[Arc, ...]) -> bool:
        """Whether a way keeps off what it should, passes what it should, and has room for packets of their size."""
        wish, hosts = self.wish, [self.network.host_by_name[name] for name in (self.wish.source, self.wish.target)]
        packet = min(wish.bandwidth.max_packet_bytes, *(host.mtu for host in hosts))
        nodes, links = [arc.target for arc in arcs[:-1]], [arc.link for arc in arcs]
        passed, via = iter(nodes), wish.via if direction == "forward" else wish.via[::-1]
        return (self.down.isdisjoint(links) and wish.avoid_links.isdisjoint(links)
                and wish.avoid_switches.isdisjoint(nodes) and all(stop in passed for stop in via)
                and all(arc.mtu >= packet + LABEL for arc in arcs[1:-1]))

    def _worst(self, direction: Direction, arcs: Iterable[Arc]) -> int | None:
        lines = [hop(self.network, arc, direction, self.wish.service_class, self.wish.bandwidth.max_packet_bytes)
                 for arc in arcs]
        return None if None in lines else sum(line.total_ns for line in lines if line)


def asks(wish: Connection, direction: Direction) -> tuple[int, int]:
    """The rate and the burst that a direction reserves: nothing where it asks for no rate."""
    said = wish.bandwidth
    rate = said.reverse_bps if direction == "reverse" and said.reverse_bps is not None else said.guaranteed_bps
    return (rate, max(said.burst_bytes or 0, said.max_packet_bytes)) if rate else (0, 0)


def _arcs(network: Topology, path: Path) -> list[Arc]:
    return [network.arc_by_ends[ends] for ends in zip(path.links, path.nodes[:-1], strict=True)]
