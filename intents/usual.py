"""The usual way: where a connection that asks for time and room alone would run if the network were empty.

What is exact: room, and what others hold, take paths away and make none better. So while the best of all paths is open, it
is the best of those that are open, and nothing need be searched for. It is entered in the books in the same breath. Where
it is not open, or more is asked for, there is no usual route and the search decides (intents/routes.py).
"""

from typing import NamedTuple

from intents.capacity import Books, demand
from intents.model import Connection
from intents.roads import COST_UNIT, Measure, Roads
from intents.routes import Route, is_round_trip, largest_packet, limit_ns, measure_of


class _Way(NamedTuple):
    """The best route of two hosts, both ways or one; its worst case in ns, of the slower direction and of both together; the
    largest IP packet that they send."""

    route: Route
    slower_ns: int
    sum_ns: int
    packet_bytes: int


class Usual:
    """The usual routes of one plan."""

    def __init__(self, roads: Roads, books: Books) -> None:
        self._roads, self._books = roads, books
        self._ways: dict[tuple[str, str, bool, Measure], _Way | None] = {}

    def taken(self, connection: Connection) -> Route | None:
        """The usual route of a connection that holds nothing yet, entered in the books; `None` where it has none."""
        if (connection.via or connection.co_routed or connection.pinned is not None or connection.protection != "none"
                or connection.objective == "least-loaded" or connection.key in self._books.kept_off
                or self._books.apart.minds(connection)):
            return None
        way = self._way(connection)
        if way is None or not self._obeys(connection, way):
            return None
        claims = [(trail, wished) for direction, trail in way.route.trails()
                  if (wished := demand(connection, direction)) is not None]
        if not all(self._books.is_open(trail, wished) for trail, wished in claims):
            return None
        for trail, wished in claims:
            self._books.enter(trail, wished)
        return way.route

    def _way(self, connection: Connection) -> _Way | None:
        key = (connection.source, connection.target, connection.both_ways, measure_of(connection))
        if key not in self._ways:
            self._ways[key] = self._found(connection)
        return self._ways[key]

    def _found(self, connection: Connection) -> _Way | None:
        """None where a host cannot be reached, or where both directions meet on an arc, which would count twice."""
        measure, pair = measure_of(connection), self._roads.between(connection.source, connection.target)
        if pair.start not in self._roads.ahead(measure, pair.goal):
            return None
        back = self._roads.between(connection.target, connection.source)
        trails = [(each.first, *self._roads.unhindered(measure, each.start, each.goal), each.last)
                  for each in ((pair, back) if connection.both_ways else (pair,))]
        if len(trails) > 1 and not frozenset(trails[0]).isdisjoint(trails[1]):
            return None
        weights = self._roads.weights(measure)
        spent = [sum(weights[arc] for arc in trail) % COST_UNIT for trail in trails]
        return _Way(Route(trails[0], trails[1] if connection.both_ways else ()), max(spent), sum(spent),
                    largest_packet(self._roads, connection))

    def _obeys(self, connection: Connection, way: _Way) -> bool:
        limit = limit_ns(connection)
        if limit is not None and limit < (way.sum_ns if is_round_trip(connection) else way.slower_ns):
            return False
        barred = self._roads.barred(connection.avoid_links, connection.avoid_switches, way.packet_bytes, limit is not None)
        return not barred or (barred.isdisjoint(way.route.forward) and barred.isdisjoint(way.route.reverse))
