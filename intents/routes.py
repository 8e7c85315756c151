"""Where a connection can run: its constraints turned into searches, both directions together.

Rules of this file:

- `via` names switches in the order of the forward direction; the reverse direction passes them in the opposite order.
- A one-way bound holds for each direction, a round-trip bound for the sum of both. Co-routed directions have equal
  budgets, as each switch is entered once either way.
- MTU: a path needs room for the largest IP packet of the connection, and between switches for a label of 4 bytes more.
  That packet is `max-packet`, or less where one of its hosts can send or take only less.
- Both directions are chosen together: where they meet on an arc that has no room for the sum, each is tried without it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import groupby, islice
from types import MappingProxyType
from typing import Literal

from intents.capacity import Books, Claim, demand
from intents.model import Connection, Direction, Path
from intents.paths import Search, Trail, trails
from intents.roads import COST_UNIT, Measure, Roads
from topologies.model import Host

_FIRST: Mapping[str, Literal["cost", "sparing"]] = MappingProxyType({"min-cost": "cost", "spare-fast-links": "sparing"})

NOTHING: Mapping[Direction, Trail] = MappingProxyType({})
OPEN: Mapping[Direction, frozenset[int]] = MappingProxyType({"forward": frozenset(), "reverse": frozenset()})


@dataclass(frozen=True, slots=True)
class Detour:
    """What stands in for one arc of a direction and all behind it: the arcs from the switch before it to the last one."""

    direction: Direction
    arc: int
    trail: Trail


@dataclass(frozen=True, slots=True)
class Route:
    """The arcs of each direction from host to host; `reverse` is empty for a one-way connection. `detours` are those that
    stand ready (intents/detours.py), or a `standby` is, a route that has neither itself (intents/standby.py)."""

    forward: Trail
    reverse: Trail = ()
    detours: tuple[Detour, ...] = ()
    standby: "Route | None" = None

    def trails(self) -> Iterator[tuple[Direction, Trail]]:
        """The directions there are."""
        yield "forward", self.forward
        if self.reverse:
            yield "reverse", self.reverse


def route(roads: Roads, books: Books, connection: Connection, kept: Mapping[Direction, Trail] = NOTHING,
          shut: Mapping[Direction, frozenset[int]] = OPEN) -> Route | None:
    """The best route that obeys every constraint and has room, `None` where there is none. Protection is not its matter.

    `kept` holds the direction that shall stay where it is, `shut` the arcs that a direction shall not use besides.
    """
    forward = _Leg(roads, books, connection, "forward")
    if not connection.both_ways:
        found = _open(forward, kept, shut["forward"], 1)
        return Route(found[0]) if found else None
    reverse = _Leg(roads, books, connection, "reverse")
    if connection.co_routed:
        found = forward.best(lambda arc: (arc not in shut["forward"] and roads.mirror[arc] not in shut["reverse"]
                                          and forward.gate(arc) and reverse.gate(roads.mirror[arc])))
        return Route(found[0], mirrored(roads, found[0])) if found else None
    return _pair(forward, reverse, kept, shut)


def claims(connection: Connection, chosen: Route) -> list[Claim]:
    """What a connection reserves on a route, arc by arc."""
    return [(arc, wished) for direction, trail in chosen.trails()
            if (wished := demand(connection, direction)) is not None for arc in trail]


def obeyed(roads: Roads, books: Books, connection: Connection, chosen: Route) -> frozenset[Direction]:
    """The directions of a route that obey the constraints of a connection, whether there is room or not.

    None of them where what joins the two (co-routing, a round-trip bound) is not obeyed.
    """
    measure, shut = measure_of(connection), shut_to(roads, books, connection)
    limit, is_joint = limit_ns(connection), is_round_trip(connection)
    spent = {direction: weight(roads, measure, trail) % COST_UNIT for direction, trail in chosen.trails()}
    if connection.both_ways != bool(chosen.reverse) or (
            connection.co_routed and chosen.reverse and chosen.reverse != mirrored(roads, chosen.forward)) or (
            is_joint and limit is not None and sum(spent.values()) > limit):
        return frozenset()
    return frozenset(direction for direction, trail in chosen.trails()
                     if _joins(roads, connection, direction, trail) and shut.isdisjoint(trail)
                     and (is_joint or limit is None or spent[direction] <= limit))


def found_again(roads: Roads, path: Path) -> Trail | None:
    """The arcs of a path in this network, `None` where they are gone or join other nodes now."""
    return roads.trail(path.links, path.nodes)


def mirrored(roads: Roads, trail: Trail) -> Trail:
    """The same links backwards."""
    return tuple(roads.mirror[arc] for arc in reversed(trail))


def weight(roads: Roads, measure: Measure, trail: Iterable[int]) -> int:
    """The sum of a measure along arcs; its budget in ns is `weight % COST_UNIT`."""
    weights = roads.weights(measure)
    return sum(weights[arc] for arc in trail)


def price(roads: Roads, connection: Connection, chosen: Route) -> tuple[int, int]:
    """What makes one route worse than another for this connection: its weight, then its hops."""
    weights = (weight(roads, measure_of(connection), trail) for _, trail in chosen.trails())
    return sum(weights), len(chosen.forward) + len(chosen.reverse)


def measure_of(connection: Connection) -> Measure:
    """What makes a path short for this connection."""
    packet = connection.bandwidth.max_packet_bytes
    return Measure(connection.service_class, packet, _FIRST.get(connection.objective, "time"))


def limit_ns(connection: Connection) -> int | None:
    """The largest delay that the bound admits, in ns."""
    bound = connection.latency
    return None if bound is None else bound.max_ns - bound.strict


def is_round_trip(connection: Connection) -> bool:
    """Whether the bound is on the sum of both directions."""
    return connection.latency is not None and connection.latency.kind == "round-trip"


def barred_to(roads: Roads, connection: Connection) -> frozenset[int]:
    """The arcs that a connection may not use whatever room there is."""
    return roads.barred(connection.avoid_links, connection.avoid_switches, largest_packet(roads, connection),
                        connection.latency is not None)


def shut_to(roads: Roads, books: Books, connection: Connection) -> frozenset[int]:
    """The arcs that its working paths may not use besides: beside a pinned path, those of whom it keeps apart from, and what
    it is kept off for a while."""
    barred = barred_to(roads, connection)
    kept_off = books.apart.shut(connection) | books.kept_off.get(connection.key, frozenset())
    if connection.pinned is not None:
        kept_off |= roads.beside(frozenset(link for links in connection.pinned for link in links))
    return barred | kept_off if kept_off else barred


def largest_packet(roads: Roads, connection: Connection) -> int:
    """The largest IP packet that can come, in bytes."""
    return min(connection.bandwidth.max_packet_bytes, roads.between(connection.source, connection.target).mtu)


def ends(roads: Roads, connection: Connection, direction: Direction) -> tuple[Host, Host]:
    """The hosts that a direction leads from and to."""
    source, target = (roads.network.host_by_name[name] for name in (connection.source, connection.target))
    return (source, target) if direction == "forward" else (target, source)


def stops(connection: Connection, direction: Direction) -> tuple[str, ...]:
    """The switches to pass, in the order of a direction."""
    if not connection.via:
        return ()
    once = tuple(name for name, _ in groupby(connection.via))
    return once if direction == "forward" else once[::-1]


class _Leg:
    """One direction of a connection, ready to be searched."""

    def __init__(self, roads: Roads, books: Books, connection: Connection, direction: Direction):
        source, target = connection.source, connection.target
        self.roads, self.books, self.connection, self.direction = roads, books, connection, direction
        self.start, self.goal, self.first, self.last, _ = roads.between(
            *((source, target) if direction == "forward" else (target, source)))
        self.measure, self.via = measure_of(connection), stops(connection, direction)
        self.gate = books.gate(demand(connection, direction), shut_to(roads, books, connection), connection.key)

    def best(self, usable: Callable[[int], bool] | None = None, most: int | None = 1) -> list[Trail]:
        """The best trails from host to host, at most so many; `usable` stands in for this direction's own gate."""
        usable = usable or self.gate
        if not (usable(self.first) and usable(self.last)):
            return []
        limit = limit_ns(self.connection)
        if limit is not None:
            shared = self.connection.both_ways and self.connection.co_routed and is_round_trip(self.connection)
            weights = self.roads.weights(self.measure)
            limit = limit // (2 if shared else 1) - (weights[self.first] + weights[self.last]) % COST_UNIT
        search = Search(self.start, self.goal, self.measure, usable, limit, self.via)
        return [(self.first, *trail, self.last) for trail in islice(trails(self.roads, search), most)]

    def weight(self, trail: Iterable[int]) -> int:
        """The weight of arcs in this direction's measure."""
        return weight(self.roads, self.measure, trail)


def _pair(forward: _Leg, reverse: _Leg, kept: Mapping[Direction, Trail],
          shut: Mapping[Direction, frozenset[int]]) -> Route | None:
    """The lightest pair of trails that has room for both at once.

    Best first: where a pair meets on an arc that is too narrow for both, either direction has to leave it, so the pair
    without it in the one and the pair without it in the other are tried next, by weight.
    """
    heap = [*_lightest(forward, reverse, kept, shut["forward"], shut["reverse"])]
    while heap:
        _, _, there, back, shut_there, shut_back = heappop(heap)
        chosen = Route(there, back)
        narrow = _narrow(forward, chosen)
        if narrow is None:
            return chosen
        for pair in (*_lightest(forward, reverse, kept, shut_there | {narrow}, shut_back),
                     *_lightest(forward, reverse, kept, shut_there, shut_back | {narrow})):
            heappush(heap, pair)
    return None


_Pair = tuple[int, int, Trail, Trail, frozenset[int], frozenset[int]]


def _lightest(forward: _Leg, reverse: _Leg, kept: Mapping[Direction, Trail], shut_there: frozenset[int],
              shut_back: frozenset[int]) -> list[_Pair]:
    """The pair of least weight, then fewest hops, then first by name, that leaves these arcs alone; or nothing.

    A bound on the sum makes the cheapest trail of a direction depend on the other's: then every trade is looked at.
    """
    bound = limit_ns(forward.connection) if is_round_trip(forward.connection) else None
    most = None if bound is not None and forward.measure.first != "time" else 1
    there, back = _open(forward, kept, shut_there, most), _open(reverse, kept, shut_back, most)
    pairs = [(forward.weight(one) + reverse.weight(other), len(one) + len(other), one, other, shut_there, shut_back)
             for one in there for other in back]
    return sorted(pair for pair in pairs if bound is None or pair[0] % COST_UNIT <= bound)[:1]


def _open(leg: _Leg, kept: Mapping[Direction, Trail], shut: frozenset[int], most: int | None) -> list[Trail]:
    if leg.direction in kept:
        trail = kept[leg.direction]
        return [trail] if shut.isdisjoint(trail) and all(map(leg.gate, trail)) else []
    return leg.best(leg.gate if not shut else lambda arc: arc not in shut and leg.gate(arc), most)


def _narrow(leg: _Leg, chosen: Route) -> int | None:
    """The first arc that both directions use and that has no room for both."""
    both = frozenset(chosen.forward).intersection(chosen.reverse)
    return next((arc for arc in sorted(both) if not leg.books.fits(
        [claim for claim in claims(leg.connection, chosen) if claim[0] == arc], leg.connection.key)), None)


def _joins(roads: Roads, connection: Connection, direction: Direction, trail: Trail) -> bool:
    """Whether a trail leads from host to host and comes by the switches to pass, in order."""
    source, target = ends(roads, connection, direction)
    nodes = iter([roads.arcs[arc].target for arc in trail])
    return (trail[0], trail[-1]) == roads.access(source, target) and all(
        stop in nodes for stop in stops(connection, direction))
