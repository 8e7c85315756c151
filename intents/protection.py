"""Routes whose hops all have detours, for connections that want to survive the failure of any one link.

What is exact: each detour is the fastest there is beside all that is reserved (detours.py). The route is the best one whose
hops all have detours where paths are sought by delay, with a bound on each direction or none, no switches to be passed and
nothing reserved: the way to each switch is then the fastest, and a hop whose detour is too slow is so on every way. Else a
hop that has none is given up for good, and so is the search after TRIES routes; where paths are sought by cost and none of
those found can be protected, they are sought by delay. If that finds nothing, but the exact search does for who asks for no
more than it can mind, all routes are tried in their order, as far as EFFORT goes, which is all of them on a small network.
Which of several detours that want the same room gives way is not searched for: that may refuse what could be had, never
place what does not fit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from intents.alternatives import Find, in_order
from intents.balance import least_loaded, worth
from intents.capacity import Books
from intents.chosen import Route
from intents.model import Connection, Direction
from intents.paths import Trail
from intents.roads import Roads
from intents.routes import NOTHING, OPEN, route
from intents.shelter import sheltered
from intents.standby import leaving_a_way

TRIES = 50
"""Routes looked at for one connection."""

EFFORT = 300
"""Routes asked for, where all are tried in their order."""


def protected_route(roads: Roads, books: Books, connection: Connection, off: frozenset[int] = frozenset()) -> Route | None:
    """The best route that obeys every constraint and has room, with detours for all its hops if these are required. Its
    working paths keep `off` some arcs."""
    return settled(roads, books, connection, (anew(roads, books, connection, off=off),), off=off)


def anew(roads: Roads, books: Books, connection: Connection, kept: Mapping[Direction, Trail] = NOTHING,
         off: frozenset[int] = frozenset()) -> Find:
    """Routes by search; `kept` as in `route`, `off` as in `protected_route`."""
    seek = least_loaded if connection.objective == "least-loaded" else route
    return lambda shut: seek(roads, books, connection, kept,
                             {way: arcs | off for way, arcs in shut.items()} if off else shut)


def settled(roads: Roads, books: Books, connection: Connection, finds: Iterable[Find], standing: Route | None = None,
            may_be_bare: bool = False, off: frozenset[int] = frozenset()) -> Route | None:
    """The first route found, with protection for all its hops if its connection wants it; what protects the `standing` route
    should stay, `off` are the arcs that no working path may use.

    Without such a route, a connection that does not require protection (or `may_be_bare` of it for now) has the first route
    found, with what protection there is.
    """
    ways = tuple(finds)
    if connection.protection != "none":
        by_delay = anew(roads, books, replace(connection, objective="min-latency"), off=off)
        for find in ways if connection.objective == "min-latency" else (*ways, by_delay):
            found = _protected(roads, books, connection, find, standing)
            if found is not None:
                return found
        if connection.protection_required and (found := _tried(roads, books, connection, ways, standing)) is not None:
            return found
        if connection.protection_required and not may_be_bare:
            return None
    chosen = next((found for find in ways if (found := find(OPEN)) is not None), None)
    if chosen is None or connection.protection == "none":
        return chosen
    return sheltered(roads, books, connection, chosen, standing)[0]


def _protected(roads: Roads, books: Books, connection: Connection, find: Find, standing: Route | None) -> Route | None:
    shut = dict(OPEN)
    for _ in range(TRIES):
        chosen = find(shut) if connection.protection_mode == "fast-failover" else leaving_a_way(
            roads, books, connection, find, shut)
        if chosen is None:
            return None
        found, lacking = sheltered(roads, books, connection, chosen, standing)
        if not lacking:
            return found
        for direction, arc in lacking:
            shut[direction] |= {arc}
    return None


def _tried(roads: Roads, books: Books, connection: Connection, ways: Iterable[Find],
           standing: Route | None) -> Route | None:
    """The best route that is protected whole, from all in their order, where giving hops up may have missed it."""
    eased = _eased(connection)
    if eased == connection or _protected(roads, books, eased, anew(roads, books, eased), None) is None:
        return None
    routes = (chosen for find in ways for chosen in in_order(find, partial(worth, roads, books, connection), EFFORT))
    tried = (sheltered(roads, books, connection, chosen, standing) for chosen in routes)
    return next((found for found, lacking in tried if not lacking), None)


def _eased(connection: Connection) -> Connection:
    """The wish as far as giving hops up is exact for it: what has no route then has none."""
    bound, said = connection.latency, connection.bandwidth
    return replace(connection, via=(), objective="min-latency", latency=bound and replace(bound, kind="one-way"),
                   bandwidth=replace(said, guaranteed_bps=None, reverse_bps=None))
