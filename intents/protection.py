"""Routes whose hops all have detours, for connections that want to survive the failure of any one link.

What is exact: each detour is the fastest there is beside all that is reserved (detours.py). The route is the best one whose
hops all have detours where paths are sought by delay, with a bound on each direction or none, and no switches are to be
passed: the way to each switch is then the fastest, and a hop whose detour is too slow is so on every way. Else, and where
a connection's own reservations leave no room for its own detours, a hop that has none is given up for good, and so is the
search after TRIES routes: this may refuse what a longer search would place, never place what does not fit. Where paths are
sought by cost and none of those found can be protected, they are sought by delay.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from intents.capacity import Books
from intents.detours import sheltered
from intents.model import Connection, Direction
from intents.paths import Trail
from intents.roads import Roads
from intents.routes import NOTHING, OPEN, Detour, Route, route

TRIES = 50
"""Routes looked at for one connection."""

Find = Callable[[Mapping[Direction, frozenset[int]]], Route | None]
"""A route that leaves some arcs of each direction alone."""


def protected_route(roads: Roads, books: Books, connection: Connection, off: frozenset[int] = frozenset()) -> Route | None:
    """The best route that obeys every constraint and has room, with detours for all its hops if these are required. Its
    working paths keep `off` some arcs."""
    return settled(roads, books, connection, (anew(roads, books, connection, off=off),), off=off)


def anew(roads: Roads, books: Books, connection: Connection, kept: Mapping[Direction, Trail] = NOTHING,
         off: frozenset[int] = frozenset()) -> Find:
    """Routes by search; `kept` as in `route`, `off` as in `protected_route`."""
    return lambda shut: route(roads, books, connection, kept, {way: arcs | off for way, arcs in shut.items()})


def settled(roads: Roads, books: Books, connection: Connection, finds: Iterable[Find], standing: Iterable[Detour] = (),
            may_be_bare: bool = False, off: frozenset[int] = frozenset()) -> Route | None:
    """The first route found, with detours for all its hops if its connection wants them; `standing` are detours that
    should stay, `off` the arcs that no working path may use.

    Without such a route, a connection that does not require protection (or `may_be_bare` of it for now) has the first route
    found, with what detours there are.
    """
    ways, stay = tuple(finds), tuple(standing)
    if connection.protection != "none":
        by_delay = anew(roads, books, replace(connection, objective="min-latency"), off=off)
        for find in ways if connection.objective == "min-latency" else (*ways, by_delay):
            found = _protected(roads, books, connection, find, stay)
            if found is not None:
                return found
        if connection.protection_required and not may_be_bare:
            return None
    chosen = next((found for find in ways if (found := find(OPEN)) is not None), None)
    if chosen is None or connection.protection == "none":
        return chosen
    return sheltered(roads, books, connection, chosen, stay)[0]


def _protected(roads: Roads, books: Books, connection: Connection, find: Find, standing: tuple[Detour, ...]) -> Route | None:
    shut = dict(OPEN)
    for _ in range(TRIES):
        chosen = find(shut)
        if chosen is None:
            return None
        found, lacking = sheltered(roads, books, connection, chosen, standing)
        if not lacking:
            return found
        for direction, arc in lacking:
            shut[direction] |= {arc}
    return None
