"""Exact constrained shortest paths between two switches.

Rules of this file: an arc may be used when the caller's `usable` says so; a path never visits a switch twice; the answer is
the best one there is, never an approximation, and ties do not depend on the order of anything: least weight (the delay, or
the cost and then the delay), then fewest hops, then the first in the order of (next node, link) names hop by hop.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice

from intents.roads import COST_UNIT, HOP_BITS, Measure, Roads

EFFORT = 20_000
"""Partial paths that a search through stops looks at before it gives up. A simple path through given switches is an NP-hard
question; answers on networks of 200 switches took fewer, save for some of three stops in a grid."""

Trail = tuple[int, ...]
"""Numbers of the arcs of a path, in order."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought: a path of least weight that passes `via` in order and takes at most `limit_ns` (`None`: any)."""

    start: str
    goal: str
    measure: Measure
    usable: Callable[[int], bool]
    limit_ns: int | None = None
    via: tuple[str, ...] = ()


def trails(roads: Roads, search: Search) -> Iterator[Trail]:
    """The path of least weight, then what is heavier but faster than all before it; nothing where there is no path.

    The later ones come only where a limit asks for speed beside cost: together they are every trade worth making.
    """
    if search.via:
        return _through_stops(roads, search)
    if search.limit_ns is not None and search.measure.first != "time":
        return _trades(roads, search)
    found = _lightest(roads, search)
    return iter(() if found is None else (found,))


def _lightest(roads: Roads, search: Search) -> Trail | None:
    """The path that an empty network would have, where it can be used: leaving arcs out makes none better. Else A*, guided
    by the static distance to the goal; of two labels of a switch the first to leave the heap is the better one, so that
    arcs need be asked for only then."""
    usable, goal, most = search.usable, search.goal, search.limit_ns
    ahead, steps, exits = roads.ahead(search.measure, goal), roads.steps(search.measure), roads.exits
    if search.start not in ahead:
        return None
    limit = None if most is None else (most + 1 << HOP_BITS) - 1
    if limit is not None and ahead[search.start] > limit:
        return None
    unhindered = roads.unhindered(search.measure, search.start, goal)
    if all(map(usable, unhindered)):
        return unhindered
    heap: list[tuple[int, Trail, str]] = []
    done, so_far, trail, node = {search.start}, 0, Trail(), search.start
    while node != goal:
        done.add(node)
        for arc, target in exits[node]:
            if target not in done:
                estimate = so_far + steps[arc] + ahead[target]
                if limit is None or estimate <= limit:
                    heappush(heap, (estimate, (*trail, arc), target))
        while heap:
            estimate, trail, node = heappop(heap)
            if node not in done and usable(trail[-1]):
                break
        else:
            return None
        so_far = estimate - ahead[node]
    return trail


def _trades(roads: Roads, search: Search) -> Iterator[Trail]:
    """Label setting with dominance, guided by the static distance to the goal (A*).

    Labels leave the heap in the order of weight, so one that comes to a switch later is of use only if it is faster than
    all before it. A loop is never faster: no set of visited switches is needed.
    """
    weights, exits, usable, limit = roads.weights(search.measure), roads.exits, search.usable, search.limit_ns
    ahead, fast = (roads.distances(measure, search.goal) for measure in (search.measure, _delay_of(search.measure)))
    if limit is None or search.start not in ahead or fast[search.start] > limit:
        return
    fastest: dict[str, int] = {}
    heap: list[tuple[int, int, Trail, str]] = [(ahead[search.start], 0, (), search.start)]
    while heap:
        estimate, hops, trail, node = heappop(heap)
        weight = estimate - ahead[node]
        delay = weight % COST_UNIT
        if node in fastest and fastest[node] <= delay:
            continue
        fastest[node] = delay
        if node == search.goal:
            yield trail
            continue
        for arc, target in exits[node]:
            so_far = weight + weights[arc]
            delay = so_far % COST_UNIT
            if delay + fast[target] > limit or (target in fastest and fastest[target] <= delay):
                continue
            if usable(arc):
                heappush(heap, (so_far + ahead[target], hops + 1, (*trail, arc), target))


def _through_stops(roads: Roads, search: Search) -> Iterator[Trail]:
    """The same through switches in a given order, where the shortest walk may come by a switch twice and no path may.

    Decremental state space (Righini and Salani 2008): walk with only some switches marked "once", none at first; when the
    best walk repeats a switch, mark it and walk again. A best walk without repeats is the best path.
    """
    once: frozenset[str] = frozenset()
    effort = iter(range(EFFORT))
    given, is_open = 0, True
    while is_open:
        is_open = False
        for trail in islice(_walks(roads, search, once, effort), given, None):
            twice = _repeated(search.start, (roads.arcs[arc].target for arc in trail))
            if twice:
                once, is_open = once | twice, True
                break
            given += 1
            yield trail


def _walks(roads: Roads, search: Search, once: frozenset[str], effort: Iterator[int]) -> Iterator[Trail]:
    """Label setting over (switch, stops passed); a label remembers which switches of `once` it has seen (a bit mask), and
    beats another only if it has seen none that the other has not. Each label costs one of `effort`."""
    stops = (*search.via, search.goal)
    ahead = _ahead_by_stage(roads, search.measure, stops)
    fast = _ahead_by_stage(roads, _delay_of(search.measure), stops)
    weights, usable, limit = roads.weights(search.measure), search.usable, search.limit_ns
    bits = {name: 1 << place for place, name in enumerate(sorted(once))}
    stage = _passed(stops, 0, search.start)
    if stage is None or search.start not in ahead[stage] or (limit is not None and fast[stage][search.start] > limit):
        return
    beaten: dict[tuple[str, int], list[tuple[int, int]]] = {}
    start = bits.get(search.start, 0)
    heap: list[tuple[int, int, Trail, str, int, int]] = [(ahead[stage][search.start], 0, (), search.start, stage, start)]
    while heap and next(effort, None) is not None:
        estimate, hops, trail, node, stage, seen = heappop(heap)
        weight = estimate - ahead[stage][node]
        rivals = beaten.setdefault((node, stage), [])
        if any((limit is None or delay <= weight % COST_UNIT) and not mask & ~seen for delay, mask in rivals):
            continue
        rivals.append((weight % COST_UNIT, seen))
        if stage == len(stops):
            yield trail
            continue
        for arc, target in roads.exits[node]:
            then, mark, so_far = _passed(stops, stage, target), bits.get(target, 0), weight + weights[arc]
            if then is None or seen & mark or target not in ahead[then]:
                continue
            if (limit is None or so_far % COST_UNIT + fast[then][target] <= limit) and usable(arc):
                heappush(heap, (so_far + ahead[then][target], hops + 1, (*trail, arc), target, then, seen | mark))


def _delay_of(measure: Measure) -> Measure:
    return Measure(measure.service_class, measure.packet_bytes)


def _passed(stops: tuple[str, ...], stage: int, node: str) -> int | None:
    """The stage after coming to a switch, `None` if it is a later stop, which no path may visit yet."""
    while stage < len(stops) and stops[stage] == node:
        stage += 1
    return None if node in stops[stage:] else stage


def _ahead_by_stage(roads: Roads, measure: Measure, stops: tuple[str, ...]) -> list[dict[str, int]]:
    """For every stage, the least weight from each switch through the stops that remain, were walks allowed."""
    bounds: list[dict[str, int]] = [{stops[-1]: 0}]
    for stop in reversed(stops):
        near, onward = roads.distances(measure, stop), bounds[0].get(stop)
        bounds.insert(0, {} if onward is None else {node: near[node] + onward for node in near})
    return bounds


def _repeated(start: str, targets: Iterable[str]) -> frozenset[str]:
    nodes = Counter((start, *targets))
    return frozenset(node for node, times in nodes.items() if times > 1)
