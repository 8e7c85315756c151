"""The objective `least-loaded`: the route whose fullest link is as little full as can be, and of such routes the fastest.

Rules of this file: a link is as full as the share of its capacity that is reserved, what the pool keeps for detours and what
this direction asks for included. Links of hosts are left out: there is no choice of them. Measured load is not looked at,
for a plan is a function of what is wanted; congestion is the agent's matter. The search is exact: whether there is a route
without the links that are fuller than some level, `route` decides, and there are as many levels as links at most.
"""

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction

from intents.capacity import Books, demand
from intents.chosen import Route, price
from intents.model import Connection, Direction
from intents.paths import Trail
from intents.roads import Roads
from intents.routes import NOTHING, OPEN, route

Shares = Mapping[Direction, Mapping[int, Fraction]]
"""How full each arc between switches would be, by the direction that takes it."""


def least_loaded(roads: Roads, books: Books, connection: Connection, kept: Mapping[Direction, Trail] = NOTHING,
                 shut: Mapping[Direction, frozenset[int]] = OPEN) -> Route | None:
    """The least loaded route that obeys every constraint and has room; all else as in `route`."""
    best = route(roads, books, connection, kept, shut)
    if best is None:
        return None
    shares = reserved_shares(roads, books, connection)
    fullest = _fullest(shares, best)
    levels = sorted({share for of_way in shares.values() for share in of_way.values() if share < fullest})

    def under(level: Fraction) -> Route | None:
        return route(roads, books, connection, kept, {
            way: arcs | {arc for arc, share in shares[way].items() if share > level} for way, arcs in shut.items()})

    place = bisect_left(levels, True, key=lambda level: under(level) is not None)
    return under(levels[place]) if place < len(levels) else under(fullest)


def worth(roads: Roads, books: Books, connection: Connection, chosen: Route) -> tuple[int | Fraction, ...]:
    """What makes one route worse than another by a connection's objective: first how full its fullest link is, where the
    least loaded is asked for, then as `price` has it."""
    paid = price(roads, connection, chosen)
    if connection.objective != "least-loaded":
        return paid
    return (_fullest(reserved_shares(roads, books, connection), chosen), *paid)


def _fullest(shares: Shares, chosen: Route) -> Fraction:
    return max((shares[way][arc] for way, trail in chosen.trails() for arc in trail[1:-1]), default=Fraction(0))


def reserved_shares(roads: Roads, books: Books, connection: Connection) -> Shares:
    """How full each arc between switches would be with a connection on it, by direction."""
    found: dict[Direction, dict[int, Fraction]] = {}
    directions: tuple[Direction, ...] = ("forward", "reverse")
    for way in directions:
        asked = demand(connection, way)
        between = [number for number, arc in enumerate(roads.arcs) if arc.in_port and arc.out_port]
        growth = books.growth(((number, asked) for number in between), connection.key) if asked else {}
        found[way] = {number: Fraction(books.reserved_bps[number] + growth.get(number, (0, 0))[0],
                                       books.capacity_bps[number]) for number in between}
    return found
