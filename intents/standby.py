"""A standby: a second route from end to end beside the working one, for the loop to go over to (1:1 protection, RFC 4427).

Rules of this file:

- It shares no link between switches with the working paths of either direction, at level `node` no switch either but those
  that its ends are at. So whatever one such thing fails, all of it is left, and both directions go over to it together.
- It obeys what the working route does, and keeps apart from the working paths that this keeps apart from: when it is taken
  it becomes the working route. (A pinned path can therefore have none.)
- Room is drawn on the pool of all detours and standbys (capacity.py), for every failure that would bring it into use.
- The working route is the best one that leaves a standby a way; of those beside it the standby is the best that has room.
  Where room is short, routes are tried as they are for detours (protection.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from intents.balance import worth
from intents.capacity import Backup, Books, Failure
from intents.chosen import Route, claims, price
from intents.companions import Side, beside
from intents.model import Connection, Direction, DiversityLevel
from intents.roads import Roads
from intents.routes import obeyed, route

Shut = Mapping[Direction, frozenset[int]]
Hop = tuple[Direction, int]


def leaving_a_way(roads: Roads, books: Books, connection: Connection, find: Callable[[Shut], Route | None],
                  shut: Shut) -> Route | None:
    """The best of the routes found that has a way beside it, room for the standby aside; `None` where none has."""
    working, spare = _two(connection)
    others = books.with_apart(books.apart.for_standby())

    def first(off: frozenset[int]) -> Route | None:
        return find({direction: arcs | off for direction, arcs in shut.items()})

    def second(off: frozenset[int]) -> Route | None:
        return route(roads, others, _roomless(connection), shut={"forward": off, "reverse": off})

    sides = [Side(working, first, lambda chosen: worth(roads, books, connection, chosen)),
             Side(spare, second, lambda chosen: price(roads, connection, chosen))]
    alone = [(side, found) for side in sides if (found := side.seek(frozenset())) is not None]
    if not alone or alone[0][0] is not sides[0] or not hops(alone[0][1]):
        return alone[0][1] if alone and alone[0][0] is sides[0] else None
    return beside(books.apart.anew(working, spare), alone) if len(alone) > 1 else None


def with_standby(roads: Roads, books: Books, connection: Connection, chosen: Route,
                 standing: Route | None) -> tuple[Route, tuple[Hop, ...]]:
    """The route with a standby; if it can have none, the hops that stand against it. One that is `standing` stays where it
    obeys and has room."""
    if not hops(chosen):
        return chosen, ()
    if standing is not None and serves(roads, books, connection, replace(chosen, standby=standing)):
        return replace(chosen, standby=standing), ()
    found = _best(roads, books, connection, chosen, hops(chosen))
    if found is not None:
        return replace(chosen, standby=found), ()
    alone = tuple(hop for hop in hops(chosen) if _best(roads, books, connection, chosen, (hop,)) is None)
    return chosen, alone or hops(chosen)


def serves(roads: Roads, books: Books, connection: Connection, chosen: Route) -> bool:
    """Whether the standby of a route obeys, shares nothing with it and has room."""
    standby = chosen.standby
    if standby is None:
        return not hops(chosen)
    backup = _backup(roads, books, connection, chosen, hops(chosen))
    ways = {direction for direction, _ in chosen.trails()}
    return (backup.fits(claims(connection, standby), connection.key)
            and obeyed(roads, backup, connection, standby) == ways
            and _off(books, connection, chosen).isdisjoint((*standby.forward, *standby.reverse)))


def draw_standby(roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
    """Enters what the standby of a route draws on the pool. It has room."""
    if chosen.standby is not None:
        _backup(roads, books, connection, chosen, hops(chosen)).draw_all(claims(connection, chosen.standby))


def hops(chosen: Route) -> tuple[Hop, ...]:
    """The arcs between switches of a route."""
    return tuple((direction, arc) for direction, trail in chosen.trails() for arc in trail[1:-1])


def _best(roads: Roads, books: Books, connection: Connection, chosen: Route, failing: tuple[Hop, ...]) -> Route | None:
    """The best standby of a route, with room for when these hops fail."""
    backup, off = _backup(roads, books, connection, chosen, failing), _off(books, connection, chosen)
    return route(roads, backup, connection, shut={"forward": off, "reverse": off})


def _backup(roads: Roads, books: Books, connection: Connection, chosen: Route, failing: tuple[Hop, ...]) -> Backup:
    failures: set[Failure] = set()
    for direction, number in failing:
        trail, arc = dict(chosen.trails())[direction], roads.arcs[number]
        failures.add(("link", arc.link))
        if books.minds_switches and arc.target != roads.arcs[trail[-1]].source:
            failures.add(("switch", arc.target))
    return Backup(books, claims(connection, chosen), connection.key, sorted(failures), connection.protection == "node")


def _off(books: Books, connection: Connection, chosen: Route) -> frozenset[int]:
    """The arcs that a standby of a route may not use."""
    working, spare = _two(connection)
    apart = books.apart.anew(working, spare)
    apart.put(working, (*chosen.forward, *chosen.reverse))
    return apart.shut(spare)


def _two(connection: Connection) -> tuple[Connection, Connection]:
    """The two sides of a connection that are to be kept apart, as if they were two."""
    level: DiversityLevel = "node" if connection.protection == "node" else "link"
    working = replace(connection, intent="working", diverse_from=frozenset(), is_exclusive=False)
    return working, replace(working, intent="standby", diverse_from=frozenset(("working",)), diverse_level=level)


def _roomless(connection: Connection) -> Connection:
    return replace(connection, bandwidth=replace(connection.bandwidth, guaranteed_bps=None, reverse_bps=None))
