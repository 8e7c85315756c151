"""Detours for the hops of one route (RFC 4090, one-to-one backup).

Rules of this file:

- A hop is a link between two switches on a working path. Its detour leads from the switch before it to the last switch
  of the path, without that link, and may go back over links that the packet came by. No link to a host has a detour.
- At level `node` it leads past the switch behind the hop as well, unless that is the last one, to which every way leads.
  Where that cannot be had and is not required, past the link at least.
- The whole way of a diverted packet, the working path up to the hop and then the detour, obeys what the working path does:
  the latency bound (a round-trip bound: the sum of both ways that the failure leaves), the switches to pass, what to keep
  off, the MTU. Cost does not count, as a detour serves for moments only: it is the fastest that has room. Co-routed
  connections are so while nothing fails.
- Room is drawn on the pool that all detours share (capacity.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from intents.asked import barred_to, is_round_trip, limit_ns, stops
from intents.capacity import Books, Demand, Failure, demand
from intents.chosen import Detour, Route, claims, weight
from intents.model import Connection, Direction
from intents.paths import Search, Trail, trails
from intents.roads import COST_UNIT, Measure, Roads

Hop = tuple[Direction, int]
"""A direction and the number of an arc on its way."""


def sheltered(roads: Roads, books: Books, connection: Connection, chosen: Route,
              standing: Iterable[Detour] = ()) -> tuple[Route, tuple[Hop, ...]]:
    """The route with the detours that its hops can have, and the hops that can have none such as is wished. Detours that
    are `standing` stay where they obey and have room."""
    draft = _Draft(roads, books, connection, chosen)
    stay = tuple(standing)
    for detour in stay:
        if draft.takes(detour):
            draft.enter(detour)
    for hop in draft.hops:
        if hop not in draft.detours and (found := draft.fastest(hop) or draft.second_best(hop, stay)) is not None:
            draft.enter(found)
    good = draft.detours.keys() - draft.slow
    return replace(chosen, detours=tuple(draft.detours[hop] for hop in draft.hops if hop in good)), draft.lacking


def is_sheltered(roads: Roads, books: Books, connection: Connection, chosen: Route) -> bool:
    """Whether the detours that a route has obey every constraint, have room, and leave no hop without."""
    draft = _Draft(roads, books, connection, chosen)
    for detour in chosen.detours:
        if not draft.takes(detour):
            return False
        draft.enter(detour)
    return not draft.lacking


def enter_draws(roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
    """Enters what the detours of a route draw on the pool. They have room."""
    if not chosen.detours:
        return
    draft = _Draft(roads, books, connection, chosen)
    for detour in chosen.detours:
        draft.enter(detour)
    for arc, draws in draft.draws.items():
        books.draw(arc, draws, connection.protection == "node")


def whole_way(chosen: Route, detour: Detour) -> Trail:
    """The arcs of a diverted packet from host to host."""
    trail = dict(chosen.trails())[detour.direction]
    return (*trail[:trail.index(detour.arc)], *detour.trail, trail[-1])


def slowest_ns(roads: Roads, connection: Connection, chosen: Route, failing: frozenset[Failure] | None = None) -> int:
    """The worst delay while nothing fails or one thing does (of these, where some are named): of a direction, or of both
    together where the bound is on a round trip."""
    measure = Measure(connection.service_class, connection.bandwidth.max_packet_bytes)
    turned = turned_by(roads, connection, chosen)
    worst = 0
    second = [] if chosen.standby is None else [dict(chosen.standby.trails())]
    diverted = [{detour.direction: whole_way(chosen, detour) for detour in turned[failure]}
                for failure in turned if failing is None or failure in failing]
    for around in ({}, *diverted, *second):
        ways = {**dict(chosen.trails()), **around}.values()
        delays = [weight(roads, measure, trail) % COST_UNIT for trail in ways]
        worst = max(worst, sum(delays) if is_round_trip(connection) else max(delays))
    return worst


def turned_by(roads: Roads, connection: Connection, chosen: Route) -> Mapping[Failure, Sequence[Detour]]:
    """The detours that each failure sends packets on, of those failures that the connection is to survive."""
    found: dict[Failure, list[Detour]] = {}
    for detour in chosen.detours:
        for kind, name in _failures(roads, dict(chosen.trails())[detour.direction], detour.arc):
            if kind == "link" or (connection.protection == "node" and roads.at(name).isdisjoint(detour.trail)):
                found.setdefault((kind, name), []).append(detour)
    return found


def _failures(roads: Roads, trail: Trail, arc: int) -> tuple[Failure, ...]:
    """What may fail of a hop: its link, and the switch behind it unless that is the last one."""
    behind = roads.arcs[arc].target
    last = roads.arcs[trail[-1]].source
    return (("link", roads.arcs[arc].link),) + ((("switch", behind),) if behind != last else ())


class _Draft:
    """The detours of one connection on one route, in the making."""

    def __init__(self, roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
        self._roads, self._books, self._connection, self._chosen = roads, books, connection, chosen
        self._trails = dict(chosen.trails())
        self._taken = books.growth(claims(connection, chosen), connection.key)
        self._barred = barred_to(roads, connection)
        self._measure = Measure(connection.service_class, connection.bandwidth.max_packet_bytes)
        self._limit = limit_ns(connection)
        self._wished = {direction: demand(connection, direction) for direction in self._trails}
        self._past_switches = connection.protection == "node"
        self.hops: tuple[Hop, ...] = tuple((direction, arc) for direction, trail in self._trails.items()
                                           for arc in trail[1:-1])
        self._failures = {hop: _failures(roads, self._trails[hop[0]], hop[1])[:1 + books.minds_switches]
                          for hop in self.hops}
        self.detours: dict[Hop, Detour] = {}
        self.draws: dict[int, dict[Failure, list[Demand]]] = {}

    @property
    def lacking(self) -> tuple[Hop, ...]:
        """The hops without a detour such as is wished, or with one that is too slow together with the way back."""
        slow = self.slow
        return tuple(hop for hop in self.hops if hop not in self.detours or hop in slow
                     or not self._off(hop, self._past_switches).isdisjoint(self.detours[hop].trail))

    @property
    def slow(self) -> frozenset[Hop]:
        """The hops whose failure leaves two ways that take longer together than the round trip may."""
        if self._limit is None or not is_round_trip(self._connection):
            return frozenset()
        made, limit = replace(self._chosen, detours=tuple(self.detours.values())), self._limit
        return frozenset((detour.direction, detour.arc)
                         for failure, detours in turned_by(self._roads, self._connection, made).items()
                         if slowest_ns(self._roads, self._connection, made, frozenset((failure,))) > limit
                         for detour in detours)

    def fastest(self, hop: Hop) -> Detour | None:
        """The fastest detour of a hop that obeys and has room."""
        return self._fastest(hop, self._off(hop, self._past_switches))

    def second_best(self, hop: Hop, standing: Iterable[Detour]) -> Detour | None:
        """A detour past the link of a hop alone, where more is wished and not required."""
        if not self._past_switches or self._connection.protection_required:
            return None
        own = (detour for detour in standing if (detour.direction, detour.arc) == hop and self.takes(detour, False))
        return next(own, None) or self._fastest(hop, self._off(hop, past_switch=False))

    def _fastest(self, hop: Hop, off: frozenset[int]) -> Detour | None:
        direction, arc = hop
        before, last = self._before(hop), self._trails[direction][-1]
        limit = None if self._limit is None else self._limit - self._delay((*before, last))
        ahead = self._stops_ahead(direction, before)
        found = self._on_empty_links(arc, last, ahead, off)
        if found is not None and limit is not None and self._delay(found) > limit:
            return None
        if found is not None and not all(self._has_room(hop, other) for other in found):
            search = Search(self._roads.arcs[arc].source, self._roads.arcs[last].source, self._measure, lambda other: (
                other not in self._barred and other not in off and self._has_room(hop, other)), limit, ahead)
            found = next(trails(self._roads, search), None)
        return None if found is None else Detour(direction, arc, found)

    def _on_empty_links(self, arc: int, last: int, ahead: tuple[str, ...], off: frozenset[int]) -> Trail | None:
        """The fastest way around an arc if all links were empty. What is looked up once serves all connections alike."""
        known, key = self._roads.around, (arc, last, ahead, self._measure, self._barred, off)
        if key not in known:
            search = Search(self._roads.arcs[arc].source, self._roads.arcs[last].source, self._measure,
                            lambda other: other not in self._barred and other not in off, None, ahead)
            known[key] = next(trails(self._roads, search), None)
        return known[key]

    def _off(self, hop: Hop, past_switch: bool) -> frozenset[int]:
        """What the detour of a hop leads past: both directions of its link, and all that joins the switch behind it unless
        that is the last one."""
        direction, arc = hop
        off = frozenset((arc, self._roads.mirror[arc]))
        behind = self._roads.arcs[arc].target
        if past_switch and behind != self._roads.arcs[self._trails[direction][-1]].source:
            off |= self._roads.at(behind)
        return off

    def takes(self, detour: Detour, past_switch: bool | None = None) -> bool:
        """Whether a detour that leads from its hop to the end obeys and has room; past what is wished, if not told."""
        hop = (detour.direction, detour.arc)
        if hop not in self.hops or not self._barred.isdisjoint(detour.trail):
            return False
        passed = iter([self._roads.arcs[arc].target for arc in detour.trail])
        return (all(stop in passed for stop in self._stops_ahead(detour.direction, self._before(hop)))
                and self._off(hop, self._past_switches if past_switch is None else past_switch).isdisjoint(detour.trail)
                and (self._limit is None or self._delay(whole_way(self._chosen, detour)) <= self._limit)
                and all(self._has_room(hop, arc) for arc in detour.trail))

    def enter(self, detour: Detour) -> None:
        """Counts on a detour, and on the room that it draws."""
        hop = (detour.direction, detour.arc)
        self.detours[hop] = detour
        for arc in detour.trail:
            for failure, demands in self._with(hop, arc).items():
                self.draws.setdefault(arc, {})[failure] = demands

    def _has_room(self, hop: Hop, arc: int) -> bool:
        more = self._with(hop, arc)
        return not more or self._books.shelters(arc, self._taken.get(arc, (0, 0)), {**self.draws.get(arc, {}), **more},
                                                self._past_switches)

    def _with(self, hop: Hop, arc: int) -> dict[Failure, list[Demand]]:
        """What each failure of a hop would bring to an arc if its detour took it, beside what other detours do."""
        wished = self._wished[hop[0]]
        if wished is None or self._is_behind(hop, arc):
            return {}
        draws = self.draws.get(arc, {})
        return {failure: [*draws.get(failure, ()), wished] for failure in self._failures[hop]}

    def _is_behind(self, hop: Hop, arc: int) -> bool:
        """Whether an arc lies behind a hop on the working path: what is reserved there serves the detour."""
        trail = self._trails[hop[0]]
        return arc in trail[trail.index(hop[1]) + 1:]

    def _before(self, hop: Hop) -> Trail:
        """The working path up to a hop."""
        trail = self._trails[hop[0]]
        return trail[:trail.index(hop[1])]

    def _stops_ahead(self, direction: Direction, before: Trail) -> tuple[str, ...]:
        """The switches to pass that a packet has not passed before a hop."""
        ahead = stops(self._connection, direction)
        for arc in before:
            if ahead and self._roads.arcs[arc].target == ahead[0]:
                ahead = ahead[1:]
        return ahead

    def _delay(self, trail: Iterable[int]) -> int:
        return weight(self._roads, self._measure, trail) % COST_UNIT
