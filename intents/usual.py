"""The usual way: where a connection that asks for time and room alone would run if the network were empty.

What is exact: room, and what others hold, take paths away and make none better. So while the best of all paths is open, it
is the best of those that are open, and nothing need be searched for. Where it is not open, or more is asked for, there is
no usual way and the search decides (intents/routes.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

from intents.asked import is_round_trip, largest_packet, limit_ns, measure_of
from intents.capacity import Books, demand
from intents.chosen import Route
from intents.model import Connection, Path
from intents.paths import Trail
from intents.roads import COST_UNIT, Pair, Roads

_NO_TIME_NS = COST_UNIT
"""In place of what a way takes where a delay on it is unknown: no bound admits it."""


class _Way(NamedTuple):
    """A route of two hosts, both ways or one; its worst case in ns, of the slower direction and of both together."""

    route: Route
    slower_ns: int
    sum_ns: int


def usual(roads: Roads, books: Books, connection: Connection) -> Route | None:
    """The usual way of a connection that holds nothing yet, where it obeys and has room; else `None`."""
    way = _usual(roads, connection) if _asks_little(books, connection) else None
    return way.route if way and _obeys(roads, connection, way) and _has_room(books, connection, way.route) else None


def taken(roads: Roads, books: Books, connection: Connection) -> Route | None:
    """The same, entered in the books for good."""
    way = _usual(roads, connection) if _asks_little(books, connection) else None
    return way.route if way and _obeys(roads, connection, way) and _has_room(books, connection, way.route, True) else None


def taken_again(roads: Roads, books: Books, connection: Connection, paths: Sequence[Path]) -> Route | None:
    """The route along the old paths of a connection that asks for time and room alone, where it obeys and has room, entered
    in the books for good. `None` says only that a closer look is needed."""
    if len(paths) != 1 + connection.both_ways or not _asks_little(books, connection):
        return None
    way = _again(roads, connection, paths)
    return way.route if way and _obeys(roads, connection, way) and _has_room(books, connection, way.route, True) else None


def _asks_little(books: Books, connection: Connection) -> bool:
    """Whether a connection that holds nothing asks for time and room alone."""
    return not (connection.via or connection.co_routed or connection.pinned is not None
                or connection.objective == "least-loaded" or connection.key in books.kept_off
                or books.holds(connection.key) or books.apart.minds(connection))


def _has_room(books: Books, connection: Connection, chosen: Route, enters: bool = False) -> bool:
    """Whether there is room on a route whose directions meet on no arc; if so it may be entered in the books for good."""
    there, back = demand(connection, "forward"), demand(connection, "reverse") if chosen.reverse else None
    if (there and not books.is_open(chosen.forward, there)) or (back and not books.is_open(chosen.reverse, back)):
        return False
    if enters and there:
        books.enter(chosen.forward, there)
    if enters and back:
        books.enter(chosen.reverse, back)
    return True


def _usual(roads: Roads, connection: Connection) -> _Way | None:
    """The best way of all."""
    key = (connection.source, connection.target, connection.both_ways, connection.service_class,
           connection.bandwidth.max_packet_bytes, connection.objective)
    if key not in roads.ways:
        roads.ways[key] = _found(roads, connection)
    found: _Way | None = roads.ways[key]
    return found


def _again(roads: Roads, connection: Connection, paths: Sequence[Path]) -> _Way | None:
    """The way along old paths: one, or two, of which the second is the reverse."""
    there, back = paths[0], paths[-1]
    key = (connection.source, connection.target, connection.service_class, connection.bandwidth.max_packet_bytes,
           there.links, there.nodes, there.direction, back.links, back.nodes, back.direction, back.role)
    if key not in roads.ways:
        roads.ways[key] = _found_again(roads, connection, paths)
    found: _Way | None = roads.ways[key]
    return found


def _found(roads: Roads, connection: Connection) -> _Way | None:
    """`None` where a host cannot be reached."""
    measure, pairs = measure_of(connection), _pairs(roads, connection)
    if pairs[0].start not in roads.ahead(measure, pairs[0].goal):
        return None
    return _along(roads, connection, [(each.first, *roads.unhindered(measure, each.start, each.goal), each.last)
                                      for each in pairs])


def _found_again(roads: Roads, connection: Connection, paths: Sequence[Path]) -> _Way | None:
    """`None` where they are no working paths of this direction or these, or links of them are gone."""
    trails = [trail for path in paths if (trail := roads.trail(path.links, path.nodes)) is not None]
    told = [("working", "forward"), ("working", "reverse")][:len(trails)]
    return _along(roads, connection, trails) if [(path.role, path.direction) for path in paths] == told else None


def _pairs(roads: Roads, connection: Connection) -> Sequence[Pair]:
    """The ends of each direction."""
    pair = roads.between(connection.source, connection.target)
    return (pair, roads.between(connection.target, connection.source)) if connection.both_ways else (pair,)


def _along(roads: Roads, connection: Connection, trails: Sequence[Trail]) -> _Way | None:
    """None where trails do not join the hosts or no packet of this size passes, or where both directions meet on an arc,
    which would count twice."""
    if [(each.first, each.last) for each in _pairs(roads, connection)] != [(trail[0], trail[-1]) for trail in trails]:
        return None
    numbers, packet = [arc for trail in trails for arc in trail], largest_packet(roads, connection)
    if (len(trails) > 1 and not frozenset(trails[0]).isdisjoint(trails[1])) or (
            not roads.barred(_NONE, _NONE, packet, False).isdisjoint(numbers)):
        return None
    weights, is_timed = roads.weights(measure_of(connection)), roads.barred(_NONE, _NONE, packet, True).isdisjoint(numbers)
    spent = [sum([weights[arc] for arc in trail]) % COST_UNIT if is_timed else _NO_TIME_NS for trail in trails]
    return _Way(Route(trails[0], trails[1] if connection.both_ways else ()), max(spent), sum(spent))


def _obeys(roads: Roads, connection: Connection, way: _Way) -> bool:
    limit = limit_ns(connection)
    if limit is not None and limit < (way.sum_ns if is_round_trip(connection) else way.slower_ns):
        return False
    if not connection.avoid_links and not connection.avoid_switches:
        return True
    passed = [roads.along(trail) for _, trail in way.route.trails()]
    return all(connection.avoid_links.isdisjoint(each.links) and connection.avoid_switches.isdisjoint(each.nodes)
               for each in passed)


_NONE: frozenset[str] = frozenset()
