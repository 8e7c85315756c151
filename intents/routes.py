"""Where a connection can run: its constraints turned into searches, both directions together.

Rules of this file:

- A one-way bound holds for each direction, a round-trip bound for the sum of both. Co-routed directions have equal
  budgets, as each switch is entered once either way.
- Both directions are chosen together: where they meet on an arc that has no room for the sum, each is tried without it.
"""

from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from itertools import islice
from types import MappingProxyType

from intents.asked import ends, is_round_trip, limit_ns, measure_of, shut_to, stops
from intents.capacity import Books, demand
from intents.chosen import Route, claims, mirrored, weight
from intents.model import Connection, Direction, Path
from intents.paths import Search, Trail, trails
from intents.roads import COST_UNIT, Roads
from intents.usual import usual

NOTHING: Mapping[Direction, Trail] = MappingProxyType({})
OPEN: Mapping[Direction, frozenset[int]] = MappingProxyType({"forward": frozenset(), "reverse": frozenset()})


def route(roads: Roads, books: Books, connection: Connection, kept: Mapping[Direction, Trail] = NOTHING,
          shut: Mapping[Direction, frozenset[int]] = OPEN) -> Route | None:
    """The best route that obeys every constraint and has room, `None` where there is none. Protection is not its matter.

    `kept` holds the direction that shall stay where it is, `shut` the arcs that a direction shall not use besides.
    """
    if kept is NOTHING and shut is OPEN and (found_at_once := usual(roads, books, connection)) is not None:
        return found_at_once
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
