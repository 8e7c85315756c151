"""The usual way: where a connection that asks for time and room alone would run if the network were empty.

What is exact: room, and what others hold, take paths away and make none better. So while the best of all paths is open, it
is the best of those that are open, and nothing need be searched for. Where it is not open, or more is asked for, there is
no usual way and the search decides (intents/routes.py).
"""

from typing import NamedTuple

from intents.asked import is_round_trip, largest_packet, limit_ns, measure_of
from intents.capacity import Books, demand
from intents.chosen import Route
from intents.model import Connection
from intents.roads import COST_UNIT, Roads


class _Way(NamedTuple):
    """The best route of two hosts, both ways or one; its worst case in ns, of the slower direction and of both together; the
    largest IP packet that they send; the links and switches that it takes."""

    route: Route
    slower_ns: int
    sum_ns: int
    packet_bytes: int
    links: frozenset[str]
    nodes: frozenset[str]


def usual(roads: Roads, books: Books, connection: Connection) -> Route | None:
    """The usual way of a connection that holds nothing yet, where it obeys and has room; else `None`."""
    if (connection.via or connection.co_routed or connection.pinned is not None or connection.objective == "least-loaded"
            or connection.key in books.kept_off or books.holds(connection.key) or books.apart.minds(connection)):
        return None
    way = _way(roads, connection)
    if way is None or not _obeys(roads, connection, way):
        return None
    there = demand(connection, "forward")
    if there is not None and not books.is_open(way.route.forward, there):
        return None
    back = demand(connection, "reverse")
    return None if back is not None and not books.is_open(way.route.reverse, back) else way.route


def _way(roads: Roads, connection: Connection) -> _Way | None:
    measure = measure_of(connection)
    key = (connection.source, connection.target, connection.both_ways, measure)
    if key in roads.ways:
        known: _Way | None = roads.ways[key]
        return known
    found = roads.ways[key] = _found(roads, connection)
    return found


def _found(roads: Roads, connection: Connection) -> _Way | None:
    """None where a host cannot be reached, or where both directions meet on an arc, which would count twice."""
    measure, pair = measure_of(connection), roads.between(connection.source, connection.target)
    if pair.start not in roads.ahead(measure, pair.goal):
        return None
    back = roads.between(connection.target, connection.source)
    trails = [(each.first, *roads.unhindered(measure, each.start, each.goal), each.last)
              for each in ((pair, back) if connection.both_ways else (pair,))]
    if len(trails) > 1 and not frozenset(trails[0]).isdisjoint(trails[1]):
        return None
    weights = roads.weights(measure)
    spent = [sum([weights[arc] for arc in trail]) % COST_UNIT for trail in trails]
    arcs = [roads.arcs[arc] for trail in trails for arc in trail]
    return _Way(Route(trails[0], trails[1] if connection.both_ways else ()), max(spent), sum(spent),
                largest_packet(roads, connection), frozenset(each.link for each in arcs), frozenset(
                    each.target for each in arcs))


def _obeys(roads: Roads, connection: Connection, way: _Way) -> bool:
    limit = limit_ns(connection)
    if limit is not None and limit < (way.sum_ns if is_round_trip(connection) else way.slower_ns):
        return False
    if not (connection.avoid_links.isdisjoint(way.links) and connection.avoid_switches.isdisjoint(way.nodes)):
        return False
    barred = roads.barred(_NONE, _NONE, way.packet_bytes, limit is not None)
    return not barred or (barred.isdisjoint(way.route.forward) and barred.isdisjoint(way.route.reverse))


_NONE: frozenset[str] = frozenset()
