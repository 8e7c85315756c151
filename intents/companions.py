"""A route that leaves those who keep apart from it a way, where there is one.

The best path of one side may cross the only cut that both could have passed side by side: taken alone, it locks the other
out (the trap of Suurballe 1974). So a connection that is placed looks ahead to those who come later and keep apart from it:
it takes the best route with which all of them have one beside it, else all but those who come last.

Conflict-based search (Sharon and others 2015): every side takes its best route for itself; where two share what they may
not, either the one or the other has to leave it, and both ways are followed, best first. What is found is the best for who
comes first, then for the second, and so on. The search ends after EFFORT routes: then the last is locked out, where a longer
search would have placed it. Room is looked at side by side: what sides would take from one another is not foreseen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import combinations, count

from intents.chosen import Route
from intents.diversity import Apart, Element, Run
from intents.model import Connection

EFFORT = 400
"""Routes that one look ahead may cost; a pair in a trap takes some ten."""

MOST_SIDES = 6
"""Connections that are looked at together."""

Seek = Callable[[frozenset[int]], Route | None]
"""The best route that keeps off these arcs."""

Price = tuple[int | Fraction, ...]


@dataclass(frozen=True)
class Side:
    """A connection that is to be placed, how it is, and what a route is worth to it (the least is the best)."""

    connection: Connection
    seek: Seek
    price: Callable[[Route], Price]


def considerate(apart: Apart, side: Side, later: Sequence[Connection],
                side_of: Callable[[Connection], Side]) -> Route | None:
    """The best route of a side with which as many as can be of those who come `later` have one as well, in their order."""
    sides = [side, *(side_of(one) for one in _bound(apart, side.connection, later)[:MOST_SIDES - 1])]
    alone = [(each, route) for each in sides if (route := each.seek(frozenset())) is not None]
    if not alone or alone[0][0] is not side:
        return None
    if (all_together := beside(apart, alone)) is not None:
        return all_together
    chosen, with_us = alone[0][1], alone[:1]
    for other in alone[1:]:
        found = beside(apart, [*with_us, other])
        if found is not None:
            chosen = found
            with_us.append(other)
    return chosen


def _bound(apart: Apart, connection: Connection, later: Sequence[Connection]) -> list[Connection]:
    """Those of the later ones who keep apart from a connection, or from one who does, in their order."""
    intents, new = {connection.intent}, [connection]
    while new:
        named = {bond.intent for one in new for bond in apart.bonds(one)} - intents
        intents |= named
        new = [one for one in later if one.intent in named]
    return [one for one in later if one.intent in intents]


@dataclass(frozen=True)
class _Node:
    """Routes of all sides, each under the elements that it is to keep off."""

    off: Mapping[int, frozenset[Element]]
    routes: tuple[Route, ...]


def beside(apart: Apart, alone: Sequence[tuple[Side, Route]]) -> Route | None:
    """The route of the first side in the best choice of routes that share nothing they may not; given are the sides, each
    with its best route if it were alone."""
    order, effort = count(), EFFORT
    sides = [side for side, _ in alone]
    start = _Node({}, tuple(route for _, route in alone))
    heap = [(_prices(sides, start.routes), next(order), start)]
    seen: set[frozenset[tuple[int, frozenset[Element]]]] = set()
    while heap and effort > 0:
        _, _, node = heappop(heap)
        conflict = _conflict(apart, sides, node.routes)
        if conflict is None:
            return node.routes[0]
        *both, element = conflict
        for number in reversed(both):  # of two that cost the same, the one in which the first side stays comes first
            off = {**node.off, number: node.off.get(number, frozenset()) | {element}}
            if (mark := frozenset(off.items())) in seen:
                continue
            seen.add(mark)
            effort -= 1
            route = sides[number].seek(frozenset().union(*map(apart.arcs_of, off[number])))
            if route is not None:
                routes_now = (*node.routes[:number], route, *node.routes[number + 1:])
                heappush(heap, (_prices(sides, routes_now), next(order), _Node(off, routes_now)))
    return None


def _prices(sides: Sequence[Side], routes: Sequence[Route]) -> tuple[Price, ...]:
    return tuple(side.price(route) for side, route in zip(sides, routes, strict=True))


def _conflict(apart: Apart, sides: Sequence[Side], routes: Sequence[Route]) -> tuple[int, int, Element] | None:
    """The first two sides that share what they may not, and that."""
    runs = [Run(side.connection, (*route.forward, *route.reverse)) for side, route in zip(sides, routes, strict=True)]
    for one, other in combinations(range(len(runs)), 2):
        for element in apart.shared(runs[one], runs[other]):
            return one, other, element
    return None
