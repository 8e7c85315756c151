"""The routes of one connection in the order of their price, one after the other, by searches that leave arcs alone.

Every other route than a given one leaves some arc of it alone. So from the best route on, each of its arcs is shut for
itself and the best route without it is found; of all that were found the best is the next one, and is taken apart in the
same way (after Lawler 1972, without his fixed beginnings, which a search by `shut` cannot ask for). So no route is left out
and none comes before a better one; many are found more than once, and are given once.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from heapq import heappop, heappush

from intents.chosen import Route
from intents.model import Direction
from intents.paths import Trail
from intents.routes import OPEN

Find = Callable[[Mapping[Direction, frozenset[int]]], Route | None]
"""The best route that leaves some arcs of each direction alone."""

Price = tuple[int | Fraction, ...]

_Shut = frozenset[tuple[Direction, int]]


def in_order(find: Find, price: Callable[[Route], Price], effort: int) -> Iterator[Route]:
    """All routes that `find` could give, the best first; the search ends after `effort` routes were asked for."""
    heap: list[tuple[Price, Trail, Trail, list[tuple[Direction, int]]]] = []
    asked: set[_Shut] = set()
    given: set[Route] = set()

    def ask(shut: _Shut) -> None:
        if shut not in asked and len(asked) < effort:
            asked.add(shut)
            found = find({direction: frozenset(arc for way, arc in shut if way == direction) for direction in OPEN})
            if found is not None:
                heappush(heap, (price(found), found.forward, found.reverse, sorted(shut)))

    ask(frozenset())
    while heap:
        _, forward, reverse, shut = heappop(heap)
        found = Route(forward, reverse)
        if found not in given:
            given.add(found)
            yield found
        for direction, trail in found.trails():
            for arc in trail[1:-1]:
                ask(frozenset((*shut, (direction, arc))))
